"""Replays: which documents are parts of another one, and what follows when that changes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from index.accounts import intersect_audiences, is_within
from index.catalogue.audience import find_own_limits
from index.catalogue.documents import load_documents, load_paths
from index.catalogue.effective_metadata import find_conflicts
from index.catalogue.queries import split_into_chunks
from index.catalogue.replay_parts import Membership, PartFile, join_parts
from index.catalogue.tables import DescriptionRow, DocumentRow, QualificationRow
from index.catalogue.visibility import select_visible

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Engine

    from index.catalogue.effective_metadata import EffectiveMetadata
    from index.catalogue.metadata_layers import DecisionConflict
    from index.catalogue.replay_parts import PartKind
    from index.catalogue.writing import WriteContext
    from index.model import Document


class ReplayReads:
    """The parts of documents, for who may see the document."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find_main(self, document_id: str, groups: frozenset[str]) -> str | None:
        """The document that another one is, or was, a part of; None where there is none to see."""
        main = select(DocumentRow.part_of).where(
            DocumentRow.id == document_id, DocumentRow.part_of.in_(select_visible(groups))
        )
        with self._database.connect() as reader:
            return reader.scalars(main).first()

    def list_parts(self, document_id: str, groups: frozenset[str]) -> tuple[Document, ...]:
        """The parts of a document, as these groups see them, in order; the caller has asked `documents.find` first."""
        with self._database.connect() as reader:
            ids = reader.scalars(_LIVING_PARTS.where(DocumentRow.part_of == document_id)).all()
            found = load_documents(reader, ids, groups, with_parts=True)
        return tuple(found[id_] for id_ in ids if id_ in found)

    def find_part(self, document_id: str, groups: frozenset[str]) -> Document | None:
        """A part of a replay by its id; None where there is none to see."""
        with self._database.connect() as reader:
            return load_documents(reader, [document_id], groups, with_parts=True).get(document_id)

    def list_conflicts(self, document_id: str) -> tuple[DecisionConflict, ...]:
        """Where people said otherwise of a part than what prevails, until somebody has qualified the replay."""
        with Session(self._database) as session:
            looked_at = exists().where(QualificationRow.document_id == document_id)
            if session.scalars(select(looked_at)).one():
                return ()
            return find_conflicts(session, [document_id])[document_id]


_MAINS = select(DocumentRow.part_of).where(DocumentRow.part_of.is_not(None))
_LIVING_PARTS = select(DocumentRow.id).where(DocumentRow.removed.is_(None)).order_by(DocumentRow.part_rank)


