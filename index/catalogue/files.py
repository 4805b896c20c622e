"""The files of the library: known, held back or ignored, and which document each belongs to."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, insert, not_, select, true, update
from sqlalchemy.orm import Session

from index.accounts import EVERYBODY, AuditAction
from index.catalogue.document_versions import record_versions
from index.catalogue.file_records import WHOLE_LIBRARY, FileLocation, IgnoredPath, SourceFile
from index.catalogue.hold_tables import HoldRow
from index.catalogue.place_audiences import read_place_audiences
from index.catalogue.queries import is_in_extent, split_into_chunks
from index.catalogue.tables import (
    AudienceRow,
    DepositRow,
    DocumentRow,
    FailureRow,
    HeldRemovalRow,
    IgnoredPathRow,
    LocationRow,
)
from index.catalogue.visibility import filter_visible_paths, read_folder_rules, read_rules_by_folder
from index.model import FileStat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Engine, Row

    from index.catalogue.file_records import Extent
    from index.catalogue.place_audiences import PlaceAudiences
    from index.catalogue.writing import WriteContext


_LOCATIONS = select(
    LocationRow.path,
    LocationRow.size,
    LocationRow.mtime_ns,
    LocationRow.ctime_ns,
    LocationRow.digest,
    LocationRow.document_id,
)
_HELD_REMOVALS = select(HeldRemovalRow.path, HeldRemovalRow.confirmed)


class FileReads:
    """The files that the catalogue knows."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find_in_extent(self, extent: Extent = WHOLE_LIBRARY) -> dict[str, FileLocation]:
        """The files known in a part of the library, by path."""
        with Session(self._database) as session:
            return {
                place.path: place
                for place in map(
                    _to_location, session.execute(_LOCATIONS.where(is_in_extent(LocationRow.path, extent)))
                )
                if extent.covers(place.path)
            }

    def list_all(self) -> Iterator[FileLocation]:
        """All files known, a thousand at a time: they are never all in memory."""
        with Session(self._database) as session:
            yield from map(_to_location, session.execute(_LOCATIONS, execution_options={"yield_per": 1_000}))

    def find(self, paths: Collection[str], digests: Collection[str]) -> dict[str, FileLocation]:
        """The files known at these paths or with these contents, by path."""
        with Session(self._database) as session:
            return find_locations(session, paths, digests)

    def count(self) -> int:
        """How many files are known."""
        with Session(self._database) as session:
            return session.scalars(select(func.count()).select_from(LocationRow)).one()

    def list_source_files(self) -> tuple[SourceFile, ...]:
        """One file of each living content, those of the newest documents first."""
        with Session(self._database) as session:
            rows = session.execute(
                select(DocumentRow.digest, DocumentRow.format, LocationRow.path, LocationRow.size, LocationRow.mtime_ns)
                .join(LocationRow, LocationRow.document_id == DocumentRow.id)
                # A file whose new version could not be read still belongs to the document, with another digest.
                .where(DocumentRow.removed.is_(None), LocationRow.digest == DocumentRow.digest)
                .order_by(DocumentRow.added.desc(), DocumentRow.date.desc().nulls_last(), LocationRow.path)
            )
            found: dict[str, SourceFile] = {}
            for row in rows:
                # Rows come newest first, then by path: the first of each content is kept.
                found.setdefault(row.digest, SourceFile(row.digest, row.format, row.path, row.size, row.mtime_ns))
            return tuple(found.values())

    def list_outdated(self, extractor_version: int, but_for: str = "") -> tuple[FileLocation, ...]:
        """One file of each living document that an older version of the extractors read, the newest documents first.

        Contents that this version could not read are left out: what was read before stays. A failure with the detail
        `but_for` does not count.
        """
        with Session(self._database) as session:
            tried = exists().where(
                FailureRow.digest == LocationRow.digest, FailureRow.extractor_version == extractor_version
            )
            if but_for:
                tried = tried.where(FailureRow.detail != but_for)
            rows = session.execute(
                _LOCATIONS.join(DocumentRow, DocumentRow.id == LocationRow.document_id)
                .where(
                    DocumentRow.removed.is_(None),
                    DocumentRow.extractor_version < extractor_version,
                    LocationRow.digest == DocumentRow.digest,
                    not_(tried),
                )
                .order_by(DocumentRow.added.desc(), DocumentRow.date.desc().nulls_last(), LocationRow.path)
            )
            found: dict[str | None, FileLocation] = {}
            for place in map(_to_location, rows):
                found.setdefault(place.document_id, place)
            return tuple(found.values())

    def find_unread(self, extractor_version: int, paths: Collection[str] | None = None) -> frozenset[str]:
        """Known files, of these paths or all, whose content is to be read.

        No living document holds it, and this version of the extractors has not failed on it.
        """
        with Session(self._database) as session:
            living = exists().where(DocumentRow.id == LocationRow.document_id, DocumentRow.removed.is_(None))
            # An empty digest is of a file that could not be hashed: nothing was tried on its content.
            tried = exists().where(
                FailureRow.digest == LocationRow.digest,
                FailureRow.extractor_version == extractor_version,
                LocationRow.digest != "",
            )
            every = select(LocationRow.path).where(not_(living), not_(tried))
            if paths is None:
                return frozenset(session.scalars(every))
            return frozenset(
                path
                for chunk in split_into_chunks(paths)
                for path in session.scalars(every.where(LocationRow.path.in_(chunk)))
            )

    def find_failed(self, detail: str, digests: Collection[str]) -> frozenset[str]:
        """The files of these contents that no living document holds, and that failed with this detail."""
        with Session(self._database) as session:
            living = exists().where(DocumentRow.id == LocationRow.document_id, DocumentRow.removed.is_(None))
            failed = (
                select(LocationRow.path)
                .join(FailureRow, FailureRow.digest == LocationRow.digest)
                .where(FailureRow.detail == detail, not_(living))
            )
            return frozenset(
                path
                for chunk in split_into_chunks(digests)
                for path in session.scalars(failed.where(FailureRow.digest.in_(chunk)))
            )

    def find_restorable(self, digests: Collection[str]) -> frozenset[tuple[str, frozenset[str]]]:
        """Those of these digests that are the content of a removed document, each with the audience of its places."""
        with Session(self._database) as session:
            gone = select(DocumentRow.digest, DocumentRow.place_groups).where(DocumentRow.removed.is_not(None))
            return frozenset(
                (digest, groups)
                for chunk in split_into_chunks(digests)
                for digest, groups in session.execute(gone.where(DocumentRow.digest.in_(chunk)))
            )

    def find_reserved(self, paths: Collection[str]) -> dict[str, frozenset[str]]:
        """The audiences of the documents at these paths, of those that are not everybody's."""
        with Session(self._database) as session:
            reserved = (
                select(LocationRow.path, DocumentRow.place_groups)
                .join(DocumentRow, DocumentRow.id == LocationRow.document_id)
                .where(DocumentRow.place_groups != EVERYBODY)
            )
            return {
                path: groups
                for chunk in split_into_chunks(paths)
                for path, groups in session.execute(reserved.where(LocationRow.path.in_(chunk)))
            }

    def find_deposited(self, paths: Collection[str]) -> frozenset[str]:
        """Those of these paths to which a person has deposited a file that is not read yet."""
        with Session(self._database) as session:
            return frozenset(
                path
                for chunk in split_into_chunks(paths)
                for path in session.scalars(select(DepositRow.path).where(DepositRow.path.in_(chunk)))
            )

    def read_place_audiences(self) -> PlaceAudiences:
        """Who sees which path, by the folder rules in force."""
        with self._database.connect() as reader:
            return read_place_audiences(reader)

    def read_rules_by_folder(self) -> dict[str, frozenset[str]]:
        """The folder rules as they were made: the groups that see a folder, by the folder as the rule spells it."""
        with self._database.connect() as reader:
            return read_rules_by_folder(reader)

    def find_held_removals(self) -> dict[str, bool]:
        """Files whose removal is held back, by path, and whether a person has agreed to it."""
        with Session(self._database) as session:
            return find_held_removals(session)

    def find_ignored(self, extent: Extent = WHOLE_LIBRARY) -> dict[str, IgnoredPath]:
        """The files and folders that are not read in a part of the library, by path."""
        with Session(self._database) as session:
            rows = session.scalars(select(IgnoredPathRow).where(is_in_extent(IgnoredPathRow.path, extent)))
            return {row.path: IgnoredPath(row.path, row.reason, row.advice) for row in rows if extent.covers(row.path)}

    def list_folders(self) -> frozenset[str]:
        """The folders of the library that hold a known file, with all their parents, whoever may see them."""
        return self._list_folders(true())

    def list_hidden_folders(self, groups: frozenset[str]) -> frozenset[str]:
        """Folders in which there are only files of documents that wait to be shown to these groups.

        Their name may have come from a reserved folder with them.
        """
        held = exists().where(HoldRow.document_id == LocationRow.document_id)
        seen_by = exists().where(AudienceRow.document_id == LocationRow.document_id, AudienceRow.group.in_(groups))
        waiting = self._list_folders(held & ~seen_by)
        return waiting - self._list_folders(~held | seen_by) if waiting else waiting

    def _list_folders(self, which: ColumnElement[bool]) -> frozenset[str]:
        with Session(self._database) as session:
            # Distinct parents first: many files share a folder.
            near = {PurePosixPath(path).parent for path in session.scalars(select(LocationRow.path).where(which))}
            return frozenset(str(each) for folder in near for each in (folder, *folder.parents) if each.parts)

    def filter_visible(self, paths: Iterable[str], groups: frozenset[str]) -> tuple[str, ...]:
        """Those of these paths that lie in folders which these groups see."""
        with self._database.connect() as reader:
            return filter_visible_paths(paths, read_folder_rules(reader), groups)


