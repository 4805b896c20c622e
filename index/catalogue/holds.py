"""Documents that their places would show to more people, and that wait until someone who sees them agrees."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from index.accounts import AuditAction
from index.catalogue.audience import HoldReason, update_audiences
from index.catalogue.documents import load_documents, load_paths
from index.catalogue.hold_tables import AgreementRow, HoldRow
from index.catalogue.place_audiences import read_place_audiences
from index.catalogue.queries import compute_etag
from index.catalogue.tables import DocumentRow, VersionRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Engine, Select

    from index.catalogue.writing import WriteContext


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A document that waits: for whom it is, who else would see it, since when and why.

    `title` and `paths` are what the person who asks may see of it, else empty; `origin` is the path that it left;
    `kept` is when someone decided that it stays reserved. `etag` stands for its content, title, paths and both
    audiences, which a decision is about.
    """

    id: str
    title: str
    paths: tuple[str, ...]
    origin: str
    groups: frozenset[str]
    wanted: frozenset[str]
    since: datetime
    reason: HoldReason
    kept: datetime | None
    who: str
    etag: str


@dataclass(frozen=True, slots=True)
class AgreedDocument:
    """A document that `who` agreed to show, for whom it was, and who sees it since; `title` as for one that waits."""

    id: str
    title: str
    groups: frozenset[str]
    wanted: frozenset[str]
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Decided:
    """How many documents a decision is about, and how many it is not: they are no longer what the person was shown."""

    done: int
    changed: int


_HELD = (
    select(HoldRow, DocumentRow.place_groups, DocumentRow.digest)
    .join(DocumentRow, DocumentRow.id == HoldRow.document_id)
    .where(DocumentRow.removed.is_(None))
)
_AGREED = (
    select(AgreementRow)
    .join(DocumentRow, DocumentRow.id == AgreementRow.document_id)
    .where(DocumentRow.removed.is_(None))
)


