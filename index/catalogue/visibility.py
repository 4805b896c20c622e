"""What some groups see: of documents by their audience, of paths by the folder rules."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import case, exists, literal, select, true

from index.accounts import derive_audience
from index.catalogue.access_tables import FolderRuleRow
from index.catalogue.queries import is_in_folder
from index.catalogue.tables import AudienceRow, DocumentRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from sqlalchemy import BindParameter, ColumnElement, Select, SQLColumnExpression

    from index.catalogue.queries import Reader


FolderGroups = dict[str, frozenset[str]]
"""By folder, the groups that see it."""

_RULES = select(FolderRuleRow.folder, FolderRuleRow.group)


def select_visible(groups: frozenset[str] | BindParameter[Any]) -> Select[str]:
    """Select the living documents that these groups may see: the one predicate of rights outside the engines."""
    return select(DocumentRow.id).where(*visibility_conditions(groups))


def visibility_conditions(
    groups: frozenset[str] | BindParameter[Any],
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The two conditions of it, for statements that select more than ids."""
    # EXISTS looks up one document's audience; IN would first gather the documents of all groups.
    seen_by = exists().where(AudienceRow.document_id == DocumentRow.id, AudienceRow.group.in_(groups))
    return DocumentRow.removed.is_(None), seen_by


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
