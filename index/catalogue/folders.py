"""Which paths some groups see by the folder rules: as a filter of paths, and as a condition of a query."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import case, literal, select, true

from index.accounts import derive_audience
from index.catalogue.people import FolderRuleRow
from index.catalogue.places import is_in_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import ColumnElement, SQLColumnExpression

    from index.catalogue.reading import Reader

FolderGroups = dict[str, frozenset[str]]
"""By folder, the groups that see it."""


_RULES = select(FolderRuleRow.folder, FolderRuleRow.group)


def read_folder_rules(reader: Reader) -> FolderGroups:
    """The rules in force: the groups that see a folder, by folder."""
    grouped: defaultdict[str, set[str]] = defaultdict(set)
    for folder, group in reader.execute(_RULES).all():
        grouped[folder].add(group)
    return {folder: frozenset(groups) for folder, groups in grouped.items()}


def filter_visible_paths(
    paths: Iterable[str], rules: Mapping[str, frozenset[str]], groups: frozenset[str]
) -> tuple[str, ...]:
    """Those of these paths that these groups may see."""
    # Path by path: a document may be visible by one of its paths and hidden by another.
    return tuple(path for path in paths if derive_audience([path], rules) & groups)


def is_in_visible_folder(
    column: SQLColumnExpression[str], rules: Mapping[str, frozenset[str]], groups: frozenset[str]
) -> ColumnElement[bool]:
    """The same as a condition on a column of paths.

    A path that no rule speaks of is visible: all members see it, hence whoever asks.
    """
    # CASE takes the first that fits: deeper folders, which are longer, come first.
    deepest = sorted(rules, key=lambda folder: -len(folder))
    ruled = [(is_in_folder(column, folder), literal(bool(rules[folder] & groups))) for folder in deepest]
    return case(*ruled, else_=true()) if ruled else true()
