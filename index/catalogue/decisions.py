"""What persons decide about documents, what they announce of a deposit, and which documents wait for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, delete, exists, false, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from index.accounts import AuditAction
from index.catalogue.confidence import has_doubts, is_doubtful, lacks_facet
from index.catalogue.documents import load_documents
from index.catalogue.effective_metadata import read_decisions
from index.catalogue.metadata_layers import (
    EventSource,
    MetadataField,
    from_decisions,
    from_description,
    to_decisions,
)
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
from index.catalogue.visibility import select_visible
from index.model import EXPECTED_FACETS, QUESTION, Facet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from sqlalchemy import BindParameter, ColumnElement, Engine, Select

    from index.catalogue.effective_metadata import EffectiveMetadata
    from index.catalogue.metadata_layers import Decisions, Description, DocumentDecisions
    from index.catalogue.writing import WriteContext
    from index.model import Document
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


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a person says of a file that is about to come at `path` (POSIX, relative to the library)."""

    path: str
    decisions: Decisions
    who: str = ""


@dataclass(frozen=True, slots=True)
class QualificationPage:
    """A page of the documents that wait for someone's look; `total` counts all of them.

    `doubts` are the facets of which Ruche is not sure, by the page's documents. `described` counts the documents that
    nobody has looked at and of which it is sure. `counts_by_missing_facet` counts all that nobody has looked at and
    that have no theme, no territory or no event.
    """

    total: int
    documents: tuple[Document, ...]
    counts_by_missing_facet: Mapping[Facet, int]
    doubts: Mapping[str, tuple[Facet, ...]]
    described: int


class DecisionReads:
    """What persons decided, and what waits for them."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find(self, document_id: str) -> DocumentDecisions:
        """What persons decided about a document, with who and when, and what the rules alone say of it.

        The caller has asked `documents.find` first, which knows rights.
        """
        with Session(self._database) as session:
            return read_decisions(session, [document_id])[document_id]

    def find_doubts(self, document_ids: Iterable[str]) -> dict[str, tuple[Facet, ...]]:
        """The facets of which Ruche is not sure, by document: event, theme, territory. Those of no doubt are left out.

        The caller has asked `documents.find` first, which knows rights.
        """
        with Session(self._database) as session:
            return _find_doubts(session, list(document_ids))

    def read_qualification_page(
        self,
        groups: frozenset[str],
        page: int = 1,
        per_page: int = 20,
        lacking: Facet | None = None,
        *,
        sure_too: bool = False,
    ) -> QualificationPage:
        """A page of the documents that no one has looked at and that are doubtful, the newest first; pages from 1.

        `lacking` (theme, territory or event) gives those that have none, of the others too; `sure_too` gives all.
        """
        waiting = select_visible(groups).where(~_is_qualified())
        wanted = waiting if sure_too else waiting.where(lacks_facet(lacking) if lacking else has_doubts())
        newest = wanted.order_by(DocumentRow.added.desc(), DocumentRow.id).offset((page - 1) * per_page).limit(per_page)
        with Session(self._database) as session:
            ids = session.scalars(newest).all()
            found = load_documents(session, ids, groups)
            # Counted over all that wait, whatever filter the page has: the filters show these numbers. In one pass.
            counted = [func.count(), _count_where(~has_doubts()), *map(_count_where, map(lacks_facet, EXPECTED_FACETS))]
            everything, described, *missing = session.execute(waiting.with_only_columns(*counted)).one()
            counts_by_missing_facet = dict(zip(EXPECTED_FACETS, missing, strict=True))
            doubtful = counts_by_missing_facet[lacking] if lacking else everything - described
            return QualificationPage(
                total=everything if sure_too else doubtful,
                documents=tuple(found[id_] for id_ in ids),
                counts_by_missing_facet=counts_by_missing_facet,
                doubts=_find_doubts(session, ids),
                described=described,
            )

    def count_doubtful(self, groups: frozenset[str]) -> int:
        """How many documents wait for someone's look."""
        with Session(self._database) as session:
            return _count_rows(session, select_visible(groups).where(~_is_qualified(), has_doubts()))


