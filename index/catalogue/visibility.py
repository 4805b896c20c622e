"""What some groups see: of documents by their audience, of paths by the folder rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, exists, literal, or_, select, true

from index.accounts import FolderRules, derive_audience, intersect_audiences
from index.catalogue.access_tables import FolderRuleRow
from index.catalogue.queries import group_pairs, is_in_folder, split_into_chunks
from index.catalogue.tables import AudienceRow, DocumentRow, LibraryFolderRow
from index.model import MEMBERS, normalise_path

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from sqlalchemy import BindParameter, ColumnElement, Select, SQLColumnExpression

    from index.catalogue.queries import Reader


_RULES = select(FolderRuleRow.folder, FolderRuleRow.group)

_NORMAL_PATHS: BindParameter[Any] = bindparam("normal_paths", expanding=True)
_RULED_FOLDERS = select(LibraryFolderRow.normal_path, LibraryFolderRow.gone, LibraryFolderRow.moved_to).where(
    or_(LibraryFolderRow.normal_path.in_(_NORMAL_PATHS), LibraryFolderRow.moved_to.is_not(None))
)
_NEW_FOLDERS = select(LibraryFolderRow.normal_path, LibraryFolderRow.first_seen).where(
    LibraryFolderRow.first_seen >= bindparam("since"), LibraryFolderRow.gone.is_(None)
)
_SPELLINGS = select(LibraryFolderRow.path).where(LibraryFolderRow.normal_path.in_(_NORMAL_PATHS))


def select_visible(groups: frozenset[str] | BindParameter[Any]) -> Select[str]:
    """Select the living documents that these groups may see: the one predicate of rights outside the engines."""
    return select(DocumentRow.id).where(*visibility_conditions(groups))


def select_readable(groups: frozenset[str]) -> Select[str]:
    """Select the same, and the parts of these documents: for what is said of files."""
    return select(DocumentRow.id).where(*readability_conditions(groups))


def visibility_conditions(groups: frozenset[str] | BindParameter[Any]) -> tuple[ColumnElement[bool], ...]:
    """The conditions of `select_visible`, for statements that select more than ids."""
    # The captions of a replay are found and opened as the replay.
    return (*readability_conditions(groups), DocumentRow.part_of.is_(None))


def readability_conditions(groups: frozenset[str] | BindParameter[Any]) -> tuple[ColumnElement[bool], ...]:
    """The conditions of `select_readable`."""
    # EXISTS looks up one document's audience; IN would first gather the documents of all groups.
    seen_by = exists().where(AudienceRow.document_id == DocumentRow.id, AudienceRow.group.in_(groups))
    return DocumentRow.removed.is_(None), seen_by


def read_rules_by_folder(reader: Reader) -> dict[str, frozenset[str]]:
    """The rules as they were made: the groups that see a folder, by the folder as the rule spells it."""
    grouped = group_pairs((folder, group) for folder, group in reader.execute(_RULES).all())
    return {folder: frozenset(groups) for folder, groups in grouped.items()}


def read_folder_rules(reader: Reader) -> FolderRules:
    """The rules in force, with what is withheld for those that have lost their folder."""
    groups: dict[str, frozenset[str]] = {}
    for folder, seen_by in read_rules_by_folder(reader).items():
        normal = normalise_path(folder)
        # Rules made for two spellings of one name, by an earlier version: both hold.
        groups[normal] = intersect_audiences(groups[normal], seen_by) if normal in groups else seen_by
    if not groups:
        return FolderRules({})
    ruled = [_RuledFolder(*row) for row in reader.execute(_RULED_FOLDERS, {"normal_paths": list(groups)})]
    lost = _find_lost(ruled, groups)
    # What the catalogue still knows in a folder that was renamed is as reserved there as where it went.
    moved = {
        each.normal_path: groups[normalise_path(each.moved_to)]
        for each in ruled
        if each.moved_to and each.normal_path not in groups and normalise_path(each.moved_to) in groups
    }
    return FolderRules(groups, moved, _find_withheld(reader, {each: (lost[each], groups[each]) for each in lost}))


@dataclass(frozen=True, slots=True)
class _RuledFolder:
    """A folder that a rule is about, or was: since when it is gone, and where its rule went."""

    normal_path: str
    gone: datetime | None
    moved_to: str | None


def find_lost_rules(reader: Reader) -> dict[str, datetime]:
    """The rules that have lost their folder, by the folder as they spell it, with the time since when.

    A rule for a folder that was never seen has lost nothing.
    """
    normal_paths = {folder: normalise_path(folder) for folder in read_rules_by_folder(reader)}
    if not normal_paths:
        return {}
    rows = reader.execute(_RULED_FOLDERS, {"normal_paths": list(set(normal_paths.values()))})
    lost = _find_lost([_RuledFolder(*row) for row in rows], set(normal_paths.values()))
    return {folder: lost[normal] for folder, normal in normal_paths.items() if normal in lost}


def _find_lost(folders: Iterable[_RuledFolder], ruled: Collection[str]) -> dict[str, datetime]:
    times = group_pairs((each.normal_path, each.gone) for each in folders if each.normal_path in ruled)
    # One spelling that is there is enough: the rule is about all of them.
    return {path: max(gone) for path, each in times.items() if len(gone := [at for at in each if at]) == len(each)}


def _find_withheld(reader: Reader, lost: Mapping[str, tuple[datetime, frozenset[str]]]) -> dict[str, frozenset[str]]:
    """The folders that came after a rule had lost its folder, by their normal form, with who may see them."""
    # A rule that opens its folder to all members protects nothing.
    lost = {path: (since, groups) for path, (since, groups) in lost.items() if MEMBERS not in groups}
    if not lost:
        return {}
    withheld: dict[str, frozenset[str]] = {}
    rows = reader.execute(_NEW_FOLDERS, {"since": min(since for since, _ in lost.values())})
    for path, first_seen in rows:
        for since, groups in lost.values():
            if first_seen >= since:
                withheld[path] = intersect_audiences(withheld.get(path, frozenset({MEMBERS})), groups)
    return withheld


def find_spellings(reader: Reader, normal_paths: Collection[str]) -> frozenset[str]:
    """The folders of the library that these normal forms stand for, as they are spelt."""
    return frozenset(
        path
        for chunk in split_into_chunks(normal_paths)
        for path in reader.scalars(_SPELLINGS, {"normal_paths": chunk})
    )


def filter_visible_paths(paths: Iterable[str], rules: FolderRules, groups: frozenset[str]) -> tuple[str, ...]:
    """Those of these paths that these groups may see."""
    # Path by path: a document may be visible by one of its paths and hidden by another.
    return tuple(path for path in paths if derive_audience([path], rules) & groups)


def build_visibility_filter(
    reader: Reader, groups: frozenset[str]
) -> Callable[[SQLColumnExpression[str]], ColumnElement[bool]]:
    """The same as a condition on a column of paths: gives the function that builds it.

    A path that no rule speaks of is visible: all members see it, hence whoever asks.
    """
    rules = read_folder_rules(reader)
    # Databases fold capitals and accents differently: they are asked about the folders as they are spelt. Rules'
    # own spellings are among them, for a rule may be older than what is known of its folder.
    spelt = (
        find_spellings(reader, rules.groups.keys() | rules.moved.keys() | rules.withheld.keys())
        | read_rules_by_folder(reader).keys()
    )
    visible = {folder: bool(rules.find_groups(f"{folder}/…" if folder else "…") & groups) for folder in spelt}
    # CASE takes the first that fits: deeper folders, which are longer, come first.
    deepest = sorted(visible, key=lambda folder: -len(folder))

    def is_visible(column: SQLColumnExpression[str]) -> ColumnElement[bool]:
        ruled = [(is_in_folder(column, folder), literal(visible[folder])) for folder in deepest]
        return case(*ruled, else_=true()) if ruled else true()

    return is_visible
