"""Counts of requests in a file that several web processes share, for Flask-Limiter; as short-lived as their folder.

SQLite does what is needed: one statement counts, whichever process asks, and a process that is killed leaves no lock.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

from limits.storage import Storage

from index.web_processes import open_shared_database

SCHEME = "ruche-file"

_BUSY_SECONDS = 2.0
_CLEAN_EVERY = 1_000
"""Requests between two deletions of what is over."""

_COUNT = """
INSERT INTO counts (key, count, expires) VALUES (:key, :amount, :now + :seconds)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN expires <= :now THEN :amount ELSE count + :amount END,
  expires = CASE WHEN expires <= :now THEN :now + :seconds ELSE expires END
RETURNING count
"""


def storage_address(folder: Path) -> str:
    """Return the address by which Flask-Limiter opens the counts of a folder."""
    return f"{SCHEME}:{folder / 'demandes.sqlite'}"


class SharedCounts(Storage):
    """Counts in fixed windows: a key's window begins with its first request, as in Flask-Limiter's own memory."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - the library's own way to register

    def __init__(self, uri: str, wrap_exceptions: bool = False, **_: float | str | bool) -> None:  # noqa: FBT001, FBT002 - the library's
        super().__init__(uri, wrap_exceptions)
        self._lock = threading.Lock()
        self._counted = 0
        table = "counts (key TEXT PRIMARY KEY, count INTEGER, expires REAL) WITHOUT ROWID"
        self._database = open_shared_database(Path(uri.removeprefix(f"{SCHEME}:")), _BUSY_SECONDS, table)

    @property
    def base_exceptions(self) -> type[Exception]:
        """The errors upon which Flask-Limiter counts in its own memory for a while."""
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and return how many there are in the window of `expiry` seconds."""
        with self._lock:
            now = time.time()
            self._counted += 1
            if self._counted % _CLEAN_EVERY == 0:
                self._database.execute("DELETE FROM counts WHERE expires <= ?", (now,))
            given = {"key": key, "amount": amount, "now": now, "seconds": expiry}
            # All rows are read: the statement ends, and with it the lock on the file.
            ((count,),) = self._database.execute(_COUNT, given).fetchall()
        return int(count)

    def get(self, key: str) -> int:
        """Return how many there are in the window of a key."""
        return self._read(key)[0]

    def get_expiry(self, key: str) -> float:
        """Return when the window of a key ends, as a timestamp; now, where there is none."""
        return self._read(key)[1]

    def check(self) -> bool:
        """Return whether the file can be read."""
        try:
            self._read("")
        except sqlite3.Error:
            return False
        return True

    def reset(self) -> int:
        """Forget all counts; return how many there were."""
        with self._lock:
            return self._database.execute("DELETE FROM counts").rowcount

    def clear(self, key: str) -> None:
        """Forget the count of a key."""
        with self._lock:
            self._database.execute("DELETE FROM counts WHERE key = ?", (key,))

    def _read(self, key: str) -> tuple[int, float]:
        now = time.time()
        with self._lock:
            found = self._database.execute(
                "SELECT count, expires FROM counts WHERE key = ? AND expires > ?", (key, now)
            ).fetchall()
        return found[0] if found else (0, now)
