"""Who sees the places of the library, by the folder rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.accounts import EVERYBODY, derive_audience, unite_audiences
from index.catalogue.visibility import read_folder_rules

if TYPE_CHECKING:
    from collections.abc import Collection

    from index.accounts import FolderRules
    from index.catalogue.queries import Reader


@dataclass(frozen=True, slots=True)
class PlaceAudiences:
    """Who sees a path of the library, by the folder rules of one moment."""

    rules: FolderRules

    def find(self, path: str) -> frozenset[str]:
        """The groups that see a path."""
        return self.find_union([path])

    def without_passing_limits(self) -> PlaceAudiences:
        """The same by the rules as people made them, without what holds for a while only."""
        return PlaceAudiences(self.rules.without_passing_limits())

    def find_union(self, paths: Collection[str]) -> frozenset[str]:
        """The groups that see any of these paths."""
        # Most libraries have no rule: nothing is computed for their paths.
        return unite_audiences([derive_audience(paths, self.rules)]) if self.rules else EVERYBODY


def read_place_audiences(reader: Reader) -> PlaceAudiences:
    """Who sees which path, by the folder rules in force."""
    return PlaceAudiences(read_folder_rules(reader))
