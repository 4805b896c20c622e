"""Writes where contents lie in the library. Documents without a location are removed at the end of a transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from index.accounts import AuditAction
from index.catalogue.people import add_entry
from index.catalogue.places import find_held_removals, find_locations, split_into_chunks
from index.catalogue.tables import DocumentRow, HeldRemovalRow, IgnoredPathRow, LocationRow, VersionRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import BindParameter
    from sqlalchemy.orm import Session

    from index.catalogue.records import FileLocation, IgnoredPath

_SUCCESSION_WINDOW = timedelta(days=1)
"""A file that takes the path of one deleted less than this ago is its new version: some programs and synchronisers
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
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_HELD = select(DocumentRow.id, DocumentRow.digest, DocumentRow.authors).where(DocumentRow.id.in_(_IDS))
_VERSIONS = (
    select(VersionRow.document_id, VersionRow.number, VersionRow.digest)
    .where(VersionRow.document_id.in_(_IDS))
    .order_by(VersionRow.number)
)
_PATHS: BindParameter[Any] = bindparam("paths", expanding=True)
_DIGESTS: BindParameter[Any] = bindparam("digests", expanding=True)
_LAST_PATHS = select(DocumentRow.last_path).where(DocumentRow.last_path.in_(_PATHS))
_HELD_DIGESTS = select(DocumentRow.digest).where(DocumentRow.digest.in_(_DIGESTS))
_HAD_DIGESTS = select(VersionRow.digest).where(VersionRow.digest.in_(_DIGESTS))


