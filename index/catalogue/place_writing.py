"""Writing where contents lie. What is said here of places decides which documents live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update

from index.accounts.acts import Act
from index.catalogue.people import audit
from index.catalogue.places import chunks, missing
from index.catalogue.records import Place
from index.catalogue.tables import DocumentRow, LeftOutRow, MissingRow, PlaceRow, VersionRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from index.catalogue.records import LeftOut

_SUCCESSION = timedelta(days=1)
"""A file that takes the name of one deleted less than this ago is its new version: some programs and synchronisers
replace a file by deleting it first."""


# False sorts before true: living documents, whose `removed` is null, come first.
_HOLDERS = (
    select(DocumentRow.id)
    .where(DocumentRow.digest == bindparam("digest"))
    .order_by(DocumentRow.removed.is_not(None), DocumentRow.added)
    .limit(1)
)
_FORMER_HOLDERS = (
    select(DocumentRow.id)
    .join(VersionRow, VersionRow.document_id == DocumentRow.id)
    .where(VersionRow.digest == bindparam("digest"), DocumentRow.removed.is_not(None))
    .order_by(DocumentRow.removed.desc())
    .limit(1)
)
_PREDECESSORS = (
    select(DocumentRow.id)
    .where(DocumentRow.last_path == bindparam("path"), DocumentRow.removed > bindparam("since"))
    .order_by(DocumentRow.removed.desc())
    .limit(1)
)
_HELD = select(DocumentRow.digest, DocumentRow.authors).where(DocumentRow.id == bindparam("document"))
_LAST_VERSION = (
    select(VersionRow.number, VersionRow.digest)
    .where(VersionRow.document_id == bindparam("document"))
    .order_by(VersionRow.number.desc())
    .limit(1)
)


class PlaceWriting:
    """The part of `Writing` that knows places.

    A document is removed when the transaction ends without its having a place: two files that swap their names in one
    transaction leave both documents alive.
    """

    _session: Session
    _now: datetime
    _bereft: dict[str, str]
    """Documents that lost a place, with where it was."""
    _shown: set[str]

    def keep_place(self, place: Place) -> None:
        """A file as it is now. A content that its document did not have last is recorded as its new version."""
        before = self._session.get(PlaceRow, place.path)
        if before and before.document_id and before.document_id != place.document_id:
            self._lose(before.document_id, place.path)
        row = before or PlaceRow(path=place.path)
        row.size, row.mtime_ns, row.ctime_ns = place.size, place.mtime_ns, place.ctime_ns
        row.digest, row.document_id, row.seen = place.digest, place.document_id, self._now
        self._session.add(row)
        self._session.flush()
        if place.document_id:
            self._shown.add(place.document_id)
            self._record_version(place, place.document_id)

    def place(self, path: str) -> Place | None:
        """A file as it was when last read, None when it is not known."""
        row = self._session.get(PlaceRow, path)
        if row is None:
            return None
        return Place(row.path, row.size, row.mtime_ns, row.digest, row.document_id, row.ctime_ns)

    def forget_place(self, path: str) -> None:
        """A file that is gone. Its document goes with its last place, and keeps its identity in case it comes back."""
        row = self._session.get(PlaceRow, path)
        if row is None:
            return
        self._session.delete(row)
        self._session.flush()
        if row.document_id:
            self._lose(row.document_id, path)

    def document_of(self, digest: str) -> str | None:
        """The document that holds a content, a living one before a removed one."""
        return self._session.scalars(_HOLDERS, {"digest": digest}).first()

    def document_that_had(self, digest: str) -> str | None:
        """The removed document that had a content in an earlier version: an old copy of it has been put back."""
        return self._session.scalars(_FORMER_HOLDERS, {"digest": digest}).first()

    def predecessor(self, path: str) -> str | None:
        """The document that lay last at a path where nothing is known, if it was removed not long ago."""
        return self._session.scalars(_PREDECESSORS, {"path": path, "since": self._now - _SUCCESSION}).first()

    def release_other_contents(self, document_id: str) -> None:
        """A place with another content than its document's (a version that could not be read) is its place no more."""
        held = select(DocumentRow.digest).where(DocumentRow.id == document_id).scalar_subquery()
        self._session.execute(
            update(PlaceRow)
            .where(PlaceRow.document_id == document_id, PlaceRow.digest != held)
            .values(document_id=None)
        )
        self._shown.add(document_id)

    def hold(self, paths: Collection[str]) -> None:
        """The files whose removal is held back are these, and no others; what a person agreed to is kept."""
        held = missing(self._session)
        for chunk in chunks(held.keys() - set(paths)):
            self._session.execute(delete(MissingRow).where(MissingRow.path.in_(chunk)))
        if new := [{"path": path, "since": self._now, "who": ""} for path in sorted(set(paths) - held.keys())]:
            self._session.execute(insert(MissingRow), new)

    def confirm_deletions(self, who: str = "") -> int:
        """A person agrees that the files held back are gone for good; gives how many, which the indexer will forget."""
        agreed = update(MissingRow).where(MissingRow.confirmed.is_(None)).values(confirmed=self._now, who=who)
        count = len(self._session.scalars(agreed.returning(MissingRow.path)).all())
        if count:
            audit.add(self._session, Act.REMOVAL_CONFIRMED, who, detail=str(count))
        return count

    def leave_out(self, put: Collection[LeftOut], drop: Collection[str]) -> None:
        """What is left out from now on, and what no longer is."""
        for chunk in chunks([*drop, *(each.path for each in put)]):
            self._session.execute(delete(LeftOutRow).where(LeftOutRow.path.in_(chunk)))
        if put:
            self._session.execute(
                insert(LeftOutRow),
                [{"path": each.path, "reason": each.reason, "advice": each.advice, "seen": self._now} for each in put],
            )

    def _lose(self, document_id: str, path: str) -> None:
        self._bereft[document_id] = path
        self._shown.add(document_id)

    def _record_version(self, place: Place, document_id: str) -> None:
        document = self._session.execute(_HELD, {"document": document_id}).one()
        last = self._session.execute(_LAST_VERSION, {"document": document_id}).first()
        if document.digest != place.digest or (last and last.digest == place.digest):
            return
        self._session.add(
            VersionRow(
                document_id=document_id,
                number=last.number + 1 if last else 1,
                digest=place.digest,
                size=place.size,
                path=place.path,
                seen=self._now,
                modified=_instant(place.mtime_ns),
                who=", ".join(document.authors),
            )
        )
        self._session.flush()


def _instant(mtime_ns: int) -> datetime | None:
    """The date that a file bears, None where no calendar has it."""
    try:
        return datetime.fromtimestamp(mtime_ns / 1e9, UTC)
    except (OverflowError, ValueError, OSError):
        return None
