"""Writing the catalogue: one transaction, in which each change of a document takes the next revision."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update

from index.catalogue import audience, reading, writing_reads
from index.catalogue.checking import Checking
from index.catalogue.deciding import Deciding
from index.catalogue.gathering import Gathering
from index.catalogue.ids import drawn_id
from index.catalogue.noticing import Noticing
from index.catalogue.place_writing import PlaceWriting
from index.catalogue.queue import QueueWriting
from index.catalogue.tables import (
    AudienceRow,
    DocumentRow,
    FailureRow,
    IndexerRow,
    MemoRow,
    PassageRow,
    PlaceRow,
)
from index.model import MEMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from index.catalogue.records import Content, Failure, IndexerState
    from index.model import Document


_ALIKE = {"render_nulls": True}
"""All rows of an insertion in one statement, instead of one for each run of rows that lack the same values."""

_REMOVED = select(DocumentRow.removed).where(DocumentRow.id == bindparam("document"))


class Writing(PlaceWriting, QueueWriting, Deciding, Gathering, Noticing, Checking):
    """The open transaction. Whoever holds it is the only writer; leaving the `with` block commits all or nothing."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._bereft = {}

    def forget_place(self, path: str) -> None:
        """A file that is gone, with what was said of it before it came."""
        super().forget_place(path)
        self.cancel_deposit(path)

    def finish_documents(self) -> None:
        """Remove the documents that this transaction leaves without a place, and show the others to whom they are for.

        The catalogue calls it before the end: no write of a place or of a doubt can leave an audience behind.
        """
        for document_id, path in self._bereft.items():
            places = select(PlaceRow.path).where(PlaceRow.document_id == document_id).limit(1)
            if self._session.scalars(places).first() is None:
                self.withdraw(document_id)
                self._session.execute(update(DocumentRow).where(DocumentRow.id == document_id).values(last_path=path))
        audience.settle(self._session, sorted(self._shown))
        self._bereft = {}
        self._shown.clear()

    def create(self, content: Content) -> str:
        """A new document, seen by all members until its places are known; gives its id."""
        return self.create_each([content])[0]

    def create_each(self, contents: Sequence[Content]) -> list[str]:
        """A new document of each content; gives their ids."""
        if not contents:
            return []
        created = {drawn_id(): content for content in contents}
        moments = {"added": self._now, "updated": self._now}
        revisions = self._next_revisions(len(created))
        self._session.execute(
            insert(DocumentRow),
            [
                {"id": id_, "revision": revision, "title": content.own_title, **moments, **_columns(content)}
                for revision, (id_, content) in zip(revisions, created.items(), strict=True)
            ],
            execution_options=_ALIKE,
        )
        self._session.execute(insert(AudienceRow), [{"document_id": id_, "group": MEMBERS} for id_ in created])
        self._add_passages(created)
        return list(created)

    def replace_content(self, document_id: str, content: Content) -> None:
        """A new version of a document: same identity, same human tags, new text. A removed document comes back."""
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id)
            .values(updated=self._now, removed=None, revision=self._next_revision(), **_columns(content))
        )
        self._replace_passages(document_id, content)

    def renew(self, document_id: str, content: Content) -> bool:
        """The same file as another version of the extractors reads it: no new version of the document.

        Gives whether it reads otherwise than before; nothing changes where the document has another content by now.
        """
        kept = self.content(document_id)
        if self.is_removed(document_id) or kept.digest != content.digest:
            return False
        same = replace(kept, extractor_version=content.extractor_version) == content
        present = update(DocumentRow).where(DocumentRow.id == document_id)
        if same:
            self._session.execute(present.values(extractor_version=content.extractor_version))
            return False
        self._session.execute(present.values(revision=self._next_revision(), **_columns(content)))
        self._replace_passages(document_id, content)
        return True

    def withdraw(self, document_id: str) -> None:
        """Take a document out of what can be found: its present content cannot be read."""
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id, DocumentRow.removed.is_(None))
            .values(removed=self._now, revision=self._next_revision())
        )

    def restore(self, document_id: str) -> None:
        """Bring a removed document back as it was. A place of its that could not be read is its place no more."""
        self.release_other_contents(document_id)
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

    def tell(self, state: IndexerState) -> None:
        """What the indexer says of itself."""
        self._session.merge(IndexerRow(id=1, **(asdict(state) | {"phase": state.phase.value})))

    def remember(self, key: str, value: str) -> None:
        """A fact about the catalogue as a whole."""
        self._session.merge(MemoRow(key=key, value=value))

    def document(self, document_id: str) -> Document:
        """A document as this transaction sees it."""
        return reading.documents(self._session, [document_id])[document_id]

    def content(self, document_id: str) -> Content:
        """What reading a document's file gave, as kept."""
        return self.contents([document_id])[document_id]

    def contents(self, ids: Sequence[str]) -> dict[str, Content]:
        """What reading these documents' files gave, as kept."""
        return writing_reads.contents(self._session, ids)

    def paths(self, ids: Sequence[str]) -> Mapping[str, list[str]]:
        """Where these documents lie, living or removed."""
        return reading.paths(self._session, ids)

    def lying(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Where these documents lie, of those that are to be found and lie somewhere."""
        living = writing_reads.living(self._session, ids)
        paths = self.paths(ids)
        return {id_: tuple(paths[id_]) for id_ in ids if id_ in living and id_ in paths}

    def is_removed(self, document_id: str) -> bool:
        """Whether a document is known but not to be found."""
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
            self._session.execute(insert(PassageRow), rows, execution_options=_ALIKE)


def _columns(content: Content) -> dict[str, object]:
    return {
        "digest": content.digest,
        "format": content.format,
        "own_title": content.own_title,
        "authors": list(content.authors),
        "own_authors": list(content.authors),
        "warnings": list(content.warnings),
        "sketch": list(content.sketch),
        "created": content.created,
        "duration": content.duration,
        "extractor_version": content.extractor_version,
        "checked": 0,
    }