class FileWrites:
    """Writes the files of the library, and which document each belongs to.

    A document is removed where the transaction ends without its having a location: two files that swap their names in
    one transaction leave both documents alive.
    """

    def __init__(self, context: WriteContext) -> None:
        self._context, self._session = context, context.session
        self._audiences: PlaceAudiences | None = None

    def save(self, location: FileLocation) -> None:
        """Store a file as it is now. A content that its document did not have last is recorded as a new version."""
        self.save_each([location])

    def save_each(self, locations: Sequence[FileLocation]) -> None:
        """Store files as they are now, each of another path."""
        before = self._find_each([each.path for each in locations])
        rows = {each.path: {**_to_row(each), "seen": self._context.now} for each in locations}
        if new := [row for path, row in rows.items() if path not in before]:
            self._session.execute(insert(LocationRow), new)
        if known := [row for path, row in rows.items() if path in before]:
            self._session.execute(update(LocationRow), known)
        for each in locations:
            # The document that lay here before, where another content has taken its path.
            held = before[each.path].document_id if each.path in before else None
            if held and held != each.document_id:
                self._note_lost_location(held, each.path)
        record_versions(self._context, {each: each.document_id for each in locations if each.document_id})

    def forget(self, path: str) -> None:
        """Forget a file that is gone, and what was announced of it before it came.

        Its document goes with its last location, and keeps its identity in case it comes back.
        """
        place = self.find(path)
        self._session.execute(delete(LocationRow).where(LocationRow.path == path))
        if place and place.document_id:
            self._note_lost_location(place.document_id, path)
        self._session.execute(delete(DepositRow).where(DepositRow.path == path))

    def find(self, path: str) -> FileLocation | None:
        """A file as it was when last read; None where it is not known."""
        return self._find_each([path]).get(path)

    @property
    def audiences(self) -> PlaceAudiences:
        """Who sees which path, by the folder rules at the beginning of this transaction."""
        if self._audiences is None:
            self._audiences = read_place_audiences(self._session)
        return self._audiences

    def set_held_removals(self, paths: Collection[str]) -> None:
        """Set the files whose removal is held back: these and no others. What a person agreed to is kept."""
        held = find_held_removals(self._session)
        # What is back, or was removed, is held no longer.
        for chunk in split_into_chunks(held.keys() - set(paths)):
            self._session.execute(delete(HeldRemovalRow).where(HeldRemovalRow.path.in_(chunk)))
        if new := [{"path": path, "since": self._context.now, "who": ""} for path in sorted(set(paths) - held.keys())]:
            self._session.execute(insert(HeldRemovalRow), new)

    def confirm_removals(self, who: str = "") -> int:
        """Record that a person agrees to the removal of the files held back; gives how many.

        The indexer forgets them at its next comparison.
        """
        # Only the files held now: what goes missing later waits for another consent.
        agreed = (
            update(HeldRemovalRow)
            .where(HeldRemovalRow.confirmed.is_(None))
            .values(confirmed=self._context.now, who=who)
        )
        count = len(self._session.scalars(agreed.returning(HeldRemovalRow.path)).all())
        if count:
            self._context.record(AuditAction.REMOVAL_CONFIRMED, who, detail=str(count))
        return count

    def set_ignored(self, added: Collection[IgnoredPath], removed: Collection[str]) -> None:
        """Set what is ignored from now on, and what no longer is."""
        # Deleted and inserted again: reasons may have changed.
        for chunk in split_into_chunks([*removed, *(each.path for each in added)]):
            self._session.execute(delete(IgnoredPathRow).where(IgnoredPathRow.path.in_(chunk)))
        if added:
            self._session.execute(
                insert(IgnoredPathRow),
                [
                    {"path": each.path, "reason": each.reason, "advice": each.advice, "seen": self._context.now}
                    for each in added
                ],
            )

    def _find_each(self, paths: Collection[str]) -> dict[str, FileLocation]:
        return find_locations(self._session, paths, ())

    def _note_lost_location(self, document_id: str, path: str) -> None:
        self._context.lost_locations[document_id] = path
        self._context.changed_files.add(document_id)
        self._context.origins.setdefault(document_id, path)
        self._context.changed_audiences.add(document_id)