class PlaceWriting:
    """The part of `Writing` that knows locations.

    A document is removed where the transaction ends without its having a location: two files that swap their names in
    one transaction leave both documents alive.
    """

    _session: Session
    _now: datetime
    _lost_locations: dict[str, str]
    """Documents that lost a location, with its path."""
    _changed_audiences: set[str]

    def keep_place(self, place: FileLocation) -> None:
        """Store a file as it is now. A content that its document did not have last is recorded as a new version."""
        self.keep_places([place])

    def keep_places(self, kept: Sequence[FileLocation]) -> None:
        """Store files as they are now, each of another path."""
        before = self.places([each.path for each in kept])
        rows = {each.path: self._to_location_row(each) for each in kept}
        if new := [row for path, row in rows.items() if path not in before]:
            self._session.execute(insert(LocationRow), new)
        if known := [row for path, row in rows.items() if path in before]:
            self._session.execute(update(LocationRow), known)
        for each in kept:
            # The document that lay here before, where another content has taken its path.
            held = before[each.path].document_id if each.path in before else None
            if held and held != each.document_id:
                self._note_lost_location(held, each.path)
        self._record_versions({each: each.document_id for each in kept if each.document_id})

    def place(self, path: str) -> FileLocation | None:
        """A file as it was when last read; None where it is not known."""
        return self.places([path]).get(path)

    def places(self, paths: Collection[str]) -> dict[str, FileLocation]:
        """Files as they were when last read, by path, of those that are known."""
        return find_locations(self._session, paths, ())

    def unheard_of(self, places: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Those of these (path, digest) pairs without a past.

        Neither the path nor the content was ever that of a file or document, living or removed.
        """
        paths, digests = [path for path, _ in places], [digest for _, digest in places]
        known = self.places(paths).keys() | set(self._session.scalars(_LAST_PATHS, {"paths": paths}))
        had = set(self._session.scalars(_HELD_DIGESTS, {"digests": digests}))
        had |= set(self._session.scalars(_HAD_DIGESTS, {"digests": digests}))
        return frozenset((path, digest) for path, digest in places if path not in known and digest not in had)

    def forget_place(self, path: str) -> None:
        """Forget a file that is gone.

        Its document goes with its last location, and keeps its identity in case it comes back.
        """
        place = self.place(path)
        self._session.execute(delete(LocationRow).where(LocationRow.path == path))
        if place and place.document_id:
            self._note_lost_location(place.document_id, path)

    def document_of(self, digest: str) -> str | None:
        """The document that holds a content, a living one before a removed one."""
        return self._session.scalars(_HOLDERS, {"digest": digest}).first()

    def document_that_had(self, digest: str) -> str | None:
        """The removed document that had a content in an earlier version, where an old copy of it is put back."""
        return self._session.scalars(_FORMER_HOLDERS, {"digest": digest}).first()

    def predecessor(self, path: str) -> str | None:
        """The document that lay last at a path where nothing is known, if it was removed not long ago."""
        return self._session.scalars(_PREDECESSORS, {"path": path, "since": self._now - _SUCCESSION_WINDOW}).first()

    def release_other_contents(self, document_id: str) -> None:
        """Detach from a document the files with another content than its own: versions that could not be read."""
        held = select(DocumentRow.digest).where(DocumentRow.id == document_id).scalar_subquery()
        self._session.execute(
            update(LocationRow)
            .where(LocationRow.document_id == document_id, LocationRow.digest != held)
            .values(document_id=None)
        )
        self._changed_audiences.add(document_id)

    def hold(self, paths: Collection[str]) -> None:
        """Set the files whose removal is held back: these and no others. What a person agreed to is kept."""
        held = find_held_removals(self._session)
        # What is back, or was removed, is held no longer.
        for chunk in split_into_chunks(held.keys() - set(paths)):
            self._session.execute(delete(HeldRemovalRow).where(HeldRemovalRow.path.in_(chunk)))
        if new := [{"path": path, "since": self._now, "who": ""} for path in sorted(set(paths) - held.keys())]:
            self._session.execute(insert(HeldRemovalRow), new)

    def confirm_deletions(self, who: str = "") -> int:
        """Record that a person agrees to the removal of the files held back; gives how many.

        The indexer forgets them at its next comparison.
        """
        # Only the files held now: what goes missing later waits for another consent.
        agreed = update(HeldRemovalRow).where(HeldRemovalRow.confirmed.is_(None)).values(confirmed=self._now, who=who)
        count = len(self._session.scalars(agreed.returning(HeldRemovalRow.path)).all())
        if count:
            add_entry(self._session, AuditAction.REMOVAL_CONFIRMED, who, detail=str(count))
        return count

    def leave_out(self, put: Collection[IgnoredPath], drop: Collection[str]) -> None:
        """Set what is ignored from now on, and what no longer is."""
        # Deleted and inserted again: reasons may have changed.
        for chunk in split_into_chunks([*drop, *(each.path for each in put)]):
            self._session.execute(delete(IgnoredPathRow).where(IgnoredPathRow.path.in_(chunk)))
        if put:
            self._session.execute(
                insert(IgnoredPathRow),
                [{"path": each.path, "reason": each.reason, "advice": each.advice, "seen": self._now} for each in put],
            )

    def _to_location_row(self, location: FileLocation) -> dict[str, object]:
        return {
            "path": location.path,
            **asdict(location.stat),
            "digest": location.digest,
            "document_id": location.document_id,
            "seen": self._now,
        }

    def _note_lost_location(self, document_id: str, path: str) -> None:
        self._lost_locations[document_id] = path
        self._changed_audiences.add(document_id)

    def _record_versions(self, held: Mapping[FileLocation, str]) -> None:
        """Record the contents that documents, by location, did not have last."""
        asked = {"ids": list(set(held.values()))}
        self._changed_audiences.update(asked["ids"])
        documents = {row.id: row for row in self._session.execute(_HELD, asked)}
        last = {id_: (number, digest) for id_, number, digest in self._session.execute(_VERSIONS, asked)}
        rows = []
        for place, document_id in held.items():
            document, (number, digest) = documents[document_id], last.get(document_id, (0, ""))
            # A file that could not be read as a new version has another digest than its document: no version yet. A
            # copy or a move has the digest of the last version.
            if document.digest == place.digest != digest:
                last[document_id] = number + 1, place.digest
                rows.append(
                    {
                        "document_id": document_id,
                        "number": number + 1,
                        "digest": place.digest,
                        "size": place.stat.size,
                        "path": place.path,
                        "seen": self._now,
                        "modified": _to_instant(place.stat.mtime_ns),
                        "who": ", ".join(document.authors),
                    }
                )
        if rows:
            self._session.execute(insert(VersionRow), rows)


def _to_instant(mtime_ns: int) -> datetime | None:
    """The date that a file bears; None where it is beyond what a calendar holds."""
    try:
        return datetime.fromtimestamp(mtime_ns / 1e9, UTC)
    except (OverflowError, ValueError, OSError):
        return None
