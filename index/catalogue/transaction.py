"""The open transaction: a repository a subject, and what is derived at its end from what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.catalogue.audience import update_audiences
from index.catalogue.content_holders import ContentHolders
from index.catalogue.decisions import DecisionWrites, DescriptionWrites
from index.catalogue.documents import DocumentWrites
from index.catalogue.effective_metadata import EffectiveMetadata
from index.catalogue.events import EventWrites
from index.catalogue.files import FileWrites
from index.catalogue.indexer_state import IndexerWrites
from index.catalogue.library_folders import FolderWrites
from index.catalogue.metadata_files import MetadataFileWrites
from index.catalogue.personal_data import PersonalDataWrites
from index.catalogue.queue import QueueWrites
from index.catalogue.replays import ReplayWrites
from index.catalogue.repositories import Repository
from index.catalogue.writing import WriteContext

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from index.accounts import AuditAction
    from index.catalogue.chapters import ChapterWrites
    from index.catalogue.holds import HoldWrites
    from index.catalogue.inquiries import InquiryWrites
    from index.catalogue.transcripts import TranscriptWrites
    from index.catalogue.vectors import VectorWrites
    from index.catalogue.vocabulary_changes import VocabularyChangeWrites


class Transaction:
    """The open transaction: its holder is the only writer, and leaving the `with` block commits all or nothing."""

    # What few transactions write, and most commands never.
    chapters: Repository[ChapterWrites] = Repository("chapters", "ChapterWrites", "_context")
    holds: Repository[HoldWrites] = Repository("holds", "HoldWrites", "_context")
    inquiries: Repository[InquiryWrites] = Repository(
        *("inquiries", "InquiryWrites", "_context", "documents", "descriptions", "personal_data")
    )
    transcripts: Repository[TranscriptWrites] = Repository(
        *("transcripts", "TranscriptWrites", "_context", "documents", "personal_data")
    )
    vectors: Repository[VectorWrites] = Repository("vectors", "VectorWrites", "_context")
    vocabulary_changes: Repository[VocabularyChangeWrites] = Repository(
        *("vocabulary_changes", "VocabularyChangeWrites", "_context")
    )

    def __init__(self, session: Session) -> None:
        self._context = context = WriteContext(session)
        self.files = FileWrites(context)
        self.folders = FolderWrites(context)
        self.holders = ContentHolders(context)
        self.documents = DocumentWrites(context)
        self.queue = QueueWrites(context)
        self.indexer = IndexerWrites(context)
        effective = EffectiveMetadata(context)
        self.decisions = DecisionWrites(context, effective)
        self.descriptions = DescriptionWrites(context, effective, self.decisions)
        self.events = EventWrites(context, effective)
        self.metadata_files = MetadataFileWrites(context)
        self.personal_data = PersonalDataWrites(context)
        self.replays = ReplayWrites(context, effective)

    def record(self, action: AuditAction, who: str, on: str = "", detail: str = "") -> None:
        """Record an action in the audit: `who` is an account's id, `on` what it was done to."""
        self._context.record(action, who, on, detail)

    def finish(self) -> None:
        """Remove the documents left without a file, join replays, and derive the audiences that may have changed.

        The catalogue calls it at the end of the transaction, so that no write of a location or of a doubt can leave a
        stale audience behind.
        """
        self.documents.remove_without_location()
        self.replays.join()
        # Sorted, so that revisions come in the same order each time.
        update_audiences(self._context.session, sorted(self._context.changed_audiences), context=self._context)
        self._context.changed_audiences.clear()
        if self._context.has_revised:
            self.replays.raise_revisions()
