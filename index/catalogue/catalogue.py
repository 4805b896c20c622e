"""The catalogue of one installation: a repository a subject, and the transactions that write."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from index.catalogue.database import open_database
from index.catalogue.leader_lease import LeaderLease
from index.catalogue.postgresql import CatalogueUnreachableError
from index.catalogue.repositories import Repository
from index.catalogue.transaction import Transaction
from index.catalogue.writing import begin_write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from sqlalchemy import Engine

    from index.catalogue.access import Access
    from index.catalogue.announcements import Announcements
    from index.catalogue.ballots import Ballots
    from index.catalogue.chapters import ChapterReads
    from index.catalogue.contact_directory import Directory
    from index.catalogue.decisions import DecisionReads
    from index.catalogue.documents import DocumentReads
    from index.catalogue.dossiers import Dossiers
    from index.catalogue.evaluation_runs import EvaluationRuns
    from index.catalogue.events import EventReads
    from index.catalogue.file_statuses import FileStatusReads
    from index.catalogue.files import FileReads
    from index.catalogue.gathering_resolutions import Resolutions
    from index.catalogue.holds import HoldReads
    from index.catalogue.indexer_state import IndexerReads
    from index.catalogue.inquiries import InquiryReads
    from index.catalogue.judged_questions import JudgedQuestions
    from index.catalogue.library_folders import FolderReads
    from index.catalogue.mailed_deposits import MailedDeposits
    from index.catalogue.metadata_files import MetadataFileReads
    from index.catalogue.oai_changes import OaiChanges
    from index.catalogue.personal_data import PersonalDataReads
    from index.catalogue.queue import QueueReads
    from index.catalogue.replays import ReplayReads
    from index.catalogue.revisions import RevisionReads
    from index.catalogue.saved_searches import SavedSearches
    from index.catalogue.transcripts import TranscriptReads
    from index.catalogue.usage import Usage
    from index.catalogue.vectors import VectorReads
    from index.catalogue.vocabulary_changes import VocabularyChangeReads


class Catalogue:
    """The catalogue of one installation. Reads see what is committed; `transaction` is for the one writer at a time.

    Methods that take `groups` give only what these groups may see: what they may not see is as if it did not exist.
    """

    documents: Repository[DocumentReads] = Repository("documents", "DocumentReads", "_database")
    files: Repository[FileReads] = Repository("files", "FileReads", "_database")
    folders: Repository[FolderReads] = Repository("library_folders", "FolderReads", "_database")
    file_statuses: Repository[FileStatusReads] = Repository("file_statuses", "FileStatusReads", "_database")
    queue: Repository[QueueReads] = Repository("queue", "QueueReads", "_database")
    indexer: Repository[IndexerReads] = Repository("indexer_state", "IndexerReads", "_database")
    decisions: Repository[DecisionReads] = Repository("decisions", "DecisionReads", "_database")
    events: Repository[EventReads] = Repository("events", "EventReads", "_database")
    metadata_files: Repository[MetadataFileReads] = Repository("metadata_files", "MetadataFileReads", "_database")
    vocabulary_changes: Repository[VocabularyChangeReads] = Repository(
        "vocabulary_changes", "VocabularyChangeReads", "_database"
    )
    personal_data: Repository[PersonalDataReads] = Repository("personal_data", "PersonalDataReads", "_database")
    transcripts: Repository[TranscriptReads] = Repository("transcripts", "TranscriptReads", "_database")
    chapters: Repository[ChapterReads] = Repository("chapters", "ChapterReads", "_database")
    replays: Repository[ReplayReads] = Repository("replays", "ReplayReads", "_database")
    vectors: Repository[VectorReads] = Repository("vectors", "VectorReads", "_database")
    holds: Repository[HoldReads] = Repository("holds", "HoldReads", "_database")
    revisions: Repository[RevisionReads] = Repository("revisions", "RevisionReads", "_database")
    saved_searches: Repository[SavedSearches] = Repository("saved_searches", "SavedSearches", "_database")
    dossiers: Repository[Dossiers] = Repository("dossiers", "Dossiers", "_database")
    directory: Repository[Directory] = Repository("contact_directory", "Directory", "_database")
    usage: Repository[Usage] = Repository("usage", "Usage", "_database")
    ballots: Repository[Ballots] = Repository("ballots", "Ballots", "_database")
    inquiries: Repository[InquiryReads] = Repository("inquiries", "InquiryReads", "_database")
    judged_questions: Repository[JudgedQuestions] = Repository("judged_questions", "JudgedQuestions", "_database")
    evaluation_runs: Repository[EvaluationRuns] = Repository("evaluation_runs", "EvaluationRuns", "_database")
    announcements: Repository[Announcements] = Repository("announcements", "Announcements", "_database")
    mailed_deposits: Repository[MailedDeposits] = Repository("mailed_deposits", "MailedDeposits", "_database")
    resolutions: Repository[Resolutions] = Repository("gathering_resolutions", "Resolutions", "_database")
    oai_changes: Repository[OaiChanges] = Repository("oai_changes", "OaiChanges", "_database")
    access: Repository[Access] = Repository(
        *("access", "Access", "_database", "saved_searches", "dossiers", "inquiries", "directory")
    )

    def __init__(self, database: Engine) -> None:
        self._database = database
        self.leader_lease = LeaderLease(database) if database.dialect.name == "postgresql" else None
        """The leader lease, where indexers of several machines may compete. None on SQLite: the data folder's lock
        is enough."""

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the catalogue at a database's URL, created where absent and migrated where behind."""
        return cls(open_database(url))

    def close(self) -> None:
        """Close the connections to the database."""
        self._database.dispose()

    @property
    def url(self) -> str:
        """The database's URL, password included: for another process of this installation, never for a log."""
        return self._database.url.render_as_string(hide_password=False)

    def is_reachable(self) -> bool:
        """Whether the database can be read now."""
        try:
            self.revisions.read_last()
        except (SQLAlchemyError, CatalogueUnreachableError):
            return False
        return True

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Begin a transaction: leaving the block commits it, an exception undoes all of it.

        Raises CatalogueError, nothing written, where the database has no room for it, and LeaseLostError where this was
        the indexer at work and no longer is.
        """
        # The lease is checked under the writer's lock: no other holder can begin in between.
        with begin_write(self._database) as session:
            if self.leader_lease:
                self.leader_lease.check(session)
            transaction = Transaction(session)
            yield transaction
            transaction.finish()
