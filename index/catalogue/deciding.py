"""The part of a transaction that describes documents: what the rules say of them, what persons decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from index.accounts import AuditAction
from index.catalogue import as_json
from index.catalogue.people import add_entry
from index.catalogue.records import EventSource
from index.catalogue.settling import EffectiveMetadata
from index.catalogue.tables import (
    AreaRow,
    DepositRow,
    DescriptionRow,
    DocumentRow,
    FieldDecisionRow,
    LocationRow,
    QualificationRow,
    TagDecisionRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import BindParameter

    from index.catalogue.decisions import Decisions, Deposit
    from index.catalogue.records import Description
    from index.model import Facet
    from index.vocabulary import Vocabulary


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_DESCRIBED_EVENTS = select(DescriptionRow.document_id, DescriptionRow.event_id).where(
    DescriptionRow.document_id.in_(_IDS)
)
_DEPOSITS = (
    select(DocumentRow.id, DepositRow)
    # By any of its paths: the deposit may be a copy of what is there already.
    .join(LocationRow, LocationRow.document_id == DocumentRow.id)
    .join(DepositRow, DepositRow.path == LocationRow.path)
    .where(DocumentRow.id.in_(_IDS))
)


class Deciding(EffectiveMetadata):
    """Describes documents. What a person decided is applied over what the rules say, each time either changes."""

    def describe(self, document_id: str, description: Description) -> None:
        """Store what the rules say of a document; what a person decided of it, or of its deposit, prevails."""
        self.describe_each({document_id: description})

    def describe_each(self, descriptions: Mapping[str, Description]) -> None:
        """Store what the rules say of some documents, by document."""
        ids = list(descriptions)
        before = {row.document_id: row.event_id for row in self._session.execute(_DESCRIBED_EVENTS, {"ids": ids})}
        rows = {id_: self._to_description_row(id_, each) for id_, each in descriptions.items()}
        # New rows and known ones apart: each kind is one statement, whatever the size of the batch.
        if new := [row for id_, row in rows.items() if id_ not in before]:
            self._session.execute(insert(DescriptionRow), new)
        if known := [row for id_, row in rows.items() if id_ in before]:
            self._session.execute(update(DescriptionRow), known)
        # What was said of a file before it came must be decided before the effective metadata is computed.
        self._apply_deposits(ids)
        # Both the event that a document is in now and the one it was in: the latter may have nobody left to speak of
        # it.
        concerned = dict.fromkeys(each for id_ in ids for each in (rows[id_]["event_id"], before.get(id_)))
        for event_id in filter(None, concerned):
            self._write_effective_event(event_id)
        self._write_effective(ids)

    def _to_description_row(self, document_id: str, description: Description) -> dict[str, Any]:
        # The JSON keeps the event as it was read; this column only names one that someone speaks of.
        event = description.event if self._has_known_event(description) else None
        return {
            "document_id": document_id,
            "event_id": event.id if event else None,
            "event_source": description.event_source.value if event else None,
            "content": as_json.from_description(description),
        }

    def decide(self, ids: Iterable[str], decisions: Decisions, who: str = "") -> None:
        """Store a person's decisions on documents, living or removed: the same on each."""
        decided = list(ids)
        for id_ in decided:
            self._write_decisions(id_, decisions, who)
        if decided:
            self._write_effective(decided)
            # One entry for all: the audit has the document where there is one, else their number.
            one, several = decided[0] if len(decided) == 1 else "", f"{len(decided)} documents"
            add_entry(self._session, AuditAction.DESCRIBED, who, one, "" if one else several)

    def qualify(self, ids: Iterable[str], who: str = "") -> None:
        """Record that a person has looked at documents and found them rightly described."""
        for id_ in ids:
            self._session.merge(QualificationRow(document_id=id_, who=who, at=self._now))

    def unqualify(self, ids: Iterable[str]) -> None:
        """Put documents back among those that a person has to look at."""
        for id_ in ids:
            self._session.execute(delete(QualificationRow).where(QualificationRow.document_id == id_))

    def announce_deposit(self, deposit: Deposit) -> None:
        """Store what a person says of a file before it comes.

        The document at that path takes it when it is first described.
        """
        self._session.merge(
            DepositRow(
                path=deposit.path,
                decisions=as_json.from_decisions(deposit.decisions),
                who=deposit.who,
                at=self._now,
            )
        )

    def cancel_deposit(self, path: str) -> None:
        """Forget what was said of a file that will not come."""
        self._session.execute(delete(DepositRow).where(DepositRow.path == path))

    def move_deposit(self, old: str, new: str) -> None:
        """Follow a file that has moved before it was read."""
        row = self._session.get(DepositRow, old)
        # What was said of another file at the new path stands.
        if row and self._session.get(DepositRow, new) is None:
            row.path = new
            self._session.flush()

    def keep_areas(self, vocabulary: Vocabulary) -> None:
        """Store the regions and departments of the vocabulary's territories.

        Tags chosen by persons bring them along, in the web process too, which does not run the rules.
        """
        self._session.execute(delete(AreaRow))
        self._session.add_all(
            AreaRow(territory=slug, facet=facet.value, value=value, label=territory.label)
            for slug, territory in vocabulary.territories.items()
            for facet, value in vocabulary.areas_of(slug).items()
        )

    def _has_known_event(self, description: Description) -> bool:
        """Whether someone still speaks of a description's event: the calendar may have lost it since it was read."""
        told = description.event_source not in {EventSource.CALENDAR, EventSource.ANIMATOR}
        return description.event is not None and (told or self._is_announced(description.event.id))

    def _apply_deposits(self, ids: Sequence[str]) -> None:
        for document_id, row in self._session.execute(_DEPOSITS, {"ids": ids}).all():
            self._write_decisions(document_id, as_json.to_decisions(row.decisions), row.who)
            # Taken once: from here on it is a decision like any other.
            self._session.delete(row)

    def _write_decisions(self, document_id: str, decisions: Decisions, who: str) -> None:
        for tag in decisions.choose:
            # A new choice replaces the former one.
            if tag.facet.spec.single:
                self._delete_tag_decisions(document_id, tag.facet, None)
            self._write_tag_decision(document_id, (tag.facet, tag.value), tag.reason, who)
        for each in decisions.decline:
            self._write_tag_decision(document_id, each, None, who)
        for facet, value in decisions.undecide:
            self._delete_tag_decisions(document_id, facet, value)
        for field, said in decisions.fields.items():
            self._session.execute(
                delete(FieldDecisionRow).where(
                    FieldDecisionRow.document_id == document_id, FieldDecisionRow.field == field.value
                )
            )
            if said is not None:
                self._session.add(
                    FieldDecisionRow(document_id=document_id, field=field.value, value=said, who=who, at=self._now)
                )
        self._session.flush()

    def _write_tag_decision(self, document_id: str, tag: tuple[Facet, str], reason: str | None, who: str) -> None:
        """Store a decision on a tag; without a reason the tag is declined."""
        self._session.merge(
            TagDecisionRow(
                document_id=document_id,
                facet=tag[0].value,
                value=tag[1],
                chosen=reason is not None,
                reason=reason or "",
                who=who,
                at=self._now,
            )
        )

    def _delete_tag_decisions(self, document_id: str, facet: Facet, value: str | None) -> None:
        """Delete decisions on a tag; without a value, those that chose a tag of its facet."""
        decided = delete(TagDecisionRow).where(
            TagDecisionRow.document_id == document_id, TagDecisionRow.facet == facet.value
        )
        which = TagDecisionRow.chosen if value is None else TagDecisionRow.value == value
        self._session.execute(decided.where(which))
