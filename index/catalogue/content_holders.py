"""Which document a content is that comes to a path: its holder, a former one, a predecessor, or none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, or_, select

from index.accounts import EVERYBODY, is_within, unite_audiences
from index.catalogue.column_types import GroupSet
from index.catalogue.files import find_locations
from index.catalogue.hold_tables import HoldRow
from index.catalogue.tables import DepositRow, DocumentRow, VersionRow

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from sqlalchemy import BindParameter

    from index.catalogue.writing import WriteContext


_SUCCESSION_WINDOW = timedelta(days=1)
"""A file that takes the path of one deleted less than this ago is its new version: some programs and synchronisers
replace a file by deleting it first."""

_GROUPS: BindParameter[Any] = bindparam("groups", type_=GroupSet())
# False sorts before true: living documents, whose `removed` is null, come first.
_HOLDERS = (
    select(DocumentRow.id)
    .where(
        DocumentRow.digest == bindparam("digest"),
        DocumentRow.place_groups == _GROUPS,
        # What waits for an agreement lies where others would see it.
        or_(DocumentRow.removed.is_not(None), ~exists().where(HoldRow.document_id == DocumentRow.id)),
    )
    .order_by(DocumentRow.removed.is_not(None), DocumentRow.added)
    .limit(1)
)
_FORMER_HOLDERS = (
    select(DocumentRow.id)
    .join(VersionRow, VersionRow.document_id == DocumentRow.id)
    .where(
        VersionRow.digest == bindparam("digest"),
        DocumentRow.removed.is_not(None),
        DocumentRow.place_groups == _GROUPS,
    )
    .order_by(DocumentRow.removed.desc())
    .limit(1)
)
_HOLDING_GROUPS = select(DocumentRow.place_groups, DocumentRow.removed).where(DocumentRow.digest == bindparam("digest"))
_PRESENT = select(DocumentRow.digest, DocumentRow.place_groups, DocumentRow.removed).where(
    DocumentRow.id == bindparam("id")
)
_FORMER_GROUPS = select(VersionRow.groups).where(VersionRow.digest == bindparam("digest"))
_PREDECESSORS = (
    select(DocumentRow.id, DocumentRow.place_groups)
    .where(DocumentRow.last_path == bindparam("path"), DocumentRow.removed > bindparam("since"))
    .order_by(DocumentRow.removed.desc())
    .limit(1)
)
_PATHS: BindParameter[Any] = bindparam("paths", expanding=True)
_DIGESTS: BindParameter[Any] = bindparam("digests", expanding=True)
_LAST_PATHS = select(DocumentRow.last_path).where(DocumentRow.last_path.in_(_PATHS))
_HELD_DIGESTS = select(DocumentRow.digest).where(DocumentRow.digest.in_(_DIGESTS))
_HAD_DIGESTS = select(VersionRow.digest).where(VersionRow.digest.in_(_DIGESTS))


class ContentHolders:
    """The documents that hold, or held, a content, as a transaction sees them."""

    def __init__(self, context: WriteContext) -> None:
        self._context, self._session = context, context.session

    def find_document_of(self, digest: str, groups: frozenset[str] = EVERYBODY) -> str | None:
        """The document of an audience that holds a content, a living one before a removed one."""
        return self._session.scalars(_HOLDERS, {"digest": digest, "groups": groups}).first()

    def find_former_document_of(self, digest: str, groups: frozenset[str] = EVERYBODY) -> str | None:
        """The removed document of an audience that had a content in an earlier version.

        An old copy of it is put back.
        """
        return self._session.scalars(_FORMER_HOLDERS, {"digest": digest, "groups": groups}).first()

    def find_predecessor(self, path: str) -> tuple[str, frozenset[str]] | None:
        """The document that lay last at a path where nothing is known, if it was removed not long ago.

        It comes with the audience of its places.
        """
        asked = {"path": path, "since": self._context.now - _SUCCESSION_WINDOW}
        row = self._session.execute(_PREDECESSORS, asked).first()
        return (row.id, row.place_groups) if row else None

    def find_reserved_audience(self, digest: str, groups: frozenset[str]) -> frozenset[str] | None:
        """To whom a content is reserved that is about to be shown to `groups`; None where they may see it.

        It may be that of a document, living or removed, or of one of its former versions.
        """
        holders = self._session.execute(_HOLDING_GROUPS, {"digest": digest}).all()
        # Whoever sees a document with this content learns nothing from another one.
        if any(removed is None and is_within(groups, each) for each, removed in holders):
            return None
        had = [*(each for each, _ in holders), *self._session.scalars(_FORMER_GROUPS, {"digest": digest})]
        narrower = [each for each in had if not is_within(groups, each)]
        return unite_audiences(narrower) if narrower else None

    def find_reserved_since(self, document_id: str) -> frozenset[str] | None:
        """To whom the content of a removed document has become reserved; None where it may be shown as it was.

        It is if other documents have it, or had it when this one was gone, all for fewer people: a file that goes to a
        reserved folder may be seen there before it is missed where it was.
        """
        mine = self._session.execute(_PRESENT, {"id": document_id}).one()
        if mine.removed is None:
            return None
        holders = self._session.execute(_HOLDING_GROUPS, {"digest": mine.digest}).all()
        since = [each.place_groups for each in holders if each.removed is None or each.removed > mine.removed]
        if any(is_within(mine.place_groups, each) for each in since):
            return None
        return unite_audiences(since) if since else None

    def is_deposited(self, path: str) -> bool:
        """Whether a person has deposited a file at a path that is not read yet."""
        return self._session.scalars(select(exists().where(DepositRow.path == path))).one()

    def filter_without_past(self, locations: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Those of these (path, digest) pairs without a past.

        Neither the path nor the content was ever that of a file or document, living or removed.
        """
        paths, digests = [path for path, _ in locations], [digest for _, digest in locations]
        known = find_locations(self._session, paths, ()).keys() | set(
            self._session.scalars(_LAST_PATHS, {"paths": paths})
        )
        had = set(self._session.scalars(_HELD_DIGESTS, {"digests": digests}))
        had |= set(self._session.scalars(_HAD_DIGESTS, {"digests": digests}))
        return frozenset((path, digest) for path, digest in locations if path not in known and digest not in had)
