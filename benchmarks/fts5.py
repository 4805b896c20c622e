"""SQLite's full-text search on the words of Ruche's analyser: what one gets without any search engine.

Documents and passages are rows of two tables, their stems separated by spaces, each text in a column of its own, ranked
by FTS5's own BM25 with the columns' weights. It counts no facets and looks at no rights.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from index.text.analysis import analyse_text, tokenise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from index.engines.protocol import IndexedDocument

_WEIGHTS = "0, 2.0, 1.5, 1.0"


class Fts5:
    """An index in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._base = sqlite3.connect(folder / "fts5.sqlite", isolation_level=None)
        self._base.executescript(
            "PRAGMA journal_mode = wal;"
            "CREATE VIRTUAL TABLE documents USING fts5(id UNINDEXED, title, headings, body, tokenize = 'ascii');"
            "CREATE VIRTUAL TABLE passages USING fts5(id UNINDEXED, headings, body, tokenize = 'ascii');"
        )

    def write(self, put: Iterable[IndexedDocument]) -> None:
        """Add documents and their passages, in one transaction."""
        self._base.execute("BEGIN")
        for each in put:
            parts = list(_stems(each))
            whole = (" ".join(part[at] for part in parts) for at in range(2))
            self._base.execute("INSERT INTO documents VALUES (?, ?, ?, ?)", (each.id, _stem(each.title), *whole))
            self._base.executemany("INSERT INTO passages VALUES (?, ?, ?)", ((each.id, *part) for part in parts))
        self._base.execute("COMMIT")

    def search(self, text: str) -> list[str]:
        """The ids of the ten best documents that hold all words."""
        words = " ".join(f'"{token.word.stem}"' for token in tokenise(text))
        asked = f"SELECT id FROM documents WHERE documents MATCH ? ORDER BY bm25(documents, {_WEIGHTS}) LIMIT 10"  # noqa: S608 - a constant
        return [id_ for (id_,) in self._base.execute(asked, (words,))]

    def close(self) -> None:
        """Give back the file."""
        self._base.close()


def _stems(document: IndexedDocument) -> Iterator[tuple[str, str]]:
    for each in document.passages:
        yield _stem(each.title), _stem(f"{each.text}\n{each.notes}")


def _stem(text: str) -> str:
    return analyse_text(text).stem
