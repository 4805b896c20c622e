"""What an index follows: the changes of documents, what it must hold at one, and a sample of the texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, aliased

from index.catalogue.documents import description_passage, load_documents, load_passages
from index.catalogue.queries import group_pairs, split_into_chunks
from index.catalogue.tables import ClockRow, DocumentRow, PassageRow, TagRow
from index.catalogue.visibility import select_visible
from index.engines import IndexedDocument
from index.model import MEMBERS, Facet, SampledPassage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine, Select

    from index.catalogue.queries import Reader
    from index.model import Document, Passage


_REVISION = select(ClockRow.revision)
_SHOWN = select(ClockRow.revision, ClockRow.changes)
# A part of a replay is found as the replay: for an index it is gone.
_LATEST = select(
    DocumentRow.revision, DocumentRow.id, or_(DocumentRow.removed.is_not(None), DocumentRow.part_of.is_not(None))
).order_by(DocumentRow.revision)


@dataclass(frozen=True, slots=True)
class Revision:
    """A document's latest change; `document` is None where it can no longer be found."""

    number: int
    document_id: str
    document: IndexedDocument | None


@dataclass(frozen=True, slots=True)
class ShownRevision:
    """A moment of what searches show: the last revision of a document, and how often anything shown has changed."""

    documents: int
    changes: int


@dataclass(frozen=True, slots=True)
class ExpectedContents:
    """What an index at a revision should hold.

    `passage_counts` has the documents that lived at that revision and are unchanged since, by id, each with its number
    of passages. `changed_ids` have changed since: the index may hold them as they were, or not at all.
    """

    passage_counts: Mapping[str, int]
    changed_ids: frozenset[str]


def read_revision(reader: Reader) -> int:
    """The last revision taken."""
    return reader.scalars(_REVISION).one()


class RevisionReads:
    """The numbered changes of documents."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def read_last(self) -> int:
        """The number of the last change of a document."""
        with self._database.connect() as reader:
            return read_revision(reader)

    def read_shown(self) -> ShownRevision:
        """The same with the number of changes of what answers show, in one statement: each search asks."""
        with self._database.connect() as reader:
            return ShownRevision(*reader.execute(_SHOWN).one())

    def list_since(self, since: int, limit: int) -> tuple[Revision, ...]:
        """At most `limit` changes after a revision, oldest first: what an index has yet to follow."""
        with Session(self._database) as session:
            return _load_revisions(session, _LATEST.where(DocumentRow.revision > since).limit(limit))

    def list_of(self, ids: Sequence[str]) -> tuple[Revision, ...]:
        """The latest changes of some documents, oldest first."""
        with Session(self._database) as session:
            return _load_revisions(session, _LATEST.where(DocumentRow.id.in_(ids)))

    def find_changed_since(self, since: int) -> frozenset[str]:
        """The documents that changed after a revision."""
        with Session(self._database) as session:
            return frozenset(session.scalars(select(DocumentRow.id).where(DocumentRow.revision > since)))

    def count_since(self, since: int) -> int:
        """How many documents changed after a revision: what an index at that revision has yet to follow."""
        with Session(self._database) as session:
            later = select(func.count()).select_from(DocumentRow).where(DocumentRow.revision > since)
            return session.scalars(later).one()

    def find_hidden_since(self, since: int, groups: frozenset[str]) -> frozenset[str]:
        """Documents that changed after a revision and that these groups may not see now.

        An index at that revision may still show them.
        """
        with Session(self._database) as session:
            changed = select(DocumentRow.id).where(
                DocumentRow.revision > since, DocumentRow.id.not_in(select_visible(groups))
            )
            return frozenset(session.scalars(changed))

    def read_expected_contents(self, revision: int) -> ExpectedContents:
        """What an index at a revision must hold."""
        with Session(self._database) as session:
            part = aliased(DocumentRow)
            own = select(func.count()).where(PassageRow.document_id == DocumentRow.id).scalar_subquery()
            others = (
                select(func.count())
                .select_from(PassageRow)
                .join(part, part.id == PassageRow.document_id)
                .where(part.part_of == DocumentRow.id, part.removed.is_(None))
                .correlate(DocumentRow)
            )
            passages = own + others.scalar_subquery()
            # A description is indexed as one more passage.
            findable = passages + case((DocumentRow.summary != "", 1), else_=0)
            # One statement: all rows are of one moment, whatever is written meanwhile.
            rows = session.execute(
                select(DocumentRow.id, DocumentRow.revision > revision, findable).where(
                    (DocumentRow.revision > revision) | (DocumentRow.removed.is_(None) & DocumentRow.part_of.is_(None))
                )
            ).all()
            return ExpectedContents(
                passage_counts={id_: count for id_, changed, count in rows if not changed},
                changed_ids=frozenset(id_ for id_, changed, _ in rows if changed),
            )

    def sample_passages(self, most: int) -> tuple[SampledPassage, ...]:
        """At most so many passages of documents that all members see, spread over the whole catalogue.

        What is learnt from them is shown to everyone: no word of a document kept for some may come into it.
        """
        with Session(self._database) as session:
            open_to_all = select_visible(frozenset({MEMBERS}))
            ids = session.scalars(open_to_all.order_by(DocumentRow.id)).all()
            of_these = PassageRow.document_id.in_(open_to_all)
            passages = session.scalars(select(func.count()).select_from(PassageRow).where(of_these)).one()
            # Ids are random: every n-th of them in their order is a fair sample, and the same one each time.
            kept = ids[:: max(1, -(-passages // most))]
            sampled: list[SampledPassage] = []
            for chunk in split_into_chunks(kept):
                tagged = select(TagRow.document_id, TagRow.value).where(
                    TagRow.document_id.in_(chunk), TagRow.facet == Facet.THEME.value
                )
                themes = group_pairs((id_, value) for id_, value in session.execute(tagged))
                rows = session.execute(
                    select(PassageRow.document_id, PassageRow.text).where(PassageRow.document_id.in_(chunk))
                )
                sampled += [SampledPassage(text, tuple(dict.fromkeys(themes.get(id_, ())))) for id_, text in rows]
            return tuple(sampled)


def _load_revisions(session: Session, chosen: Select[int, str, bool]) -> tuple[Revision, ...]:
    rows = session.execute(chosen).all()
    living = [id_ for _, id_, is_gone in rows if not is_gone]
    found, texts = load_documents(session, living), load_passages(session, living)
    return tuple(
        Revision(number, id_, _to_indexed_document(found[id_], texts[id_]) if id_ in found else None)
        for number, id_, _ in rows
    )


def _to_indexed_document(document: Document, texts: list[Passage]) -> IndexedDocument:
    facets = {facet: document.facet_values(facet) for facet in Facet}
    if document.event:
        facets[Facet.EVENT] = (document.event.id,)
    return IndexedDocument(
        id=document.id,
        title=document.title,
        # What a metadata file says of a document is found like its text.
        passages=(*texts, *([description_passage(len(texts), document.summary)] if document.summary else [])),
        facets=facets,
        groups=document.groups,
        date=document.date,
        authors=document.authors,
    )
