"""When slides are spoken of: what alignments of decks and recordings found, and what people say instead."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotations
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, bindparam, delete, func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from index.accounts import AuditAction
from index.catalogue.tables import Base, DocumentRow, LocationRow
from index.model import Chapter, GatheringMaterial

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import BindParameter, ColumnElement, Engine, Select

    from index.catalogue.writing import WriteContext


class AlignmentRow(Base):
    """When the slides of a deck are spoken of in a recording, as words tell; `inputs` names what was compared."""

    __tablename__ = "alignment"
    __table_args__ = (Index("alignment_deck", "deck_id"),)

    recording_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    deck_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    inputs: Mapped[str]
    starts: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime]


class ChapterDecisionRow(Base):
    """A person's word on a slide: when it begins, or, without `start`, that nothing is to be said of it."""

    __tablename__ = "chapter_decision"
    __table_args__ = (Index("chapter_decision_deck", "deck_id"),)

    recording_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    deck_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    slide: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[float | None]
    who: Mapped[str]
    at: Mapped[datetime]


def _whole_id(document: type[DocumentRow]) -> ColumnElement[str]:
    """The id of a document, or of the replay that it is a part of."""
    return func.coalesce(document.part_of, document.id)


# What was said of captions before their recording came is said of the recording, which has the last word.
_SAID = (
    select(_whole_id(DocumentRow), *(ChapterDecisionRow.deck_id, ChapterDecisionRow.slide, ChapterDecisionRow.start))
    .join(DocumentRow, DocumentRow.id == ChapterDecisionRow.recording_id)
    .order_by(DocumentRow.part_of.is_(None), DocumentRow.part_rank.desc())
)
_HEARD = select(AlignmentRow.recording_id, AlignmentRow.deck_id, AlignmentRow.starts)

# Built once, and columns, not objects: each page of results asks, and most often there is nothing.
_DECKS: BindParameter[Any] = bindparam("decks", expanding=True)
_SAID_OF_DECKS, _HEARD_OF_DECKS = (
    _SAID.where(ChapterDecisionRow.deck_id.in_(_DECKS)),
    _HEARD.where(AlignmentRow.deck_id.in_(_DECKS)),
)
_RECORDING: BindParameter[Any] = bindparam("recording")
_SAID_OF_RECORDING, _HEARD_IN_RECORDING = (
    _SAID.where(_whole_id(DocumentRow) == _RECORDING),
    _HEARD.where(AlignmentRow.recording_id == _RECORDING),
)


class ChapterReads:
    """Chapters in force, and what an alignment has to look at. Callers have asked for both documents first."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def list_of_recording(self, recording_id: str) -> tuple[Chapter, ...]:
        """The chapters of a recording, in the order of time."""
        return self._list(_SAID_OF_RECORDING, _HEARD_IN_RECORDING, {"recording": recording_id})

    def list_of_deck(self, deck_id: str) -> tuple[Chapter, ...]:
        """When the slides of a deck are spoken of, in the order of time."""
        return self.list_of_decks([deck_id])

    def list_of_decks(self, deck_ids: Collection[str]) -> tuple[Chapter, ...]:
        """The same of several decks, read at once: by recording, in the order of time."""
        return self._list(_SAID_OF_DECKS, _HEARD_OF_DECKS, {"decks": list(deck_ids)})

    def list_materials(self, formats: Collection[str]) -> tuple[GatheringMaterial, ...]:
        """The documents of these formats that are of a gathering, with the first of their files."""
        each = aliased(LocationRow)
        path = select(func.min(each.path)).where(each.document_id == DocumentRow.id).scalar_subquery()
        main = aliased(DocumentRow)
        # A part is of the gathering that its replay is of.
        event_id = func.coalesce(main.event_id, DocumentRow.event_id)
        query = (
            select(
                *(DocumentRow.id, event_id, DocumentRow.format, func.coalesce(path, "")),
                *(DocumentRow.digest, DocumentRow.transcribed, DocumentRow.part_of),
            )
            .outerjoin(main, main.id == DocumentRow.part_of)
            .where(DocumentRow.format.in_(formats), event_id.is_not(None), DocumentRow.removed.is_(None))
            .order_by(event_id, DocumentRow.part_rank, DocumentRow.id)
        )
        with Session(self._database) as session:
            return tuple(GatheringMaterial(*row) for row in session.execute(query).all())

    def read_inputs(self) -> dict[tuple[str, str], str]:
        """What was compared, by recording and deck."""
        with Session(self._database) as session:
            rows = session.execute(select(AlignmentRow.recording_id, AlignmentRow.deck_id, AlignmentRow.inputs))
            return {(recording, deck): inputs for recording, deck, inputs in rows}

    def _list(
        self, said: Select[*tuple[Any, ...]], heard: Select[*tuple[Any, ...]], asked: Mapping[str, object]
    ) -> tuple[Chapter, ...]:
        with self._database.connect() as reader:
            decisions = {(row[0], row[1], row[2]): row[3] for row in reader.execute(said, asked).all()}
            found = [
                Chapter(recording_id, deck_id, slide, start, confidence)
                for recording_id, deck_id, starts in reader.execute(heard, asked).all()
                for slide, start, confidence in starts
                if (recording_id, deck_id, slide) not in decisions
            ]
        found += [Chapter(*key, start, None) for key, start in decisions.items() if start is not None]
        return tuple(sorted(found, key=lambda each: (each.recording_id, each.start, each.slide)))


class ChapterWrites:
    """Stores what alignments found, and what people say."""

    def __init__(self, context: WriteContext) -> None:
        self._context, self._session = context, context.session

    def save(self, recording_id: str, deck_id: str, inputs: str, starts: Iterable[tuple[int, float, float]]) -> None:
        """Store what an alignment found: slide, second, confidence. What people said stays."""
        self._session.merge(
            AlignmentRow(
                recording_id=recording_id,
                deck_id=deck_id,
                inputs=inputs,
                starts=[list(each) for each in starts],
                at=self._context.now,
            )
        )

    def forget(self, recording_id: str, deck_id: str) -> None:
        """Delete an alignment of what is no longer of one gathering."""
        self._session.execute(
            delete(AlignmentRow).where(AlignmentRow.recording_id == recording_id, AlignmentRow.deck_id == deck_id)
        )

    def decide(self, recording_id: str, deck_id: str, slide: int, start: float | None, who: str) -> None:
        """Store a person's word: a slide begins at a second, or, without one, nothing is to be said of it."""
        self._session.merge(
            ChapterDecisionRow(
                recording_id=recording_id, deck_id=deck_id, slide=slide, start=start, who=who, at=self._context.now
            )
        )
        self._context.record(AuditAction.CHAPTER_CORRECTED, who, recording_id, f"diapositive {slide}")

    def undecide(self, recording_id: str, deck_id: str, slide: int) -> None:
        """Take a person's word back."""
        files = select(DocumentRow.id).where(_whole_id(DocumentRow) == recording_id)
        self._session.execute(
            delete(ChapterDecisionRow).where(
                ChapterDecisionRow.recording_id.in_(files),
                ChapterDecisionRow.deck_id == deck_id,
                ChapterDecisionRow.slide == slide,
            )
        )
