"""The folders of the library, as scans see them, and the folder rules that follow them."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from index.accounts import AuditAction
from index.catalogue.access_tables import FolderRuleRow
from index.catalogue.queries import is_in_extent, is_in_folder, split_into_chunks
from index.catalogue.tables import DocumentRow, LibraryFolderRow, LocationRow
from index.catalogue.visibility import (
    filter_visible_paths,
    find_lost_rules,
    find_spellings,
    read_folder_rules,
    read_rules_by_folder,
    select_visible,
)
from index.model import normalise_path

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Engine, Select, SQLColumnExpression

    from index.catalogue.file_records import Extent
    from index.catalogue.writing import WriteContext


@dataclass(frozen=True, slots=True)
class LibraryFolder:
    """A folder of the library: `identity` names the directory whatever its path, and is empty where it is not known.

    `gone` is since when it is not there; `moved_to` is the folder that its rule followed.
    """

    path: str
    identity: str
    first_seen: datetime
    gone: datetime | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class RuleMove:
    """A rule that follows its folder from `old` to `path`.

    Where `keeps_old`, it stays at `old` too, where a new folder is. Where it `extends`, its folder has not moved: a new
    folder at `path`, where the folder was before, gets the rule as well.
    """

    old: str
    path: str
    keeps_old: bool = False
    extends: bool = False


class FolderReads:
    """The folders of the library, whoever may see what they hold."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find_in_extent(self, extent: Extent) -> dict[str, LibraryFolder]:
        """The folders known in a part of the library, by path; those that are gone too, as long as they matter."""
        with Session(self._database) as session:
            rows = session.scalars(select(LibraryFolderRow).where(is_in_extent(LibraryFolderRow.path, extent)))
            # A folder lies where its parent is looked at.
            return {row.path: _to_folder(row) for row in rows if extent.covers(f"{row.path}/")}

    def find_by_identity(self, identities: Collection[str]) -> dict[str, str]:
        """The folders that the last scans saw as these directories: path by identity."""
        wanted = select(LibraryFolderRow.identity, LibraryFolderRow.path).where(LibraryFolderRow.gone.is_(None))
        with self._database.connect() as reader:
            return {
                identity: path
                for chunk in split_into_chunks(identities)
                for identity, path in reader.execute(wanted.where(LibraryFolderRow.identity.in_(chunk)))
            }

    def list_present(self) -> frozenset[str]:
        """The folders that the last scans saw."""
        with Session(self._database) as session:
            return frozenset(session.scalars(select(LibraryFolderRow.path).where(LibraryFolderRow.gone.is_(None))))

    def count_documents(self, groups: frozenset[str]) -> dict[str, int]:
        """How many documents that these groups may see each folder holds, with all that is below it; "" is the library.

        Folders without any are left out.
        """
        visible = select(LocationRow.path, LocationRow.document_id).where(
            LocationRow.document_id.in_(select_visible(groups))
        )
        with self._database.connect() as reader:
            rows, rules = reader.execute(visible).all(), read_folder_rules(reader)
        # A document that is seen by another of its paths says nothing of a folder that is not.
        shown = frozenset(filter_visible_paths((path for path, _ in rows), rules, groups))
        held = {
            ("/".join(parent.parts), id_)
            for path, id_ in rows
            if path in shown
            for parent in PurePosixPath(path).parents
        }
        return dict(Counter(folder for folder, _ in held))

    def list_ruled(self) -> frozenset[str]:
        """The folders that a rule is about, as rules spell them."""
        with self._database.connect() as reader:
            return frozenset(read_rules_by_folder(reader))

    def list_lost_rules(self) -> dict[str, datetime]:
        """The rules that have lost their folder, by folder, with the time since when."""
        with self._database.connect() as reader:
            return find_lost_rules(reader)


