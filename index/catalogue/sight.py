"""The part of the catalogue that tells how much some groups see, and what they see no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from index.catalogue import folders, places, reading, totals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Engine

    from index.catalogue.records import ReadableCounts


class Sight:
    """Reads see what is committed."""

    _database: Engine

    def readable(self, groups: frozenset[str]) -> ReadableCounts:
        """How many documents and passages these groups may read."""
        with Session(self._database) as session:
            return totals.count_readable(session, groups)

    def seen_places(self, paths: Iterable[str], groups: frozenset[str]) -> tuple[str, ...]:
        """Those of these paths that lie in folders which these groups see."""
        with self._database.connect() as reader:
            return folders.filter_visible_paths(paths, folders.read_folder_rules(reader), groups)

    def folders(self) -> frozenset[str]:
        """The folders of the library that hold something known, whoever may see it."""
        with Session(self._database) as session:
            return places.list_folders(session)

    def unseen_since(self, since: int, groups: frozenset[str]) -> frozenset[str]:
        """Documents that changed after a revision and that these groups may not see now.

        An index at that revision may still show them.
        """
        with Session(self._database) as session:
            return reading.find_hidden_since(session, since, groups)