class HoldReads:
    """The documents that wait for an agreement, and those that got one."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def list_held(self, groups: frozenset[str], limit: int) -> tuple[HeldDocument, ...]:
        """Documents that wait for someone of these groups: first those that nobody decided about, the latest first."""
        order = (HoldRow.kept.is_not(None), HoldRow.since.desc(), HoldRow.document_id)
        with Session(self._database) as session:
            return _load_held(session, _HELD.order_by(*order), groups, limit)

    def list_agreed(self, groups: frozenset[str], limit: int) -> tuple[AgreedDocument, ...]:
        """Documents that were for one of these groups and that someone agreed to show, the latest first."""
        with Session(self._database) as session:
            rows = session.scalars(_AGREED.order_by(AgreementRow.at.desc(), AgreementRow.document_id))
            mine = [row for row in rows if row.groups & groups][:limit]
            seen = load_documents(session, [row.document_id for row in mine], groups, with_parts=True)
            return tuple(
                AgreedDocument(
                    id=row.document_id,
                    title=seen[row.document_id].title if row.document_id in seen else "",
                    groups=row.groups,
                    wanted=row.wanted,
                    at=row.at,
                    who=row.who,
                )
                for row in mine
            )

    def count_undecided(self, groups: frozenset[str]) -> int:
        """How many documents wait for someone of these groups to decide."""
        return sum(count for of, count in self._count_by_groups().items() if of & groups)

    def count_others(self, groups: frozenset[str]) -> Mapping[frozenset[str], int]:
        """How many documents wait for people of other groups only, by these groups."""
        return {of: count for of, count in self._count_by_groups().items() if not of & groups}

    def _count_by_groups(self) -> Counter[frozenset[str]]:
        with self._database.connect() as reader:
            undecided = (
                select(DocumentRow.place_groups)
                .join(HoldRow, DocumentRow.id == HoldRow.document_id)
                .where(DocumentRow.removed.is_(None), HoldRow.kept.is_(None))
            )
            return Counter(reader.scalars(undecided).all())


class HoldWrites:
    """Writes what people decide about the documents that wait."""

    def __init__(self, context: WriteContext) -> None:
        self._context, self._session = context, context.session

    def agree(self, shown: Mapping[str, str], groups: frozenset[str], who: str) -> Decided:
        """Show documents as their places do, where they still have the etags that were shown, by id.

        Those of others than these groups are left alone.
        """
        held = self._find_as_shown(shown, groups)
        for each in held:
            detail = f"{', '.join(sorted(each.groups))} → {', '.join(sorted(each.wanted))}"
            self._context.record(AuditAction.AUDIENCE_AGREED, who, each.id, detail)
        update_audiences(
            self._session, [each.id for each in held], agreed={each.id for each in held}, context=self._context
        )
        self._session.add_all(self._to_agreement(each, who) for each in held)
        return Decided(len(held), len(shown) - len(held))

    def keep(self, shown: Mapping[str, str], groups: frozenset[str], who: str) -> Decided:
        """Record that documents stay reserved, on the conditions of `agree`."""
        held = self._find_as_shown(shown, groups)
        for each in held:
            self._context.record(AuditAction.AUDIENCE_KEPT, who, each.id)
        kept = {"kept": self._context.now, "who": who}
        ids = [each.id for each in held]
        self._session.execute(update(HoldRow).where(HoldRow.document_id.in_(ids)).values(kept))
        return Decided(len(held), len(shown) - len(held))

    def withdraw(self, ids: Collection[str], groups: frozenset[str], who: str) -> int:
        """Hold again documents that were for one of these groups and that someone agreed to show; gives how many."""
        rows = self._session.scalars(_AGREED.where(AgreementRow.document_id.in_(ids)))
        agreed = [row for row in rows if row.groups & groups]
        for row in agreed:
            id_ = row.document_id
            # What came since was shown by the same agreement.
            shown = (VersionRow.document_id == id_) & (VersionRow.number >= row.version)
            self._session.execute(update(VersionRow).where(shown).values(groups=row.groups))
            self._session.execute(update(DocumentRow).where(DocumentRow.id == id_).values(place_groups=row.groups))
            match HoldReason(row.reason):
                case HoldReason.MOVED:
                    self._context.origins[id_] = row.origin
                case HoldReason.COPY:
                    self._context.copies.add(id_)
            self._context.record(AuditAction.AUDIENCE_WITHDRAWN, who, id_)
            self._session.delete(row)
        update_audiences(self._session, [row.document_id for row in agreed], context=self._context)
        return len(agreed)

    def _find_as_shown(self, shown: Mapping[str, str], groups: frozenset[str]) -> list[HeldDocument]:
        held = _load_held(self._session, _HELD.where(HoldRow.document_id.in_(shown)), groups)
        return [each for each in held if each.etag == shown[each.id]]

    def _to_agreement(self, held: HeldDocument, who: str) -> AgreementRow:
        last = select(func.max(VersionRow.number)).where(VersionRow.document_id == held.id)
        return AgreementRow(
            document_id=held.id,
            at=self._context.now,
            who=who,
            reason=held.reason.value,
            origin=held.origin,
            groups=held.groups,
            wanted=held.wanted,
            version=self._session.scalar(last) or 0,
        )


def _load_held(
    session: Session,
    statement: Select[HoldRow, frozenset[str], str],
    groups: frozenset[str],
    limit: int | None = None,
) -> tuple[HeldDocument, ...]:
    """Held documents of rows, those that are for one of these groups, in the rows' order."""
    rows = [row for row in session.execute(statement) if row[1] & groups][:limit]
    ids = [row.document_id for row, _, _ in rows]
    seen, paths, audiences = (
        load_documents(session, ids, groups, with_parts=True),
        load_paths(session, ids),
        read_place_audiences(session),
    )
    return tuple(
        _to_held_document(
            row,
            of,
            digest,
            seen[row.document_id].title if row.document_id in seen else "",
            tuple(each for each in paths[row.document_id] if audiences.find(each) & groups),
        )
        for row, of, digest in rows
    )


def _to_held_document(
    row: HoldRow, groups: frozenset[str], digest: str, title: str, paths: tuple[str, ...]
) -> HeldDocument:
    return HeldDocument(
        id=row.document_id,
        title=title,
        paths=paths,
        origin=row.origin,
        groups=groups,
        wanted=row.wanted,
        since=row.since,
        reason=HoldReason(row.reason),
        kept=row.kept,
        who=row.who,
        etag=compute_etag(digest, title, paths, groups, row.wanted),
    )
