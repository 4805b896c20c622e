"""The contents that documents have had."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select

from index.catalogue.place_audiences import read_place_audiences
from index.catalogue.tables import DocumentRow, LocationRow, VersionRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import BindParameter

    from index.catalogue.file_records import FileLocation
    from index.catalogue.queries import Reader
    from index.catalogue.writing import WriteContext


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """A content that a document has or had, from 1: `size` in bytes, `path` where it lay when it was `seen`.

    `modified` is the file's own date; `who` is whom the file names as its authors, empty where it names nobody.
    """

    number: int
    digest: str
    size: int
    path: str
    seen: datetime
    modified: datetime | None
    who: str


_V = VersionRow.__table__.c
_VERSIONS_OF = (
    select(_V.number, _V.digest, _V.size, _V.path, _V.seen, _V.modified, _V.who, _V.groups)
    .where(_V.document_id == bindparam("id"))
    .order_by(_V.number.desc())
)


_PATHS_OF = select(LocationRow.path).where(LocationRow.document_id == bindparam("id"))

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_HELD = select(DocumentRow.id, DocumentRow.digest, DocumentRow.authors).where(DocumentRow.id.in_(_IDS))
_LAST_VERSIONS = (
    select(VersionRow.document_id, VersionRow.number, VersionRow.digest)
    .where(VersionRow.document_id.in_(_IDS))
    .order_by(VersionRow.number)
)


def list_versions(reader: Reader, document_id: str, groups: frozenset[str]) -> tuple[DocumentVersion, ...]:
    """The contents that a document has had, newest first, of those that these groups may see.

    Who sees the document sees its last version; a former one is for those whose document it was. A path is left empty
    that these groups do not see, or that the document had while it was for others.
    """
    rows = reader.execute(_VERSIONS_OF, {"id": document_id}).all()
    audiences = read_place_audiences(reader)
    now = frozenset(reader.scalars(_PATHS_OF, {"id": document_id}))
    versions = []
    for place, (*fields, of) in enumerate(rows):
        is_theirs = bool(of & groups)
        if place and not is_theirs:
            continue
        version = DocumentVersion(*fields)
        is_told = audiences.find(version.path) & groups and (is_theirs or version.path in now)
        versions.append(version if is_told else replace(version, path=""))
    # Counted anew: a number that is left out would tell of a version.
    return tuple(replace(each, number=len(versions) - place) for place, each in enumerate(versions))


def record_versions(context: WriteContext, held: Mapping[FileLocation, str]) -> None:
    """Record the contents that documents, by location, did not have last."""
    asked = {"ids": list(set(held.values()))}
    context.changed_audiences.update(asked["ids"])
    documents = {row.id: row for row in context.session.execute(_HELD, asked)}
    last = {id_: (number, digest) for id_, number, digest in context.session.execute(_LAST_VERSIONS, asked)}
    rows = []
    for place, document_id in held.items():
        document, (number, digest) = documents[document_id], last.get(document_id, (0, ""))
        # A file that could not be read as a new version has another digest than its document: no version yet. A
        # copy or a move has the digest of the last version.
        if document.digest == place.digest != digest:
            last[document_id] = number + 1, place.digest
            # Who may see it is known when the transaction ends: then the audience of its places is.
            context.new_versions.append((document_id, number + 1))
            rows.append(
                {
                    "document_id": document_id,
                    "number": number + 1,
                    "digest": place.digest,
                    "size": place.stat.size,
                    "path": place.path,
                    "seen": context.now,
                    "modified": _to_instant(place.stat.mtime_ns),
                    "who": ", ".join(document.authors),
                }
            )
    if rows:
        context.session.execute(insert(VersionRow), rows)


def _to_instant(mtime_ns: int) -> datetime | None:
    """The date that a file bears; None where it is beyond what a calendar holds."""
    try:
        return datetime.fromtimestamp(mtime_ns / 1e9, UTC)
    except (OverflowError, ValueError, OSError):
        return None
