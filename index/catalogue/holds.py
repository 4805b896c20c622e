"""Documents that their places would show to more people, and that wait until someone who sees them agrees."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from index.accounts import AuditAction
from index.catalogue.audience import HoldReason, update_audiences
from index.catalogue.documents import load_documents, load_paths
from index.catalogue.place_audiences import read_place_audiences
from index.catalogue.tables import DocumentRow, HoldRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Engine

    from index.catalogue.queries import Reader
    from index.catalogue.writing import WriteContext


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A document that waits: for whom it is, who else would see it, since when and why.

    `title` and `path` are what the person who asks may see of it, else empty; `origin` is the path that it left. `kept`
    is when someone decided that it stays reserved.
    """

    id: str
    title: str
    path: str
    origin: str
    groups: frozenset[str]
    wanted: frozenset[str]
    since: datetime
    reason: HoldReason
    kept: datetime | None
    who: str


_HELD = (
    select(HoldRow, DocumentRow.place_groups)
    .join(DocumentRow, DocumentRow.id == HoldRow.document_id)
    .where(DocumentRow.removed.is_(None))
)


class HoldReads:
    """The documents that wait for an agreement."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def list_held(self, groups: frozenset[str], limit: int) -> tuple[HeldDocument, ...]:
        """Documents that wait for someone of these groups: first those that nobody decided about, the latest first."""
        order = (HoldRow.kept.is_not(None), HoldRow.since.desc(), HoldRow.document_id)
        with Session(self._database) as session:
            rows = [(row, of) for row, of in session.execute(_HELD.order_by(*order)) if of & groups][:limit]
            ids = [row.document_id for row, _ in rows]
            seen, paths = load_documents(session, ids, groups), load_paths(session, ids)
            audiences = read_place_audiences(session)
            return tuple(
                HeldDocument(
                    id=row.document_id,
                    title=seen[row.document_id].title if row.document_id in seen else "",
                    path=next((each for each in paths[row.document_id] if audiences.find(each) & groups), ""),
                    origin=row.origin,
                    groups=of,
                    wanted=row.wanted,
                    since=row.since,
                    reason=HoldReason(row.reason),
                    kept=row.kept,
                    who=row.who,
                )
                for row, of in rows
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

    def agree(self, ids: Collection[str], groups: frozenset[str], who: str) -> int:
        """Show documents as their places do; gives how many: those of others than these groups are left alone."""
        held = _find_of_groups(self._session, ids, groups)
        for id_, (of, wanted) in held.items():
            detail = f"{', '.join(sorted(of))} → {', '.join(sorted(wanted))}"
            self._context.record(AuditAction.AUDIENCE_AGREED, who, id_, detail)
        update_audiences(self._session, sorted(held), agreed=held, context=self._context)
        return len(held)

    def keep(self, ids: Collection[str], groups: frozenset[str], who: str) -> int:
        """Record that documents stay reserved; gives how many, as `agree` does."""
        held = _find_of_groups(self._session, ids, groups)
        for id_ in held:
            self._context.record(AuditAction.AUDIENCE_KEPT, who, id_)
        kept = {"kept": self._context.now, "who": who}
        self._session.execute(update(HoldRow).where(HoldRow.document_id.in_(held)).values(kept))
        return len(held)


def _find_of_groups(
    reader: Reader, ids: Collection[str], groups: frozenset[str]
) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Those of these held documents that are for one of these groups, each with its groups and those to come."""
    asked = (
        select(HoldRow.document_id, DocumentRow.place_groups, HoldRow.wanted)
        .join(DocumentRow, DocumentRow.id == HoldRow.document_id)
        .where(HoldRow.document_id.in_(ids), DocumentRow.removed.is_(None))
    )
    return {id_: (of, wanted) for id_, of, wanted in reader.execute(asked) if of & groups}
