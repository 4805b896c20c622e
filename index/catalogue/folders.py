"""Which paths some groups see by the folder rules: as a filter of paths, and as a condition of a query."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import case, literal, select, true

from index.accounts.rights import audience_of
from index.catalogue.people.tables import FolderRuleRow
from index.catalogue.places import inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import ColumnElement, SQLColumnExpression

    from index.catalogue.reading import Reader

Rules = dict[str, frozenset[str]]
"""By folder, the groups that see it."""


_RULES = select(FolderRuleRow.folder, FolderRuleRow.group)


def rules(reader: Reader) -> Rules:
    """The rules in force: the groups that see a folder, by folder."""
    grouped: defaultdict[str, set[str]] = defaultdict(set)
    for folder, group in reader.execute(_RULES).all():
        grouped[folder].add(group)
    return {folder: frozenset(groups) for folder, groups in grouped.items()}


def seen(paths: Iterable[str], among: Mapping[str, frozenset[str]], groups: frozenset[str]) -> tuple[str, ...]:
    """Those of these paths that these groups may see."""
    # Path by path: a document may be visible by one of its paths and hidden by another.
    return tuple(path for path in paths if audience_of([path], among) & groups)


def in_sight(
    column: SQLColumnExpression[str], among: Mapping[str, frozenset[str]], groups: frozenset[str]
) -> ColumnElement[bool]:
    """The same as a condition on a column of paths.

    A path that no rule speaks of is visible: all members see it, hence whoever asks.
    """
    # CASE takes the first that fits: deeper folders, which are longer, come first.
    deepest = sorted(among, key=lambda folder: -len(folder))
    ruled = [(inside(column, folder), literal(bool(among[folder] & groups))) for folder in deepest]
    return case(*ruled, else_=true()) if ruled else true()