class ReplayWrites:
    """Joins the files of replays, and takes them apart, as they come, move and go."""

    def __init__(self, context: WriteContext, effective: EffectiveMetadata) -> None:
        self._context, self._session = context, context.session
        self._effective = effective
        self._kinds: Mapping[str, PartKind] = {}
        self._is_due = False

    def watch(self, kinds: Mapping[str, PartKind], *, all_due: bool = False) -> None:
        """Have replays joined at the end of the transaction, where a file of one of these formats has changed.

        `kinds` says by format what such a file is. With `all_due` they are joined even if nothing has changed.
        """
        self._kinds = kinds
        self._is_due = self._is_due or all_due

    def join(self) -> None:
        """Join the files of replays, if any has changed in this transaction."""
        if not self._kinds or not (self._is_due or self._has_changed()):
            return
        self._session.flush()
        before = self._read_stored()
        after = join_parts(self._list_files())
        after |= self._follow_removed(before, after)
        changed = {id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)}
        if not changed:
            return
        self._hold_released({id_: each.main for id_, each in before.items()}, after)
        self._session.execute(
            update(DocumentRow),
            [
                {"id": id_, "part_of": found.main if found else None, "part_rank": found.rank if found else 0}
                for id_ in sorted(changed)
                for found in [after.get(id_)]
            ],
        )
        mains = {each.main for id_ in changed for each in (before.get(id_), after.get(id_)) if each}
        concerned = sorted(changed | mains)
        # Each of them is another document than it was, for those who follow revisions.
        numbered = zip(concerned, self._context.next_revisions(len(concerned)), strict=True)
        self._session.execute(update(DocumentRow), [{"id": id_, "revision": number} for id_, number in numbered])
        self._effective.write(concerned)
        self._context.changed_audiences.update(concerned)
        self._reopen_contested({after[id_].main for id_ in changed & after.keys()})

    def raise_revisions(self) -> None:
        """Give each document a revision after those of its parts: its text and its words are theirs."""
        part = aliased(DocumentRow)
        behind = (
            select(DocumentRow.id)
            .join(part, part.part_of == DocumentRow.id)
            .where(part.part_of.is_not(None), part.revision > DocumentRow.revision, DocumentRow.removed.is_(None))
            .distinct()
            .order_by(DocumentRow.id)
        )
        ids = self._session.scalars(behind).all()
        if ids:
            numbered = zip(ids, self._context.next_revisions(len(ids)), strict=True)
            self._session.execute(update(DocumentRow), [{"id": id_, "revision": number} for id_, number in numbered])

    def _has_changed(self) -> bool:
        """Whether a document that was described, or lost a file, in this transaction may be of a replay."""
        joined = DocumentRow.part_of.is_not(None), DocumentRow.id.in_(_MAINS)
        return any(
            self._session.scalars(
                select(exists().where(DocumentRow.id.in_(chunk), or_(DocumentRow.format.in_(self._kinds), *joined)))
            ).one()
            for chunk in split_into_chunks(sorted(self._context.changed_files))
        )

    def _read_stored(self) -> dict[str, Membership]:
        rows = select(DocumentRow.id, DocumentRow.part_of, DocumentRow.part_rank).where(
            DocumentRow.part_of.is_not(None)
        )
        return {id_: Membership(main, rank) for id_, main, rank in self._session.execute(rows) if main}

    def _list_files(self) -> list[PartFile]:
        rows = self._session.execute(
            select(DocumentRow.id, DocumentRow.format, DescriptionRow.event_id)
            .outerjoin(DescriptionRow, DescriptionRow.document_id == DocumentRow.id)
            .where(DocumentRow.format.in_(self._kinds), DocumentRow.removed.is_(None))
        ).all()
        paths: dict[str, list[str]] = {}
        for chunk in split_into_chunks([row.id for row in rows]):
            paths |= load_paths(self._session, chunk)
        return [PartFile(row.id, self._kinds[row.format], tuple(paths.get(row.id, ())), row.event_id) for row in rows]

    def _follow_removed(
        self, before: Mapping[str, Membership], after: Mapping[str, Membership]
    ) -> dict[str, Membership]:
        """Removed documents as parts of what is left of their replay: their addresses lead there."""
        # Both those that had parts and those that were one.
        left: defaultdict[str, list[str]] = defaultdict(list)
        for id_, each in sorted(before.items(), key=lambda item: item[1].rank):
            left[each.main].append(id_)
            left[id_].append(each.main)
        removed = self._filter_removed(left)
        found: dict[str, Membership] = {}
        for id_ in removed:
            stays = next((each for each in left[id_] if each not in removed), None)
            if stays:
                found[id_] = Membership(after[stays].main if stays in after else stays, 0)
            elif id_ in before:
                found[id_] = before[id_]
        return found

    def _filter_removed(self, ids: Collection[str]) -> frozenset[str]:
        return frozenset(
            id_
            for chunk in split_into_chunks(sorted(ids))
            for id_ in self._session.scalars(
                select(DocumentRow.id).where(DocumentRow.id.in_(chunk), DocumentRow.removed.is_not(None))
            )
        )

    def _hold_released(self, before: Mapping[str, str], after: Mapping[str, Membership]) -> None:
        """Hold the documents that the loss of a narrower part would show to more people."""
        together: defaultdict[str, set[str]] = defaultdict(set)
        for id_, main in before.items():
            together[main] |= {id_, main}
        for members in together.values():
            limits = find_own_limits(self._session, sorted(members))
            living = members - self._filter_removed(members)
            for id_ in sorted(living):
                main = after[id_].main if id_ in after else id_
                stay = {each for each in living if (after[each].main if each in after else each) == main}
                self._hold_one(id_, [limits[each] for each in sorted(members - stay) if each in limits])

    def _hold_one(self, document_id: str, lost: Sequence[frozenset[str]]) -> None:
        agreed = self._session.scalars(select(DocumentRow.place_groups).where(DocumentRow.id == document_id)).one()
        kept = agreed
        for each in lost:
            kept = intersect_audiences(kept, each)
        if not is_within(agreed, kept):
            self._context.released.add(document_id)
            self._session.execute(update(DocumentRow).where(DocumentRow.id == document_id).values(place_groups=kept))

    def _reopen_contested(self, mains: Collection[str]) -> None:
        """Put replays whose parts people described otherwise back among those to look at."""
        found = find_conflicts(self._session, sorted(mains))
        contested = [id_ for id_, conflicts in found.items() if conflicts]
        parts = select(DocumentRow.id).where(DocumentRow.part_of.in_(contested))
        for those in (contested, parts):
            self._session.execute(delete(QualificationRow).where(QualificationRow.document_id.in_(those)))