class DecisionWrites:
    """Writes what persons decide: it is applied over what the rules say, each time either changes."""

    def __init__(self, context: WriteContext, effective: EffectiveMetadata) -> None:
        self._context, self._session = context, context.session
        self._effective = effective

    def decide(self, ids: Iterable[str], decisions: Decisions, who: str = "") -> None:
        """Store a person's decisions on documents, living or removed: the same on each."""
        decided = list(ids)
        for id_ in decided:
            self.write(id_, decisions, who)
        if decided:
            self._effective.write(decided)
            # Who sees the document sees its event from now on: it may have to say less.
            if event_id := decisions.fields.get(MetadataField.EVENT):
                self._effective.write_event(event_id)
            # One entry for all: the audit has the document where there is one, else their number.
            one, several = decided[0] if len(decided) == 1 else "", f"{len(decided)} documents"
            self._context.record(AuditAction.DESCRIBED, who, one, "" if one else several)

    def write(self, document_id: str, decisions: Decisions, who: str) -> None:
        """Store decisions on one document; its effective metadata is for the caller to write."""
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
            # What was said of a part is taken back with it; another word prevails over it.
            whose = (DocumentRow.part_of == document_id) if said is None else false()
            self._session.execute(
                delete(FieldDecisionRow).where(
                    FieldDecisionRow.document_id.in_(_select_with(document_id, whose)),
                    FieldDecisionRow.field == field.value,
                )
            )
            if said is not None:
                self._session.add(
                    FieldDecisionRow(
                        document_id=document_id, field=field.value, value=said, who=who, at=self._context.now
                    )
                )
        self._session.flush()

    def qualify(self, ids: Iterable[str], who: str = "") -> None:
        """Record that a person has looked at documents and found them rightly described."""
        for id_ in ids:
            self._session.merge(QualificationRow(document_id=id_, who=who, at=self._context.now))

    def unqualify(self, ids: Iterable[str]) -> None:
        """Put documents back among those that a person has to look at."""
        for id_ in ids:
            those = _select_with(id_, DocumentRow.part_of == id_)
            self._session.execute(delete(QualificationRow).where(QualificationRow.document_id.in_(those)))

    def announce_deposit(self, deposit: Deposit) -> None:
        """Store what a person says of a file before it comes.

        The document at that path takes it when it is first described.
        """
        self._session.merge(
            DepositRow(
                path=deposit.path,
                decisions=from_decisions(deposit.decisions),
                who=deposit.who,
                at=self._context.now,
            )
        )

    def move_deposit(self, old: str, new: str) -> None:
        """Follow a file that has moved before it was read."""
        row = self._session.get(DepositRow, old)
        # What was said of another file at the new path stands.
        if row and self._session.get(DepositRow, new) is None:
            row.path = new
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
                at=self._context.now,
            )
        )

    def _delete_tag_decisions(self, document_id: str, facet: Facet, value: str | None) -> None:
        """Delete decisions on a tag, of parts too; without a value, the document's that chose a tag of its facet."""
        whose = false() if value is None else (DocumentRow.part_of == document_id)
        decided = delete(TagDecisionRow).where(
            TagDecisionRow.document_id.in_(_select_with(document_id, whose)), TagDecisionRow.facet == facet.value
        )
        which = TagDecisionRow.chosen if value is None else TagDecisionRow.value == value
        self._session.execute(decided.where(which))


