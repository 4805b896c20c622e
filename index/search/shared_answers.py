"""Packed answers that the web processes of one service share, so that what one of them has made serves them all.

They lie in a file of the folder that the processes share, which nobody else may open, and which ends with the service.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from typing import TYPE_CHECKING

from index.web_processes import open_shared_database

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

    from index.search.memory import Moment
    from index.search.questions import Question

log = logging.getLogger(__name__)

_MAX_ANSWERS = 1_000
_MAX_ANSWER_BYTES = 100_000
"""Larger answers are asked for by few tools, page after page: none is asked for again."""

_FORGET_EVERY = 64
"""Answers that are added between two deletions of the oldest."""

_BUSY_SECONDS = 0.05
"""Seconds that a request waits for another process; it makes the answer itself then."""


class SharedAnswers:
    """Packed answers by their keys, in a file. Where the file fails an answer is made anew, and the log says why."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._added = 0
        table = "answers (number INTEGER PRIMARY KEY, key BLOB UNIQUE, packed BLOB)"
        self._database = open_shared_database(folder / "reponses.sqlite", _BUSY_SECONDS, table)

    def find(self, key: bytes) -> bytes | None:
        """Return the answer of a key; None where nobody has made it, or the oldest went."""
        try:
            with self._lock:
                found = self._database.execute("SELECT packed FROM answers WHERE key = ?", (key,)).fetchall()
        except sqlite3.Error as error:
            log.warning("answers of other web processes cannot be read: %s", error)
            return None
        return bytes(found[0][0]) if found else None

    def keep(self, key: bytes, packed: bytes) -> None:
        """Let the other processes have an answer."""
        if len(packed) > _MAX_ANSWER_BYTES:
            return
        try:
            with self._lock:
                self._added += 1
                # The number of a row that is replaced is a new one, the last.
                self._database.execute("INSERT OR REPLACE INTO answers (key, packed) VALUES (?, ?)", (key, packed))
                if self._added % _FORGET_EVERY == 0:
                    self._database.execute(
                        "DELETE FROM answers WHERE number <= (SELECT max(number) FROM answers) - ?", (_MAX_ANSWERS,)
                    )
        except sqlite3.Error as error:
            log.warning("an answer cannot be shared with other web processes: %s", error)


def build_shared_key(question: Question, name: str, moment: Moment, index: Hashable, vocabulary: str) -> bytes:
    """Return the key of a packed answer: all that it depends on, as any process would write it.

    `index` tells the index, its words and associations from any other, `vocabulary` the vocabulary; `name` is what was
    made of the answer. Another version of Ruche may make another one: a process that is started again may be newer.
    """
    view, boost = moment.view, moment.boost
    parts = (
        _read_version(),
        *(name, index, vocabulary, view.shown, sorted(view.hidden_ids), moment.day),
        *(question.text, question.sort.value, question.page, question.per_page, sorted(question.groups)),
        *(question.exact, question.all_words, question.excerpts, sorted(facet.value for facet in question.facets)),
        sorted((facet.value, sorted(values)) for facet, values in question.selection.items()),
        boost and (boost.recent, boost.event, boost.today, sorted(boost.useful.items())),
    )
    return blake2b(repr(parts).encode(), digest_size=20).digest()


@cache
def _read_version() -> str:
    return version("ruche")
