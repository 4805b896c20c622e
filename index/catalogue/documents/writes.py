"""Writes of documents, and of what reading their files gave."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update

from index.catalogue.documents.loading import load_documents, load_own_passages, load_paths
from index.catalogue.files import release_other_contents
from index.catalogue.queries import split_into_chunks
from index.catalogue.tables import AudienceRow, DocumentRow, LocationRow, PassageRow
from index.catalogue.writing import draw_id
from index.model import MEMBERS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import BindParameter

    from index.catalogue.writing import WriteContext
    from index.model import Document, Passage
    from index.personal_data import LocatedFinding


_ONE_STATEMENT = {"render_nulls": True}
"""Null values are written out, so that all rows of an insertion fit one statement instead of one for each set of
columns."""

_D = DocumentRow.__table__.c
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_LIVING = select(DocumentRow.id).where(DocumentRow.id.in_(_IDS), DocumentRow.removed.is_(None))
_CONTENTS = select(
    *(_D.id, _D.digest, _D.format, _D.own_title, _D.own_authors, _D.created, _D.duration, _D.warnings, _D.sketch),
    *(_D.extractor_version, _D.transcribed),
).where(_D.id.in_(_IDS))
_PLACE_GROUPS = select(DocumentRow.id, DocumentRow.place_groups).where(DocumentRow.id.in_(_IDS))
_REMOVED = select(DocumentRow.removed).where(DocumentRow.id == bindparam("document"))


@dataclass(frozen=True, slots=True)
class Content:
    """What reading a file gave: it depends on the file's bytes and on the version of the extractors that read it.

    The text of a recording may be what a program heard, which `transcribed` names; it is "" for any other text.
    `findings` are the personal data in it, None where nobody has looked: they are not stored with it.
    """

    digest: str
    format: str
    own_title: str
    passages: tuple[Passage, ...]
    authors: tuple[str, ...] = ()
    created: datetime | None = None
    duration: float | None = None
    warnings: tuple[str, ...] = ()
    signature: tuple[int, ...] = ()
    extractor_version: int = 0
    transcribed: str = ""
    findings: tuple[LocatedFinding, ...] | None = field(default=None, compare=False, repr=False)


class DocumentWrites:
    """Writes documents: each change of one takes the next revision."""

    def __init__(self, context: WriteContext) -> None:
        self._context, self._session = context, context.session

    def create(self, content: Content) -> str:
        """Create a document; gives its id. All members see it until its locations are known."""
        return self.create_each([content])[0]

    def create_each(self, contents: Sequence[Content]) -> list[str]:
        """Create a document of each content; gives their ids, in the same order."""
        if not contents:
            return []
        created = {draw_id(): content for content in contents}
        # `updated` is the time of the present version, of which this is the first.
        moments = {"added": self._context.now, "updated": self._context.now}
        revisions = self._context.next_revisions(len(created))
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

    def reserve(self, document_id: str, groups: frozenset[str]) -> None:
        """Reserve a document whose content is reserved elsewhere: its places show it to no more than these groups.

        More waits for a person who agrees.
        """
        self._session.execute(update(DocumentRow).where(DocumentRow.id == document_id).values(place_groups=groups))
        self._context.copies.add(document_id)
        self._context.changed_audiences.add(document_id)

    def derive_audiences(self, ids: Collection[str]) -> None:
        """Have the audiences of documents derived anew: what they are described from has changed."""
        self._context.changed_audiences.update(ids)

    def find_places(self, ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """The audiences of the places of documents to which people have agreed."""
        return {row.id: row.place_groups for row in self._session.execute(_PLACE_GROUPS, {"ids": ids})}

    def replace_content(self, document_id: str, content: Content) -> None:
        """Give a document a new version: same identity, same human tags, new text. A removed document comes back."""
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id)
            .values(
                updated=self._context.now, removed=None, revision=self._context.next_revision(), **_to_columns(content)
            )
        )
        self._replace_passages(document_id, content)

    def replace_reading(self, document_id: str, content: Content, *, withdraws_words: bool = False) -> bool:
        """Store what another version of the extractors reads in the same file: this is no new version of the document.

        What a program heard stays where the extractors find no words, unless it `withdraws_words`.
        Gives whether it reads otherwise than before. Nothing changes where the document is removed or has another
        content now.
        """
        # The file may have changed while it was being read again.
        kept = self.find_content(document_id)
        if self.is_removed(document_id) or kept.digest != content.digest:
            return False
        if kept.transcribed and not (content.passages or content.transcribed or withdraws_words):
            content = replace(
                content,
                passages=kept.passages,
                signature=kept.signature,
                warnings=kept.warnings,
                transcribed=kept.transcribed,
                findings=None,
            )
        same = replace(kept, extractor_version=content.extractor_version) == content
        present = update(DocumentRow).where(DocumentRow.id == document_id)
        # Only the number is written: without a revision, no index has anything to do.
        if same:
            self._session.execute(present.values(extractor_version=content.extractor_version))
            return False
        self._session.execute(present.values(revision=self._context.next_revision(), **_to_columns(content)))
        self._replace_passages(document_id, content)
        return True

    def mark_outdated(self, warning: str) -> None:
        """Have the documents that bear this warning read again, as those of an older version of the extractors are."""
        # Looked for here: the two databases search in JSON each in its own way, and this is rare.
        rows = self._session.execute(select(DocumentRow.id, DocumentRow.warnings).where(DocumentRow.removed.is_(None)))
        self.mark_outdated_each([id_ for id_, warnings in rows if warning in warnings])

    def mark_outdated_each(self, ids: Sequence[str]) -> None:
        """Have these documents read again."""
        for chunk in split_into_chunks(ids):
            # Without a revision: the index has nothing to do until they are read.
            self._session.execute(update(DocumentRow).where(DocumentRow.id.in_(chunk)).values(extractor_version=0))

    def find_formats(self, ids: Collection[str], formats: Collection[str]) -> dict[str, str]:
        """The formats of these documents, of those that are of one of `formats`."""
        of_these = select(DocumentRow.id, DocumentRow.format).where(DocumentRow.format.in_(formats))
        return {
            id_: format_
            for chunk in split_into_chunks(ids)
            for id_, format_ in self._session.execute(of_these.where(DocumentRow.id.in_(chunk)))
        }

    def remove(self, document_id: str) -> None:
        """Remove a document from what can be found, as its present content cannot be read."""
        self._context.changed_files.add(document_id)
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id, DocumentRow.removed.is_(None))
            .values(removed=self._context.now, revision=self._context.next_revision())
        )

    def restore(self, document_id: str) -> None:
        """Bring a removed document back as it was.

        A location of its with another content (a version that could not be read) stops being its location.
        """
        release_other_contents(self._context, document_id)
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id, DocumentRow.removed.is_not(None))
            .values(removed=None, updated=self._context.now, revision=self._context.next_revision())
        )

    def remove_without_location(self) -> None:
        """Remove the documents that have lost their last location in this transaction."""
        # Only at the end: two files that swap their names leave each document without a file for a moment.
        for document_id, path in self._context.lost_locations.items():
            locations = select(LocationRow.path).where(LocationRow.document_id == document_id).limit(1)
            if self._session.scalars(locations).first() is None:
                self.remove(document_id)
                # A file that soon comes to this path is a new version of the document: see `find_predecessor`.
                self._session.execute(update(DocumentRow).where(DocumentRow.id == document_id).values(last_path=path))
        self._context.lost_locations.clear()

    def find(self, document_id: str) -> Document:
        """A document as this transaction sees it."""
        return load_documents(self._session, [document_id])[document_id]

    def find_content(self, document_id: str) -> Content:
        """What reading a document's file gave, as stored."""
        return self.find_contents([document_id])[document_id]

    def find_contents(self, ids: Sequence[str]) -> dict[str, Content]:
        """What reading these documents' files gave, as stored."""
        texts = load_own_passages(self._session, ids)
        return {
            row.id: Content(
                digest=row.digest,
                format=row.format,
                own_title=row.own_title,
                passages=tuple(texts[row.id]),
                authors=tuple(row.own_authors),
                created=row.created,
                duration=row.duration,
                warnings=tuple(row.warnings),
                signature=tuple(row.sketch),
                extractor_version=row.extractor_version,
                transcribed=row.transcribed,
            )
            for row in self._session.execute(_CONTENTS, {"ids": ids})
        }

    def find_paths(self, ids: Sequence[str]) -> Mapping[str, list[str]]:
        """The paths of these documents, living or removed."""
        return load_paths(self._session, ids)

    def find_living_paths(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The paths of these documents, of those that are not removed and have a path."""
        living = frozenset(self._session.scalars(_LIVING, {"ids": ids}))
        paths = self.find_paths(ids)
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
                "doubtful": passage.doubtful,
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
        "transcribed": content.transcribed,
        # Another text: no version of the search for personal data has looked through it yet.
        "checked": 0,
    }
