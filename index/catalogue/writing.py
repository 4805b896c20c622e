"""The transaction that writes documents; each change of a document takes the next revision."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update

from index.catalogue import audience, reading, writing_reads
from index.catalogue.checking import Checking
from index.catalogue.deciding import Deciding
from index.catalogue.gathering import Gathering
from index.catalogue.ids import draw_id
from index.catalogue.noticing import Noticing
from index.catalogue.place_writing import PlaceWriting
from index.catalogue.queue import QueueWriting
from index.catalogue.tables import (
    AudienceRow,
    DocumentRow,
    FailureRow,
    IndexerRow,
    LocationRow,
    MemoRow,
    PassageRow,
)
from index.model import MEMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from index.catalogue.records import Content, Failure, IndexerState
    from index.model import Document


_ONE_STATEMENT = {"render_nulls": True}
"""Null values are written out, so that all rows of an insertion fit one statement instead of one for each set of
columns."""

_REMOVED = select(DocumentRow.removed).where(DocumentRow.id == bindparam("document"))


class Writing(PlaceWriting, QueueWriting, Deciding, Gathering, Noticing, Checking):
    """The open transaction: its holder is the only writer, and leaving the `with` block commits all or nothing."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._lost_locations = {}

    def forget_place(self, path: str) -> None:
        """Forget a file that is gone, and what was announced of it before it came."""
        super().forget_place(path)
        self.cancel_deposit(path)

    def finish_documents(self) -> None:
        """Remove the documents that are left without a file, and derive the audiences that may have changed.

        The catalogue calls it at the end of the transaction, so that no write of a location or of a doubt can leave a
        stale audience behind.
        """
        # Only at the end: two files that swap their names leave each document without a file for a moment.
        for document_id, path in self._lost_locations.items():
            places = select(LocationRow.path).where(LocationRow.document_id == document_id).limit(1)
            if self._session.scalars(places).first() is None:
                self.withdraw(document_id)
                # A file that soon comes to this path is a new version of the document: see `predecessor`.
                self._session.execute(update(DocumentRow).where(DocumentRow.id == document_id).values(last_path=path))
        # Sorted, so that revisions come in the same order each time.
        audience.update_audiences(self._session, sorted(self._changed_audiences))
        self._lost_locations = {}
        self._changed_audiences.clear()

    def create(self, content: Content) -> str:
        """Create a document; gives its id. All members see it until its locations are known."""
        return self.create_each([content])[0]

    def create_each(self, contents: Sequence[Content]) -> list[str]:
        """Create a document of each content; gives their ids, in the same order."""
        if not contents:
            return []
        created = {draw_id(): content for content in contents}
        # `updated` is the time of the present version, of which this is the first.
        moments = {"added": self._now, "updated": self._now}
        revisions = self._next_revisions(len(created))
        self._session.execute(
            insert(DocumentRow),
            [
                {"id": id_, "revision": revision, "title": content.own_title, **moments, **_to_columns(content)}
                for revision, (id_, content) in zip(revisions, created.items(), strict=True)
            ],
            execution_options=_ONE_STATEMENT,
        )
        self._session.execute(insert(AudienceRow), [{"document_id": id_, "group": MEMBERS} for id_ in created])
        self._add_passages(created)
        return list(created)

    def replace_content(self, document_id: str, content: Content) -> None:
        """Give a document a new version: same identity, same human tags, new text. A removed document comes back."""
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id)
            .values(updated=self._now, removed=None, revision=self._next_revision(), **_to_columns(content))
        )
        self._replace_passages(document_id, content)

    def renew(self, document_id: str, content: Content) -> bool:
        """Store what another version of the extractors reads in the same file: this is no new version of the document.

        Gives whether it reads otherwise than before. Nothing changes where the document is removed or has another
        content now.
        """
        # The file may have changed while it was being read again.
        kept = self.content(document_id)
        if self.is_removed(document_id) or kept.digest != content.digest:
            return False
        same = replace(kept, extractor_version=content.extractor_version) == content
        present = update(DocumentRow).where(DocumentRow.id == document_id)
        # Only the number is written: without a revision, no index has anything to do.
        if same:
            self._session.execute(present.values(extractor_version=content.extractor_version))
            return False
        self._session.execute(present.values(revision=self._next_revision(), **_to_columns(content)))
        self._replace_passages(document_id, content)
        return True

    def withdraw(self, document_id: str) -> None:
        """Remove a document from what can be found, as its present content cannot be read."""
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id, DocumentRow.removed.is_(None))
            .values(removed=self._now, revision=self._next_revision())
        )

    def restore(self, document_id: str) -> None:
        """Bring a removed document back as it was.

        A location of its with another content (a version that could not be read) stops being its location.
        """
        self.release_other_contents(document_id)
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id, DocumentRow.removed.is_not(None))
            .values(removed=None, updated=self._now, revision=self._next_revision())
        )

    def keep_failure(self, failure: Failure) -> None:
        """Store why a content could not be read."""
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

    def tell(self, state: IndexerState) -> None:
        """Store the indexer's state."""
        self._session.merge(IndexerRow(id=1, **(asdict(state) | {"phase": state.phase.value})))

    def remember(self, key: str, value: str) -> None:
        """Store a small fact about the catalogue as a whole."""
        self._session.merge(MemoRow(key=key, value=value))

    def document(self, document_id: str) -> Document:
        """A document as this transaction sees it."""
        return reading.load_documents(self._session, [document_id])[document_id]

    def content(self, document_id: str) -> Content:
        """What reading a document's file gave, as stored."""
        return self.contents([document_id])[document_id]

    def contents(self, ids: Sequence[str]) -> dict[str, Content]:
        """What reading these documents' files gave, as stored."""
        return writing_reads.load_contents(self._session, ids)

    def paths(self, ids: Sequence[str]) -> Mapping[str, list[str]]:
        """The paths of these documents, living or removed."""
        return reading.load_paths(self._session, ids)

    def lying(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The paths of these documents, of those that are not removed and have a path."""
        living = writing_reads.find_living(self._session, ids)
        paths = self.paths(ids)
        return {id_: tuple(paths[id_]) for id_ in ids if id_ in living and id_ in paths}

    def is_removed(self, document_id: str) -> bool:
        """Whether a document is removed."""
        return self._session.scalars(_REMOVED, {"document": document_id}).one() is not None

    def _replace_passages(self, document_id: str, content: Content) -> None:
        self._session.execute(delete(PassageRow).where(PassageRow.document_id == document_id))
        self._add_passages({document_id: content})

    def _add_passages(self, contents: Mapping[str, Content]) -> None:
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
            for document_id, content in contents.items()
            for passage in content.passages
        ]
        if rows:
            self._session.execute(insert(PassageRow), rows, execution_options=_ONE_STATEMENT)


def _to_columns(content: Content) -> dict[str, object]:
    return {
        "digest": content.digest,
        "format": content.format,
        "own_title": content.own_title,
        "authors": list(content.authors),
        # `authors` are what holds: a metadata file may name others; `own_authors` stay the file's.
        "own_authors": list(content.authors),
        "warnings": list(content.warnings),
        "sketch": list(content.signature),
        "created": content.created,
        "duration": content.duration,
        "extractor_version": content.extractor_version,
        # Another text: no version of the search for personal data has looked through it yet.
        "checked": 0,
    }
