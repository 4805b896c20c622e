"""Copies of a catalogue in SQLite, taken while others read and write it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url


def sqlite_file(url: str) -> Path | None:
    """The file that a catalogue's URL names; None where the catalogue is in another database or in memory."""
    parts = make_url(url)
    return Path(parts.database) if parts.get_backend_name() == "sqlite" and parts.database else None


def copy_catalogue(file: Path, target: Path) -> str:
    """Copy a catalogue as it is at one moment, by SQLite's online backup; gives the revision of its schema.

    Raises sqlite3.Error or OSError where the catalogue cannot be read, the target not be written, or the copy is
    damaged.
    """
    with closing(_open_existing(file)) as source, closing(sqlite3.connect(target)) as copy:
        # In one step: a copy in several steps begins again whenever somebody writes in between.
        source.backup(copy)
        # The copy must be one file: in WAL mode, a second one beside it would have to be kept with it.
        copy.execute("PRAGMA journal_mode=DELETE")
    return check_catalogue(target)


def check_catalogue(file: Path) -> str:
    """Check a whole catalogue's file; gives the revision of its schema.

    Raises sqlite3.Error where the file is damaged or is not a catalogue.
    """
    with closing(_open_existing(file)) as copy:
        ((verdict,), *_) = copy.execute("PRAGMA integrity_check").fetchall()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        revision = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    if revision is None:
        raise sqlite3.DatabaseError("no catalogue")
    return str(revision[0])


def _open_existing(file: Path) -> sqlite3.Connection:
    """Open a database that exists. Without mode=rw SQLite would create an empty one."""
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=15)