class DescriptionWrites:
    """Writes what the rules say of documents; what persons decided prevails, each time either changes."""

    def __init__(self, context: WriteContext, effective: EffectiveMetadata, decisions: DecisionWrites) -> None:
        self._context, self._session = context, context.session
        self._effective, self._decisions = effective, decisions

    def save_each(self, descriptions: Mapping[str, Description]) -> None:
        """Store what the rules say of documents, by id; what a person decided of one, or of its deposit, prevails."""
        ids = list(descriptions)
        before = {row.document_id: row.event_id for row in self._session.execute(_DESCRIBED_EVENTS, {"ids": ids})}
        rows = {id_: self._to_description_row(id_, each) for id_, each in descriptions.items()}
        # New rows and known ones apart: each kind is one statement, whatever the size of the batch.
        if new := [row for id_, row in rows.items() if id_ not in before]:
            self._session.execute(insert(DescriptionRow), new)
        if known := [row for id_, row in rows.items() if id_ in before]:
            self._session.execute(update(DescriptionRow), known)
        # What was said of a file before it came must be decided before the effective metadata is computed.
        chosen = self._apply_deposits(ids)
        # Both the event that a document is in now and the one it was in: the latter may have nobody left to speak of
        # it.
        concerned = dict.fromkeys(
            [*(each for id_ in ids for each in (rows[id_]["event_id"], before.get(id_))), *chosen]
        )
        for event_id in filter(None, concerned):
            self._effective.write_event(event_id)
        self._effective.write(ids)
        self._context.changed_files.update(ids)

    def save_areas(self, vocabulary: Vocabulary) -> None:
        """Store the regions and departments of the vocabulary's territories.

        Tags chosen by persons bring them along, in the web process too, which does not run the rules.
        """
        self._session.execute(delete(AreaRow))
        self._session.add_all(
            AreaRow(territory=slug, facet=facet.value, value=value, label=territory.label)
            for slug, territory in vocabulary.territories.items()
            for facet, value in vocabulary.areas_of(slug).items()
        )

    def _to_description_row(self, document_id: str, description: Description) -> dict[str, Any]:
        # The JSON keeps the event as it was read; this column only names one that someone speaks of.
        event = description.event if self._has_known_event(description) else None
        return {
            "document_id": document_id,
            "event_id": event.id if event else None,
            "event_source": description.event_source.value if event else None,
            "content": from_description(description),
        }

    def _has_known_event(self, description: Description) -> bool:
        """Whether someone still speaks of a description's event: the calendar may have lost it since it was read."""
        told = description.event_source not in {EventSource.CALENDAR, EventSource.ANIMATOR}
        return description.event is not None and (told or self._effective.is_announced(description.event.id))

    def _apply_deposits(self, ids: Sequence[str]) -> list[str]:
        """Decide what was said of these documents before they came; gives the events that were chosen."""
        chosen = []
        for document_id, row in self._session.execute(_DEPOSITS, {"ids": ids}).all():
            decisions = to_decisions(row.decisions)
            self._decisions.write(document_id, decisions, row.who)
            chosen.append(decisions.fields.get(MetadataField.EVENT) or "")
            # Taken once: from here on it is a decision like any other.
            self._session.delete(row)
        return chosen


def _select_with(document_id: str, others: ColumnElement[bool]) -> Select[str]:
    return select(DocumentRow.id).where(or_(DocumentRow.id == document_id, others))


def _is_qualified() -> ColumnElement[bool]:
    part = aliased(DocumentRow)
    return or_(
        # Whoever asked or answered a question said what it is about; it belongs to no gathering and no folder.
        DocumentRow.format == QUESTION,
        exists().where(QualificationRow.document_id == DocumentRow.id).correlate(DocumentRow),
        # Who has looked at the captions has looked at the replay.
        exists().where(part.part_of == DocumentRow.id, QualificationRow.document_id == part.id),
    )


def _find_doubts(session: Session, ids: Sequence[str]) -> dict[str, tuple[Facet, ...]]:
    doubtful: dict[str, list[Facet]] = {}
    for facet in EXPECTED_FACETS:
        for id_ in session.scalars(select(DocumentRow.id).where(DocumentRow.id.in_(ids), is_doubtful(facet))):
            doubtful.setdefault(id_, []).append(facet)
    return {id_: tuple(facets) for id_, facets in doubtful.items()}


def _count_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _count_rows(session: Session, ids: Select[str]) -> int:
    return session.scalars(select(func.count()).select_from(ids.subquery())).one()
