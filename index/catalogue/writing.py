"""Writing the catalogue: one transaction, in which each change of a document takes the next revision."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from index.accounts.acts import Act
from index.catalogue import audience, doubts, reading
from index.catalogue.people import audit
from index.catalogue.records import Place
from index.catalogue.tables import (
    AudienceRow,
    ClockRow,
    DocumentRow,
    EventRow,
    FailureRow,
    MemoRow,
    PassageRow,
    PlaceRow,
    TagRow,
)
from index.model import MEMBERS, TagSource
from index.personal import look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from index.catalogue.records import Content, Description, Failure
    from index.model import Document, Tag
    from index.personal import Verdict

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, lower case: no letter that a person mistakes for another."""

_ID_LENGTH = 10
"""50 random bits: among 100,000 documents, one chance in 200,000 that any two meet; the primary key refuses it then."""


class Writing:
    """The open transaction. Whoever holds it is the only writer; leaving the `with` block commits all or nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._now = datetime.now(UTC)

    def create(self, content: Content) -> str:
        """A new document, seen by all members; gives its id."""
        id_ = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
        self._session.add(
            DocumentRow(
                id=id_,
                revision=self._next_revision(),
                added=self._now,
                updated=self._now,
                title=content.own_title,
                **_columns(content),
            )
        )
        self._session.flush()
        self._session.add(AudienceRow(document_id=id_, group=MEMBERS))
        self._add_passages(id_, content)
        return id_

    def replace_content(self, document_id: str, content: Content) -> None:
        """A new version of a document: same identity, same human tags, new text. A removed document comes back."""
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id)
            .values(updated=self._now, removed=None, revision=self._next_revision(), **_columns(content))
        )
        self._session.execute(delete(PassageRow).where(PassageRow.document_id == document_id))
        self._add_passages(document_id, content)

    def describe(self, document_id: str, description: Description) -> None:
        """What Ruche makes of a document: title, date, event, tags. What a person decided is kept."""
        if description.event:
            event = description.event
            self._session.merge(EventRow(id=event.id, type=event.type, title=event.title, date=event.date))
            self._session.flush()
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id)
            .values(
                title=description.title,
                date=description.date,
                event_id=description.event.id if description.event else None,
                revision=self._next_revision(),
            )
        )
        self._session.execute(
            delete(TagRow).where(TagRow.document_id == document_id, TagRow.source != TagSource.ANIMATOR.value)
        )
        unique = {(tag.facet, tag.value, tag.source): tag for tag in reversed(description.tags)}
        self._session.add_all(
            TagRow(
                document_id=document_id,
                facet=tag.facet.value,
                value=tag.value,
                source=tag.source.value,
                reason=tag.reason,
            )
            for tag in unique.values()
            if tag.source is not TagSource.ANIMATOR
        )

    def choose(self, document_id: str, tag: Tag) -> None:
        """A person's tag: it wins over every rule, and no rule takes it away."""
        self._session.merge(
            TagRow(
                document_id=document_id,
                facet=tag.facet.value,
                value=tag.value,
                source=TagSource.ANIMATOR.value,
                reason=tag.reason,
            )
        )
        self._session.execute(
            update(DocumentRow).where(DocumentRow.id == document_id).values(revision=self._next_revision())
        )

    def check(self, document_id: str, content: Content) -> None:
        """Look for personal data in a document's present content, and let those see it who may."""
        doubts.keep(self._session, document_id, look(content.passages), self._now)
        audience.settle(self._session, [document_id])

    def judge(self, numbers: Sequence[int], verdict: Verdict | None, who: str) -> None:
        """What an animator decided about some doubts, by number; None takes a decision back."""
        concerned = doubts.judge(self._session, numbers, verdict, who, self._now)
        for document_id in concerned:
            self.audit(Act.DOUBT_JUDGED, who, document_id, verdict.value if verdict else "")
        audience.settle(self._session, concerned)

    def audit(self, act: Act, who: str, on: str = "", detail: str = "") -> None:
        """Keep that someone did something; `who` is an account's id, `on` what it was done to."""
        audit.add(self._session, act, who, on, detail)

    def keep_place(self, place: Place) -> None:
        """A file as it is now. A document that loses its last place by this is removed."""
        before = self._session.get(PlaceRow, place.path)
        lost = before.document_id if before else None
        self._session.merge(
            PlaceRow(
                path=place.path,
                size=place.size,
                mtime_ns=place.mtime_ns,
                digest=place.digest,
                document_id=place.document_id,
                seen=self._now,
            )
        )
        self._session.flush()
        self._remove_if_placeless(lost)

    def place(self, path: str) -> Place | None:
        """A file as it was when last read, None when it is not known."""
        row = self._session.get(PlaceRow, path)
        return Place(row.path, row.size, row.mtime_ns, row.digest, row.document_id) if row else None

    def forget_place(self, path: str) -> None:
        """A file that is gone. Its document goes with its last place, and keeps its identity in case it comes back."""
        row = self._session.get(PlaceRow, path)
        if row is None:
            return
        self._session.delete(row)
        self._session.flush()
        self._remove_if_placeless(row.document_id)

    def move_place(self, old: str, new: str) -> None:
        """A file that changed its name or folder."""
        row = self._session.get_one(PlaceRow, old)
        self._session.execute(delete(PlaceRow).where(PlaceRow.path == new))
        row.path, row.seen = new, self._now
        self._session.flush()

    def withdraw(self, document_id: str) -> None:
        """Take a document out of what can be found: its present content cannot be read."""
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id, DocumentRow.removed.is_(None))
            .values(removed=self._now, revision=self._next_revision())
        )

    def restore(self, document_id: str) -> None:
        """Bring a removed document back as it was."""
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id, DocumentRow.removed.is_not(None))
            .values(removed=None, updated=self._now, revision=self._next_revision())
        )

    def keep_failure(self, failure: Failure) -> None:
        """A content that could not be read, and why."""
        self._session.merge(
            FailureRow(
                digest=failure.digest,
                extractor_version=failure.extractor_version,
                reason=failure.reason,
                message=failure.message,
                advice=failure.advice,
                detail=failure.detail,
                at=self._now,
            )
        )

    def remember(self, key: str, value: str) -> None:
        """A fact about the catalogue as a whole."""
        self._session.merge(MemoRow(key=key, value=value))

    def document_of(self, digest: str) -> str | None:
        """The document that holds a content, a living one before a removed one."""
        rows = select(DocumentRow.id).where(DocumentRow.digest == digest)
        # False sorts before true: living documents, whose `removed` is null, come first.
        return self._session.scalars(
            rows.order_by(DocumentRow.removed.is_not(None), DocumentRow.added).limit(1)
        ).first()

    def document(self, document_id: str) -> Document:
        """A document as this transaction sees it."""
        return reading.documents(self._session, [document_id])[document_id]

    def content(self, document_id: str) -> Content:
        """What reading a document's file gave, as kept."""
        return reading.content(self._session, document_id)

    def is_removed(self, document_id: str) -> bool:
        """Whether a document is known but not to be found."""
        removed = select(DocumentRow.removed).where(DocumentRow.id == document_id)
        return self._session.scalars(removed).one() is not None

    def _remove_if_placeless(self, document_id: str | None) -> None:
        if document_id is None:
            return
        left = self._session.scalars(select(PlaceRow.path).where(PlaceRow.document_id == document_id).limit(1)).first()
        if left is None:
            self.withdraw(document_id)

    def _next_revision(self) -> int:
        return self._session.scalars(
            update(ClockRow).values(revision=ClockRow.revision + 1).returning(ClockRow.revision)
        ).one()

    def _add_passages(self, document_id: str, content: Content) -> None:
        rows = [
            {
                "document_id": document_id,
                "ordinal": passage.ordinal,
                "unit": passage.locator.unit.value,
                "number": passage.locator.number,
                "start": passage.locator.start,
                "end": passage.locator.end,
                "title": passage.title,
                "text": passage.text,
                "notes": passage.notes,
            }
            for passage in content.passages
        ]
        if rows:
            self._session.bulk_insert_mappings(PassageRow.__mapper__, rows)


def _columns(content: Content) -> dict[str, object]:
    return {
        "digest": content.digest,
        "format": content.format,
        "own_title": content.own_title,
        "authors": list(content.authors),
        "warnings": list(content.warnings),
        "sketch": list(content.sketch),
        "created": content.created,
        "duration": content.duration,
    }
