"""Reads of documents: some by id, the newest, those of an event, and how many there are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from index.catalogue.document_versions import list_versions
from index.catalogue.documents.loading import load_documents, load_passages, load_passages_at, load_passages_from
from index.catalogue.queries import split_into_chunks
from index.catalogue.tables import AudienceRow, DocumentRow, LocationRow, PassageRow, TagDecisionRow, TagRow
from index.catalogue.visibility import select_visible

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import BindParameter, Engine, Select

    from index.catalogue.document_versions import DocumentVersion
    from index.model import Document, Passage


_GROUPS: BindParameter[Any] = bindparam("groups", expanding=True)
_PART = aliased(DocumentRow)
_OF_EVENT = select_visible(_GROUPS).where(DocumentRow.event_id == bindparam("event"))


@dataclass(frozen=True, slots=True)
class Totals:
    """How much the catalogue holds: living documents, their passages, and files that could not be read."""

    documents: int
    passages: int
    failures: int


@dataclass(frozen=True, slots=True)
class ReadableCounts:
    """How many documents someone may read, with how many passages; `silent` of them have no text."""

    documents: int
    without_text: int
    passages: int


class DocumentReads:
    """Living documents, as some groups see them, and their passages."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find(self, document_id: str, groups: frozenset[str]) -> Document | None:
        """One document; None where there is none to see."""
        return self.find_each([document_id], groups).get(document_id)

    def find_each(self, ids: Sequence[str], groups: frozenset[str]) -> dict[str, Document]:
        """Living documents by id."""
        with self._database.connect() as reader:
            return load_documents(reader, ids, groups)

    def find_mains(self, ids: Collection[str]) -> dict[str, str]:
        """For each living document by id, the replay that it is a part of, or itself; nobody's rights are asked for."""
        mains: dict[str, str] = {}
        main = func.coalesce(DocumentRow.part_of, DocumentRow.id)
        with self._database.connect() as reader:
            for chunk in split_into_chunks(ids):
                living = DocumentRow.id.in_(chunk), DocumentRow.removed.is_(None)
                mains |= dict(reader.execute(select(DocumentRow.id, main).where(*living)).all())
        return mains

    def find_with_passages(
        self, wanted: Mapping[str, Sequence[int]], groups: frozenset[str]
    ) -> tuple[dict[str, Document], dict[str, dict[int, Passage]]]:
        """Living documents by id, and some of their passages by ordinal, read at the same moment."""
        with self._database.connect() as reader:
            # One connection, hence one moment: the passages are those of these documents.
            documents = load_documents(reader, list(wanted), groups)
            return documents, load_passages_at(reader, {id_: wanted[id_] for id_ in documents})

    def list_passages(self, document_id: str) -> tuple[Passage, ...]:
        """A document's passages in reading order; the caller has asked `find` first, which knows rights."""
        with self._database.connect() as reader:
            return tuple(load_passages(reader, [document_id])[document_id])

    def list_passages_from(self, document_id: str, first: int, limit: int) -> tuple[Passage, ...]:
        """A document's passages in reading order, from an ordinal on; the caller has asked `find` first."""
        with Session(self._database) as session:
            return load_passages_from(session, document_id, first, limit)

    def find_passages(self, wanted: Mapping[str, Sequence[int]]) -> dict[str, dict[int, Passage]]:
        """Some passages of some documents, by ordinal; the caller has asked for the documents first."""
        with self._database.connect() as reader:
            return load_passages_at(reader, wanted)

    def list_latest(self, groups: frozenset[str], limit: int) -> tuple[Document, ...]:
        """The newest documents; those added together are ordered by their own date."""
        newest = select_visible(groups).order_by(
            DocumentRow.added.desc(), DocumentRow.date.desc().nulls_last(), DocumentRow.id
        )
        return self._load_in_order(newest.limit(limit), groups)

    def list_after(
        self, groups: frozenset[str], after: tuple[datetime, str] | None, limit: int
    ) -> tuple[Document, ...]:
        """Documents, the newest first.

        `after` is when a document was added, and its id: the page begins after it, and loses its place by no new
        document.
        """
        newest = select_visible(groups).order_by(DocumentRow.added.desc(), DocumentRow.id).limit(limit)
        if after:
            added, id_ = after
            # Documents of one batch are added at the same moment: the id tells them apart.
            newest = newest.where(
                or_(DocumentRow.added < added, and_(DocumentRow.added == added, DocumentRow.id > id_))
            )
        return self._load_in_order(newest, groups)

    def list_addition_times(
        self, groups: frozenset[str], limit: int, since: datetime | None = None
    ) -> tuple[tuple[str, datetime], ...]:
        """Ids and times of the newest documents; with `since`, of those added at that moment or later."""
        newest = select_visible(groups).add_columns(DocumentRow.added)
        if since:
            newest = newest.where(DocumentRow.added >= since)
        with Session(self._database) as session:
            rows = session.execute(newest.order_by(DocumentRow.added.desc(), DocumentRow.id).limit(limit))
            return tuple((id_, added) for id_, added in rows)

    def list_update_times(self, groups: frozenset[str]) -> tuple[tuple[str, datetime], ...]:
        """The id, and the time of the last version, of each visible document, by id."""
        seen = select_visible(groups).add_columns(DocumentRow.updated).order_by(DocumentRow.id)
        with Session(self._database) as session:
            return tuple((id_, updated) for id_, updated in session.execute(seen))

    def list_of_event(self, event_id: str, groups: frozenset[str]) -> tuple[Document, ...]:
        """An event's documents, by title."""
        with self._database.connect() as reader:
            ids = reader.scalars(_OF_EVENT, {"event": event_id, "groups": list(groups)}).all()
            found = load_documents(reader, ids, groups)
        return tuple(sorted(found.values(), key=lambda each: (_natural_sort_key(each.title), each.id)))

    def list_versions(self, document_id: str, groups: frozenset[str]) -> tuple[DocumentVersion, ...]:
        """The contents that a document has had, newest first, as these groups may see them.

        The caller has asked `find` first.
        """
        with self._database.connect() as reader:
            return list_versions(reader, document_id, groups)

    def list_ids(self, *, with_parts: bool = False) -> tuple[str, ...]:
        """The ids of all living documents, with those of parts of replays if asked."""
        with Session(self._database) as session:
            living = select(DocumentRow.id).where(DocumentRow.removed.is_(None))
            return tuple(session.scalars(living if with_parts else living.where(DocumentRow.part_of.is_(None))))

    def list_own_titles(self) -> dict[str, str]:
        """The titles that the files of all living documents give, by id, with those of parts of replays."""
        with Session(self._database) as session:
            rows = session.execute(select(DocumentRow.id, DocumentRow.own_title).where(DocumentRow.removed.is_(None)))
            return {row.id: row.own_title for row in rows}

    def find_tagged(self, values: Collection[str]) -> frozenset[str]:
        """The documents that have one of these values of facets, or for which a person decided about one."""
        with Session(self._database) as session:
            return frozenset(
                id_
                for chunk in split_into_chunks(values)
                for table in (TagRow, TagDecisionRow)
                for id_ in session.scalars(select(table.document_id).where(table.value.in_(chunk)))
            )

    def list_outside_index(self) -> frozenset[str]:
        """The living documents that an index does not find: parts of replays, and what nobody may see."""
        with Session(self._database) as session:
            unseen = ~exists().where(AudienceRow.document_id == DocumentRow.id)
            left_out = select(DocumentRow.id).where(
                DocumentRow.removed.is_(None), DocumentRow.part_of.is_not(None) | unseen
            )
            return frozenset(session.scalars(left_out))

    def list_audiences(self) -> frozenset[str]:
        """The groups that may see any document."""
        with Session(self._database) as session:
            return frozenset(session.scalars(select(AudienceRow.group).distinct()))

    def count_readable(self, groups: frozenset[str]) -> ReadableCounts:
        """How many documents these groups may read, how many of them have no text, and how many passages they have."""
        with Session(self._database) as session:
            seen = select_visible(groups)
            joined = select(_PART.id).where(_PART.part_of.in_(seen), _PART.removed.is_(None))
            silent = seen.where(
                ~exists().where(PassageRow.document_id == DocumentRow.id),
                DocumentRow.id.not_in(
                    select(_PART.part_of).where(
                        _PART.part_of.is_not(None),
                        _PART.removed.is_(None),
                        exists().where(PassageRow.document_id == _PART.id),
                    )
                ),
            )
            passages = select(PassageRow.ordinal).where(
                or_(PassageRow.document_id.in_(seen), PassageRow.document_id.in_(joined))
            )
            return ReadableCounts(
                *(
                    session.scalars(select(func.count()).select_from(each.subquery())).one()
                    for each in (seen, silent, passages)
                )
            )

    def count_all(self) -> Totals:
        """How much the catalogue holds."""
        with Session(self._database) as session:
            living = select(DocumentRow.id).where(DocumentRow.removed.is_(None))
            whole = living.where(DocumentRow.part_of.is_(None))
            return Totals(
                documents=session.scalars(select(func.count()).select_from(whole.subquery())).one(),
                passages=session.scalars(
                    select(func.count()).select_from(PassageRow).where(PassageRow.document_id.in_(living))
                ).one(),
                # Files, not contents: an animator counts what lies in the folder.
                failures=session.scalars(
                    select(func.count())
                    .select_from(LocationRow)
                    .where(or_(LocationRow.document_id.is_(None), LocationRow.document_id.not_in(living)))
                ).one(),
            )

    def _load_in_order(self, ids: Select[str], groups: frozenset[str]) -> tuple[Document, ...]:
        with Session(self._database) as session:
            chosen = session.scalars(ids).all()
            found = load_documents(session, chosen, groups)
        return tuple(found[id_] for id_ in chosen)


def _natural_sort_key(title: str) -> list[tuple[int, str]]:
    """A key that sorts titles as people count: « partie 2 » before « partie 10 »."""
    return [(int(part), "") if part.isdecimal() else (0, part.casefold()) for part in re.split(r"(\d+)", title)]
