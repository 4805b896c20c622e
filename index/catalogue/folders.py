"""Which places of the library some groups see, by the folders' rules: told of paths, and as a condition of a query."""

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
    """All rules in force."""
    grouped: defaultdict[str, set[str]] = defaultdict(set)
    for folder, group in reader.execute(_RULES).all():
        grouped[folder].add(group)
    return {folder: frozenset(groups) for folder, groups in grouped.items()}


def seen(paths: Iterable[str], among: Mapping[str, frozenset[str]], groups: frozenset[str]) -> tuple[str, ...]:
    """Those of these paths that lie where these groups may look."""
    return tuple(path for path in paths if audience_of([path], among) & groups)


def in_sight(
    column: SQLColumnExpression[str], among: Mapping[str, frozenset[str]], groups: frozenset[str]
) -> ColumnElement[bool]:
    """The same as a condition on a column of paths. All members see what no rule speaks of, hence whoever asks."""
    # The most specific first, which decides.
    deepest = sorted(among, key=lambda folder: -len(folder))
    ruled = [(inside(column, folder), literal(bool(among[folder] & groups))) for folder in deepest]
    return case(*ruled, else_=true()) if ruled else true()
