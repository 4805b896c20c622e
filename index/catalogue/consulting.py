"""The part of the catalogue that reads decisions, events, metadata files and changes of the vocabulary."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from index.catalogue import as_json, deciding_reads, gathering_reads
from index.catalogue.settling import CALENDAR_REVISION_MEMO
from index.catalogue.tables import MemoRow, VocabularyChangeRow
from index.vocabulary import EntryKind, VocabularyChange, find_undone_changes

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Engine

    from index.catalogue.decisions import DocumentDecisions, QualificationPage
    from index.catalogue.records import AnnouncedEvent, MetadataFile
    from index.model import Event, Facet, PartialDate


_LAST_CHANGE = select(func.max(VocabularyChangeRow.number))
"""Built once, as each request asks for it."""


class Consulting:
    """Reads see what is committed. Methods that take `groups` give only what these groups may see."""

    _database: Engine

    def decided(self, document_id: str) -> DocumentDecisions:
        """What persons decided about a document, with who and when, and what the rules alone say of it.

        The caller has asked `document` first, which knows rights.
        """
        with Session(self._database) as session:
            return deciding_reads.read_decisions(session, [document_id])[document_id]

    def to_qualify(
        self, groups: frozenset[str], page: int = 1, per_page: int = 20, lacking: Facet | None = None
    ) -> QualificationPage:
        """A page of the documents that no one has looked at yet, the newest first; pages count from 1.

        `lacking` (theme, territory or event) keeps only those that have none.
        """
        with Session(self._database) as session:
            return deciding_reads.read_qualification_page(session, groups, lacking, (page - 1) * per_page, per_page)

    def agenda(
        self,
        groups: frozenset[str],
        first: PartialDate | None = None,
        last: PartialDate | None = None,
        types: Collection[str] = (),
    ) -> tuple[Event, ...]:
        """Events by date, past and to come, bounds included; a month without a day counts for all its days.

        Those that the calendar or an animator announces are there without any document, others with one to see.
        """
        with Session(self._database) as session:
            return gathering_reads.list_events(session, groups, first, last, types)

    def announced_at(self) -> dict[str, datetime]:
        """When the calendar or an animator last announced an event, by event; other events are not there."""
        with Session(self._database) as session:
            return gathering_reads.list_announcement_times(session)

    def event(self, event_id: str, groups: frozenset[str]) -> Event | None:
        """One event, announced or with a document to see; None where there is none."""
        with Session(self._database) as session:
            return gathering_reads.find_event(session, event_id, groups)

    def gathered(self, event_ids: Sequence[str], groups: frozenset[str]) -> dict[str, int]:
        """How many documents events have, by id."""
        with Session(self._database) as session:
            return gathering_reads.count_documents(session, event_ids, groups)

    def announced(self) -> tuple[AnnouncedEvent, ...]:
        """The events of the calendar and of animators, by date."""
        with Session(self._database) as session:
            return gathering_reads.list_announced(session)

    def calendar_revision(self) -> int:
        """A number that grows whenever an announced event changes."""
        with Session(self._database) as session:
            # There is no memo before the first change.
            row = session.get(MemoRow, CALENDAR_REVISION_MEMO)
            return int(row.value) if row else 0

    def notices(self) -> dict[str, MetadataFile]:
        """The sidecars and the calendar as they were last read, by path."""
        with Session(self._database) as session:
            return gathering_reads.list_metadata_files(session)

    def vocabulary_revision(self) -> int:
        """The number of the last change of the vocabulary, 0 before the first."""
        with self._database.connect() as reader:
            return reader.scalars(_LAST_CHANGE).one() or 0

    def vocabulary_changes(self) -> tuple[VocabularyChange, ...]:
        """All changes of the vocabulary, the newest first, those taken back among them."""
        with Session(self._database) as session:
            rows = session.scalars(select(VocabularyChangeRow).order_by(VocabularyChangeRow.number.desc())).all()
            # Whether a change is in force depends on all that came after it, so all are read.
            gone = find_undone_changes((row.number, row.undoes) for row in rows)
            changes = [_to_vocabulary_change(row) for row in rows]
        return tuple(replace(each, in_force=each.number not in gone) for each in changes)


def _to_vocabulary_change(row: VocabularyChangeRow) -> VocabularyChange:
    kind = EntryKind(row.kind)
    entry = None if row.entry is None else as_json.to_entry(kind, row.entry)
    return VocabularyChange(row.number, kind, row.slug, entry, row.undoes, row.who, row.at)