def find_locations(session: Session, paths: Collection[str], digests: Collection[str]) -> dict[str, FileLocation]:
    """The files known at these paths or with these contents, by path."""
    found: dict[str, FileLocation] = {}
    for column, values in ((LocationRow.path, paths), (LocationRow.digest, digests)):
        for chunk in split_into_chunks(values):
            found |= {
                place.path: place for place in map(_to_location, session.execute(_LOCATIONS.where(column.in_(chunk))))
            }
    return found


def _to_location(row: Row[str, int, int, int, str, str | None]) -> FileLocation:
    path, size, mtime_ns, ctime_ns, digest, document_id = row
    return FileLocation(path, FileStat(size, mtime_ns, ctime_ns), digest, document_id)


def _to_row(location: FileLocation) -> dict[str, object]:
    return {
        "path": location.path,
        **asdict(location.stat),
        "digest": location.digest,
        "document_id": location.document_id,
    }


def find_held_removals(session: Session) -> dict[str, bool]:
    """Files whose removal is held back, by path, and whether a person has agreed to it."""
    rows = session.execute(_HELD_REMOVALS)
    return {path: confirmed is not None for path, confirmed in rows}


def release_other_contents(context: WriteContext, document_id: str) -> None:
    """Detach from a document the files with another content than its own: versions that could not be read."""
    held = select(DocumentRow.digest).where(DocumentRow.id == document_id).scalar_subquery()
    context.session.execute(
        update(LocationRow)
        .where(LocationRow.document_id == document_id, LocationRow.digest != held)
        .values(document_id=None)
    )
    context.changed_audiences.add(document_id)
