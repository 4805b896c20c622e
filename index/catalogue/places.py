"""Reads where contents lie in the library: files known, missing or ignored, and the versions of documents."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, exists, func, not_, or_, select, true

from index.catalogue.records import DocumentVersion, FileLocation, IgnoredPath, SourceFile
from index.catalogue.tables import DocumentRow, FailureRow, HeldRemovalRow, IgnoredPathRow, LocationRow, VersionRow
from index.model import FileStat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import ColumnElement, Row, SQLColumnExpression
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from index.catalogue.reading import Reader
    from index.catalogue.records import Extent

_CHUNK = 500
"""Values in one IN clause: SQLite takes 32,766 parameters at most, PostgreSQL 65,535."""

_MOST_FOLDERS = 100
"""Folders named in one condition. Beyond, reading every row and filtering in Python is as quick, and meets no limit."""

_PLACES = select(
    LocationRow.path,
    LocationRow.size,
    LocationRow.mtime_ns,
    LocationRow.ctime_ns,
    LocationRow.digest,
    LocationRow.document_id,
)


def split_into_chunks(values: Collection[str]) -> Iterator[list[str]]:
    """Split values into lists short enough for one condition."""
    ordered = list(values)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


def is_in_extent(column: InstrumentedAttribute[str], extent: Extent) -> ColumnElement[bool]:
    """A condition that the paths in a part of the library meet, and few others.

    It is a first filter: the caller keeps the rows that `Extent.covers`.
    """
    if "" in extent.trees or len(extent.folders) + len(extent.trees) > _MOST_FOLDERS:
        return true()
    below = [is_in_folder(column, folder) for folder in extent.trees | extent.folders - {""}]
    at_the_root = [not_(column.contains("/"))] if "" in extent.folders else []
    return or_(*below, *at_the_root)


def is_in_folder(column: SQLColumnExpression[str], folder: str) -> ColumnElement[bool]:
    """The condition that a path lies in a folder; "" is the whole library.

    Paths are compared exactly, where SQLite's LIKE would take « A/ » for « a/ ».
    """
    # « 0 » is the character after « / », in both databases. An index serves such a range.
    return and_(column >= f"{folder}/", column < f"{folder}0") if folder else true()


def list_folders(session: Session) -> frozenset[str]:
    """The folders that hold a known file, with all their parents."""
    # Distinct parents first: many files share a folder.
    near = {PurePosixPath(path).parent for path in session.scalars(select(LocationRow.path))}
    return frozenset(str(each) for folder in near for each in (folder, *folder.parents) if each.parts)


def find_in_extent(session: Session, extent: Extent) -> dict[str, FileLocation]:
    """The files known in a part of the library, by path."""
    return {
        place.path: place
        for place in map(_to_location, session.execute(_PLACES.where(is_in_extent(LocationRow.path, extent))))
        if extent.covers(place.path)
    }


def list_source_files(session: Session) -> tuple[SourceFile, ...]:
    """One file of each living content, those of the newest documents first."""
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


def list_outdated(session: Session, extractor_version: int) -> tuple[FileLocation, ...]:
    """One file of each living document that an older version of the extractors read, the newest documents first.

    Contents that this version could not read are left out: what was read before stays.
    """
    tried = exists().where(FailureRow.digest == LocationRow.digest, FailureRow.extractor_version == extractor_version)
    rows = session.execute(
        _PLACES.join(DocumentRow, DocumentRow.id == LocationRow.document_id)
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


def find_locations(session: Session, paths: Collection[str], digests: Collection[str]) -> dict[str, FileLocation]:
    """The files known at these paths or with these contents, by path."""
    found: dict[str, FileLocation] = {}
    for column, values in ((LocationRow.path, paths), (LocationRow.digest, digests)):
        for chunk in split_into_chunks(values):
            found |= {
                place.path: place for place in map(_to_location, session.execute(_PLACES.where(column.in_(chunk))))
            }
    return found


def _to_location(row: Row[str, int, int, int, str, str | None]) -> FileLocation:
    path, size, mtime_ns, ctime_ns, digest, document_id = row
    return FileLocation(path, FileStat(size, mtime_ns, ctime_ns), digest, document_id)


def find_unread(session: Session, extractor_version: int, paths: Collection[str] | None) -> frozenset[str]:
    """Known files, of these paths or all, whose content is to be read.

    No living document holds it, and this version of the extractors has not failed on it.
    """
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
        path for chunk in split_into_chunks(paths) for path in session.scalars(every.where(LocationRow.path.in_(chunk)))
    )


def find_restorable(session: Session, digests: Collection[str]) -> frozenset[str]:
    """Those of these digests that are the content of a removed document."""
    gone = select(DocumentRow.digest).where(DocumentRow.removed.is_not(None))
    return frozenset(
        digest
        for chunk in split_into_chunks(digests)
        for digest in session.scalars(gone.where(DocumentRow.digest.in_(chunk)))
    )


_V = VersionRow.__table__.c
_VERSIONS = (
    select(_V.number, _V.digest, _V.size, _V.path, _V.seen, _V.modified, _V.who)
    .where(_V.document_id == bindparam("id"))
    .order_by(_V.number.desc())
)


def list_versions(reader: Reader, document_id: str) -> tuple[DocumentVersion, ...]:
    """The contents that a document has had, newest first."""
    return tuple(DocumentVersion(*row) for row in reader.execute(_VERSIONS, {"id": document_id}).all())


def count_files(session: Session) -> int:
    """How many files are known."""
    return session.scalars(select(func.count()).select_from(LocationRow)).one()


_MISSING = select(HeldRemovalRow.path, HeldRemovalRow.confirmed)


def find_held_removals(session: Session) -> dict[str, bool]:
    """Files whose removal is held back, by path, and whether a person has agreed to it."""
    rows = session.execute(_MISSING)
    return {path: confirmed is not None for path, confirmed in rows}


def find_ignored(session: Session, extent: Extent) -> dict[str, IgnoredPath]:
    """The files and folders that are not read in a part of the library, by path."""
    rows = session.scalars(select(IgnoredPathRow).where(is_in_extent(IgnoredPathRow.path, extent)))
    return {row.path: IgnoredPath(row.path, row.reason, row.advice) for row in rows if extent.covers(row.path)}