class FolderWrites:
    """Writes the folders that a scan saw, and moves the rules that follow them."""

    def __init__(self, context: WriteContext) -> None:
        self._context, self._session = context, context.session

    def update(self, changed: Collection[LibraryFolder], forgotten: Collection[str], moves: Sequence[RuleMove]) -> None:
        """Store folders as they are now, forget others, and have rules follow theirs, all of it at once.

        Whoever sees the documents concerned is derived again when the transaction ends. The audit says which rules
        followed, and which have lost their folder.
        """
        lost, before = find_lost_rules(self._session).keys(), read_folder_rules(self._session)
        self._save(changed)
        for chunk in split_into_chunks(forgotten):
            self._session.execute(delete(LibraryFolderRow).where(LibraryFolderRow.path.in_(chunk)))
        self._move_rules(moves)
        for folder in sorted(find_lost_rules(self._session).keys() - lost):
            self._context.record(AuditAction.FOLDER_LOST, "", folder)
        differing = before.find_differences(read_folder_rules(self._session))
        self._context.changed_audiences |= find_documents_in_folders(self._session, differing)

    def _save(self, folders: Collection[LibraryFolder]) -> None:
        known = {
            path
            for chunk in split_into_chunks([each.path for each in folders])
            for path in self._session.scalars(select(LibraryFolderRow.path).where(LibraryFolderRow.path.in_(chunk)))
        }
        rows = [asdict(each) | {"normal_path": normalise_path(each.path)} for each in folders]
        if new := [row for row in rows if row["path"] not in known]:
            self._session.execute(insert(LibraryFolderRow), new)
        if old := [row for row in rows if row["path"] in known]:
            self._session.execute(update(LibraryFolderRow), old)

    def _move_rules(self, moves: Sequence[RuleMove]) -> None:
        """Move all rules from the state before: two folders may have swapped their names."""
        rules = read_rules_by_folder(self._session)
        # Someone may have deleted one meanwhile.
        moves = [each for each in moves if each.old in rules]
        moved = {each.path: rules[each.old] for each in moves}
        # The rule that comes with a folder takes the place of one that was made for that path.
        left = {each.old for each in moves if not (each.keeps_old or each.extends)} | {
            folder for folder in rules if normalise_path(folder) in set(map(normalise_path, moved))
        }
        for chunk in split_into_chunks(left):
            self._session.execute(delete(FolderRuleRow).where(FolderRuleRow.folder.in_(chunk)))
        if rows := [{"folder": path, "group": group} for path, groups in moved.items() for group in sorted(groups)]:
            self._session.execute(insert(FolderRuleRow), rows)
        for each in moves:
            if not each.extends:
                self._context.record(AuditAction.FOLDER_FOLLOWED, "", each.old, each.path)
            if each.keeps_old or each.extends:
                ruled_too, groups = each.path if each.extends else each.old, rules[each.old]
                self._context.record(AuditAction.FOLDER_CHANGED, "", ruled_too, ", ".join(sorted(groups)))


def find_documents_in_folders(reader: Session, named: Collection[str]) -> set[str]:
    """The documents with a location in one of these folders, however it is spelt there; "" is the whole library."""
    return _find_in_folders(reader, named, select(LocationRow.document_id), LocationRow.path)


def find_removed_in_folders(reader: Session, named: Collection[str]) -> set[str]:
    """The removed documents that lay last in one of these folders."""
    removed = select(DocumentRow.id).where(DocumentRow.removed.is_not(None))
    return _find_in_folders(reader, named, removed, DocumentRow.last_path)


def _find_in_folders(
    reader: Session, named: Collection[str], ids: Select[Any], path: SQLColumnExpression[str]
) -> set[str]:
    folders = sorted(find_spellings(reader, {normalise_path(each) for each in named}) | set(named))
    return {
        id_
        for chunk in split_into_chunks(folders)
        for id_ in reader.scalars(ids.where(or_(*(is_in_folder(path, each) for each in chunk))))
        if id_
    }


def _to_folder(row: LibraryFolderRow) -> LibraryFolder:
    return LibraryFolder(row.path, row.identity, row.first_seen, row.gone, row.moved_to)
