"""The catalogue of one installation: a repository a subject, and the transactions that write."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from index.catalogue.access import Access
from index.catalogue.announcements import Announcements
from index.catalogue.ballots import Ballots
from index.catalogue.chapters import ChapterReads
from index.catalogue.contact_directory import Directory
from index.catalogue.database import open_database
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
from index.catalogue.leader_lease import LeaderLease
from index.catalogue.library_folders import FolderReads
from index.catalogue.mailed_deposits import MailedDeposits
from index.catalogue.metadata_files import MetadataFileReads
from index.catalogue.oai_changes import OaiChanges
from index.catalogue.personal_data import PersonalDataReads
from index.catalogue.postgresql import CatalogueUnreachableError
from index.catalogue.queue import QueueReads
from index.catalogue.replays import ReplayReads
from index.catalogue.revisions import RevisionReads
from index.catalogue.saved_searches import SavedSearches
from index.catalogue.transaction import Transaction
from index.catalogue.transcripts import TranscriptReads
from index.catalogue.usage import Usage
from index.catalogue.vectors import VectorReads
from index.catalogue.vocabulary_changes import VocabularyChangeReads
from index.catalogue.writing import begin_write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from sqlalchemy import Engine


class Catalogue:
    """The catalogue of one installation. Reads see what is committed; `transaction` is for the one writer at a time.

    Methods that take `groups` give only what these groups may see: what they may not see is as if it did not exist.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database
        self.documents = DocumentReads(database)
        self.files = FileReads(database)
        self.folders = FolderReads(database)
        self.file_statuses = FileStatusReads(database)
        self.queue = QueueReads(database)
        self.indexer = IndexerReads(database)
        self.decisions = DecisionReads(database)
        self.events = EventReads(database)
        self.metadata_files = MetadataFileReads(database)
        self.vocabulary_changes = VocabularyChangeReads(database)
        self.personal_data = PersonalDataReads(database)
        self.transcripts = TranscriptReads(database)
        self.chapters = ChapterReads(database)
        self.replays = ReplayReads(database)
        self.vectors = VectorReads(database)
        self.holds = HoldReads(database)
        self.revisions = RevisionReads(database)
        self.saved_searches = SavedSearches(database)
        self.dossiers = Dossiers(database)
        self.directory = Directory(database)
        self.usage = Usage(database)
        self.ballots = Ballots(database)
        self.inquiries = InquiryReads(database)
        self.judged_questions = JudgedQuestions(database)
        self.evaluation_runs = EvaluationRuns(database)
        self.announcements = Announcements(database)
        self.mailed_deposits = MailedDeposits(database)
        self.resolutions = Resolutions(database)
        self.oai_changes = OaiChanges(database)
        self.access = Access(database, self.saved_searches, self.dossiers, self.inquiries, self.directory)
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
