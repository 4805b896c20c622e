"""The truth: files seen, documents, passages, tags and decisions, in a database. SQLAlchemy stays in here."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Self

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from index.catalogue import places, queue, reading, statuses, totals
from index.catalogue.consulting import Consulting
from index.catalogue.doubts import Doubts
from index.catalogue.harvest import OaiChanges
from index.catalogue.holdings import ExpectedContents, read_expected_contents
from index.catalogue.paging import Paging
from index.catalogue.people import AccessRules, Accounts, Attempts, Audit, Identities, Invitations, Sessions, Tokens
from index.catalogue.postgresql import CatalogueUnreachableError
from index.catalogue.records import (
    WHOLE_LIBRARY,
    DocumentVersion,
    Extent,
    Failure,
    FileLocation,
    FileState,
    FileStatus,
    IgnoredPath,
    IndexerState,
    QueuedFile,
    Revision,
    SourceFile,
    StatusFilter,
    Totals,
)
from index.catalogue.saved import SavedSearches
from index.catalogue.schema import begin_write, open_database
from index.catalogue.sight import Sight
from index.catalogue.tables import DocumentRow, MemoRow
from index.catalogue.tenure import LeaderLease
from index.catalogue.usage import Usage
from index.catalogue.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Engine

    from index.model import Document, Event, Passage, SampledPassage


class Catalogue(Consulting, Paging, Sight):
    """The catalogue of one installation. Reads see what is committed; `writing` gives the one writer its transaction.

    Methods that take `groups` give only what these groups may see: what they may not see is as if it did not exist.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database
        self.doubts = Doubts(database)
        self.accounts, self.invitations = Accounts(database), Invitations(database)
        self.sessions, self.tokens, self.attempts = Sessions(database), Tokens(database), Attempts(database)
        self.identities = Identities(database)
        self.rules, self.audit = AccessRules(database), Audit(database)
        self.usage = Usage(database)
        self.saved = SavedSearches(database)
        self.tenure = LeaderLease(database) if database.dialect.name == "postgresql" else None
        """The leader lease, where indexers of several machines may compete. None on SQLite: the data folder's lock
        is enough."""
        self.harvest = OaiChanges(database)

    @property
    def url(self) -> str:
        """The database's URL, password included: for another process of this installation, never for a log."""
        return self._database.url.render_as_string(hide_password=False)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the catalogue at a database's URL, created where absent and migrated where behind."""
        return cls(open_database(url))

    def close(self) -> None:
        """Close the connections to the database."""
        self._database.dispose()

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Begin a transaction: leaving the block commits it, an exception undoes all of it.

        Raises CatalogueError, nothing written, where the database has no room for it, and LeaseLostError where this was
        the indexer at work and no longer is.
        """
        # The lease is checked under the writer's lock: no other holder can begin in between.
        with begin_write(self._database) as session:
            if self.tenure:
                self.tenure.check(session)
            writing = Writing(session)
            yield writing
            writing.finish_documents()

    def document(self, document_id: str, groups: frozenset[str]) -> Document | None:
        """One document; None where there is none to see."""
        return self.documents([document_id], groups).get(document_id)

    def documents(self, ids: Sequence[str], groups: frozenset[str]) -> dict[str, Document]:
        """Living documents by id."""
        with self._database.connect() as reader:
            return reading.load_documents(reader, ids, groups)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """A document's passages in reading order; the caller has asked `document` first, which knows rights."""
        with self._database.connect() as reader:
            return tuple(reading.load_passages(reader, [document_id])[document_id])

    def passages_at(self, wanted: Mapping[str, Sequence[int]]) -> dict[str, dict[int, Passage]]:
        """Some passages of some documents, by ordinal; the caller has asked for the documents first."""
        with self._database.connect() as reader:
            return reading.load_passages_at(reader, wanted)

    def answered(
        self, wanted: Mapping[str, Sequence[int]], groups: frozenset[str]
    ) -> tuple[dict[str, Document], dict[str, dict[int, Passage]]]:
        """Living documents by id, and some of their passages by ordinal, read at the same moment."""
        with self._database.connect() as reader:
            # One connection, hence one moment: the passages are those of these documents.
            documents = reading.load_documents(reader, list(wanted), groups)
            return documents, reading.load_passages_at(reader, {id_: wanted[id_] for id_ in documents})

    def recent(
        self, groups: frozenset[str], limit: int, since: datetime | None = None
    ) -> tuple[tuple[str, datetime], ...]:
        """Ids and times of the newest documents; with `since`, of those added at that moment or later."""
        newest = reading.select_visible(groups).add_columns(DocumentRow.added)
        if since:
            newest = newest.where(DocumentRow.added >= since)
        with Session(self._database) as session:
            rows = session.execute(newest.order_by(DocumentRow.added.desc(), DocumentRow.id).limit(limit))
            return tuple((id_, added) for id_, added in rows)

    def updates(self, groups: frozenset[str]) -> tuple[tuple[str, datetime], ...]:
        """The id, and the time of the last version, of each visible document, by id."""
        seen = reading.select_visible(groups).add_columns(DocumentRow.updated).order_by(DocumentRow.id)
        with Session(self._database) as session:
            return tuple((id_, updated) for id_, updated in session.execute(seen))

    def events(self, groups: frozenset[str], limit: int) -> tuple[Event, ...]:
        """The latest events that have a document to see."""
        with Session(self._database) as session:
            return reading.list_latest_events(session, groups, limit)

    def events_named(self, ids: Sequence[str], groups: frozenset[str]) -> dict[str, Event]:
        """Events by id, of those that have a document to see."""
        with self._database.connect() as reader:
            return reading.find_events(reader, ids, groups)

    def of_event(self, event_id: str, groups: frozenset[str]) -> tuple[Document, ...]:
        """An event's documents, by title."""
        with self._database.connect() as reader:
            found = reading.load_documents(reader, reading.list_ids_of_event(reader, event_id, groups), groups)
        return tuple(sorted(found.values(), key=lambda each: (_natural_sort_key(each.title), each.id)))

    def companion(self, document: Document, wanted: str, groups: frozenset[str]) -> Document | None:
        """A document's companion of the format `wanted`: the file with the same path but for its suffix.

        It is the captions of a video, or the video of captions. None also where `wanted` is empty.
        """
        if not wanted or not document.paths:
            return None
        stem = str(PurePosixPath(document.paths[0]).with_suffix(""))
        with Session(self._database) as session:
            id_ = reading.find_companion_id(session, stem, wanted, groups)
            return reading.load_documents(session, [id_], groups).get(id_) if id_ else None

    def places(self, extent: Extent = WHOLE_LIBRARY) -> dict[str, FileLocation]:
        """The files known in a part of the library, by path."""
        with Session(self._database) as session:
            return places.find_in_extent(session, extent)

    def originals(self) -> tuple[SourceFile, ...]:
        """One file of each living content, those of the newest documents first."""
        with Session(self._database) as session:
            return places.list_source_files(session)

    def places_like(self, paths: Collection[str], digests: Collection[str]) -> dict[str, FileLocation]:
        """The files known at these paths or with these contents, by path."""
        with Session(self._database) as session:
            return places.find_locations(session, paths, digests)

    def places_count(self) -> int:
        """How many files are known."""
        with Session(self._database) as session:
            return places.count_files(session)

    def unread(self, extractor_version: int, paths: Collection[str] | None = None) -> frozenset[str]:
        """Known files, of these paths or all, whose content no document holds and this version has not failed on."""
        with Session(self._database) as session:
            return places.find_unread(session, extractor_version, paths)

    def outdated(self, extractor_version: int) -> tuple[FileLocation, ...]:
        """One file of each document that an older version of the extractors read, the newest documents first."""
        with Session(self._database) as session:
            return places.list_outdated(session, extractor_version)

    def restorable(self, digests: Collection[str]) -> frozenset[str]:
        """Those of these digests that are the content of a removed document."""
        with Session(self._database) as session:
            return places.find_restorable(session, digests)

    def missing(self) -> dict[str, bool]:
        """Files whose removal is held back, by path, and whether a person has agreed to it."""
        with Session(self._database) as session:
            return places.find_held_removals(session)

    def left_out(self, extent: Extent = WHOLE_LIBRARY) -> dict[str, IgnoredPath]:
        """The files and folders that are ignored in a part of the library, by path."""
        with Session(self._database) as session:
            return places.find_ignored(session, extent)

    def versions(self, document_id: str) -> tuple[DocumentVersion, ...]:
        """The contents that a document has had, newest first; the caller has asked `document` first."""
        with self._database.connect() as reader:
            return places.list_versions(reader, document_id)

    def waiting(self, extent: Extent = WHOLE_LIBRARY) -> dict[str, QueuedFile]:
        """The files that wait to be read in a part of the library, by path."""
        with Session(self._database) as session:
            return queue.list_queue(session, extent)

    def waiting_count(self) -> int:
        """How many files wait to be read, those being read included."""
        with Session(self._database) as session:
            return queue.count_queue(session)

    def claimable(self) -> bool:
        """Whether a file is ready that nobody reads."""
        with Session(self._database) as session:
            return queue.has_claimable(session)

    def unclaimed_sizes(self, sizes: Collection[int]) -> frozenset[int]:
        """Which of these sizes (bytes) are of a file that waits its turn."""
        with Session(self._database) as session:
            return queue.find_waiting_sizes(session, sizes)

    def indexer_state(self) -> IndexerState | None:
        """The state that the indexer last wrote; None before the first."""
        with Session(self._database) as session:
            return reading.read_indexer_state(session)

    def failures(self, extractor_version: int, digests: Collection[str] | None = None) -> dict[str, Failure]:
        """Contents, of these or all, that this version of the extractors could not read, by digest."""
        with Session(self._database) as session:
            return reading.find_failures(session, extractor_version, digests)

    def statuses(self, wanted: StatusFilter = StatusFilter()) -> tuple[FileStatus, ...]:  # noqa: B008 - frozen
        """What became of the files that a filter selects: the most urgent states first, then by path."""
        with Session(self._database) as session:
            return statuses.list_statuses(session, wanted)

    def status_counts(self, path: str = "", groups: frozenset[str] | None = None) -> dict[FileState, int]:
        """How many files are in each state, of those with `path` in their path that these groups see."""
        with Session(self._database) as session:
            return statuses.count_by_state(session, path, groups)

    def totals(self) -> Totals:
        """How much the catalogue holds."""
        with Session(self._database) as session:
            return totals.count_all(session)

    def memo(self, key: str) -> str | None:
        """A small fact about the catalogue as a whole, as `Writing.remember` stored it."""
        with Session(self._database) as session:
            row = session.get(MemoRow, key)
            return row.value if row else None

    def ids(self) -> tuple[str, ...]:
        """The ids of all living documents."""
        with Session(self._database) as session:
            living = select(DocumentRow.id).where(DocumentRow.removed.is_(None))
            return tuple(session.scalars(living))

    def sample(self, most: int) -> tuple[SampledPassage, ...]:
        """At most so many passages of documents that all members see, spread over the whole catalogue.

        What is learnt from them is shown to everyone: no word of a document kept for some may come into it.
        """
        with Session(self._database) as session:
            return reading.sample_passages(session, most)

    def answers(self) -> bool:
        """Whether the database can be read now."""
        try:
            self.revision()
        except (SQLAlchemyError, CatalogueUnreachableError):
            return False
        return True

    def revision(self) -> int:
        """The number of the last change of a document."""
        with self._database.connect() as reader:
            return reading.read_revision(reader)

    def holdings(self, revision: int) -> ExpectedContents:
        """What an index at a revision must hold."""
        with Session(self._database) as session:
            return read_expected_contents(session, revision)

    def revisions_of(self, ids: Sequence[str]) -> tuple[Revision, ...]:
        """The latest changes of some documents, oldest first."""
        with Session(self._database) as session:
            return reading.list_changes_of(session, ids)

    def unlearnt(self, since: int) -> int:
        """How many documents changed after a revision: what an index at that revision has yet to follow."""
        with Session(self._database) as session:
            return reading.count_changes_since(session, since)

    def revisions(self, since: int, limit: int) -> tuple[Revision, ...]:
        """At most `limit` changes after a revision, oldest first: what an index has yet to follow."""
        with Session(self._database) as session:
            return reading.list_changes_since(session, since, limit)


def _natural_sort_key(title: str) -> list[tuple[int, str]]:
    """A key that sorts titles as people count: « partie 2 » before « partie 10 »."""
    return [(int(part), "") if part.isdecimal() else (0, part.casefold()) for part in re.split(r"(\d+)", title)]
