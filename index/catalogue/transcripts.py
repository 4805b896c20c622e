"""What programs heard in recordings, piece by piece, and what people corrected of it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotations
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, String, bindparam, delete, exists, func, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from index.accounts import AuditAction
from index.catalogue.quotas import Quota
from index.catalogue.tables import Base, DocumentRow, LocationRow, PassageRow
from index.model import Recording, SpokenSegment, TranscriptCorrection, TranscriptPiece, Unit

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Engine, Select

    from index.catalogue.documents import DocumentWrites
    from index.catalogue.personal_data import PersonalDataWrites
    from index.catalogue.writing import WriteContext


class TranscriptPieceRow(Base):
    """A piece of a recording as a program heard it: it belongs to content and program, and is never heard twice."""

    __tablename__ = "transcript_piece"
    is_shown = False

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    engine: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[float]
    end: Mapped[float]
    segments: Mapped[list[Any]] = mapped_column(JSON)
    dropped: Mapped[int]
    is_last: Mapped[bool]
    notice: Mapped[str]
    at: Mapped[datetime]


class TranscriptCorrectionRow(Base):
    """What a person says was said in a recording, in place of what a program had heard (`original`)."""

    # By document, not by content: the same content may be kept for others elsewhere, with their own corrections.
    __tablename__ = "transcript_correction"
    __table_args__ = (Index("transcript_correction_document", "document_id"),)
    quota = Quota("corrections de transcriptions", 200_000)

    number: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    start: Mapped[float]
    end: Mapped[float]
    text: Mapped[str]
    original: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime]


_PIECES = (
    select(TranscriptPieceRow)
    .where(TranscriptPieceRow.digest == bindparam("digest"), TranscriptPieceRow.engine == bindparam("engine"))
    .order_by(TranscriptPieceRow.number)
)


class TranscriptReads:
    """Recordings, the pieces of them that were heard, and corrections."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def list_recordings(self, formats: Collection[str]) -> tuple[Recording, ...]:
        """The recordings that can be found, of these formats, the newest first: each with the first of its files."""
        each = aliased(LocationRow)
        path = select(func.min(each.path)).where(each.document_id == DocumentRow.id).scalar_subquery()
        text = exists().where(PassageRow.document_id == DocumentRow.id)
        query = (
            select(
                *(DocumentRow.id, DocumentRow.digest, LocationRow.path, LocationRow.size, LocationRow.mtime_ns),
                *(DocumentRow.duration, DocumentRow.transcribed, text, DocumentRow.part_of),
            )
            .join(LocationRow, LocationRow.path == path)
            .where(DocumentRow.format.in_(formats), DocumentRow.removed.is_(None))
            .order_by(DocumentRow.added.desc(), DocumentRow.id)
        )
        with Session(self._database) as session:
            return tuple(Recording(*row) for row in session.execute(query).all())

    def list_captioned(self, formats: Collection[str]) -> frozenset[str]:
        """The replays that have a part of these formats with words."""
        query = select(DocumentRow.part_of).where(
            DocumentRow.format.in_(formats),
            DocumentRow.removed.is_(None),
            DocumentRow.part_of.is_not(None),
            exists().where(PassageRow.document_id == DocumentRow.id),
        )
        with Session(self._database) as session:
            return frozenset(filter(None, session.scalars(query)))

    def list_pieces(self, digest: str, engine: str) -> tuple[TranscriptPiece, ...]:
        """The pieces of a content that a program has heard, in order."""
        with Session(self._database) as session:
            return tuple(map(_to_piece, session.scalars(_PIECES, {"digest": digest, "engine": engine})))

    def list_corrections(self, document_id: str) -> tuple[TranscriptCorrection, ...]:
        """What people corrected in the present content of a document, in order; the caller has asked `find` first."""
        with Session(self._database) as session:
            return tuple(map(_to_correction, session.scalars(_select_corrections(document_id))))


class TranscriptWrites:
    """Stores what programs heard, and what people correct of it."""

    def __init__(self, context: WriteContext, documents: DocumentWrites, personal_data: PersonalDataWrites) -> None:
        self._context, self._session = context, context.session
        self._documents, self._personal_data = documents, personal_data

    def add_piece(self, digest: str, engine: str, number: int, piece: TranscriptPiece) -> None:
        """Store the piece of a content that a program has heard; `number` counts from 0."""
        self._session.add(
            TranscriptPieceRow(
                digest=digest,
                engine=engine,
                number=number,
                start=piece.start,
                end=piece.end,
                segments=[[each.start, each.end, each.text, each.doubtful] for each in piece.segments],
                dropped=piece.dropped,
                is_last=piece.is_last,
                notice=piece.notice,
                at=self._context.now,
            )
        )
        self._session.flush()

    def list_corrections(self, document_id: str) -> tuple[TranscriptCorrection, ...]:
        """What people corrected in the present content of a document, in order."""
        return tuple(map(_to_correction, self._session.scalars(_select_corrections(document_id))))

    def correct(self, document_id: str, start: float, text: str, who: str) -> bool:
        """Store what a person says was said in the passage that starts at a second; gives whether there is such a one.

        With the words that the program had heard, the correction is taken back. It is found at once, and looked through
        for personal data first.
        """
        document_id = self._find_heard(document_id)
        passage = self._find_passage(document_id, start)
        if passage is None or passage.start is None or passage.end is None:
            return False
        known = next((each for each in self.list_corrections(document_id) if each.start == passage.start), None)
        original = known.original if known else passage.text
        self._session.execute(
            delete(TranscriptCorrectionRow).where(
                TranscriptCorrectionRow.document_id == document_id,
                # Those of a transcription whose passages were cut elsewhere, too.
                TranscriptCorrectionRow.start < passage.end,
                TranscriptCorrectionRow.end > passage.start,
            )
        )
        if text != original:
            digest = self._session.scalars(select(DocumentRow.digest).where(DocumentRow.id == document_id)).one()
            self._session.add(
                TranscriptCorrectionRow(
                    document_id=document_id,
                    digest=digest,
                    start=passage.start,
                    end=passage.end,
                    text=text,
                    original=original,
                    who=who,
                    at=self._context.now,
                )
            )
        passage.text, passage.doubtful = text, False
        self._session.flush()
        self._session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id)
            .values(checked=0, revision=self._context.next_revision())
        )
        self._personal_data.search(document_id, self._documents.find_content(document_id))
        self._context.record(AuditAction.TRANSCRIPT_CORRECTED, who, document_id)
        return True

    def _find_heard(self, document_id: str) -> str:
        """The part of a replay whose sound was written down: the document, unless that was its sound alone."""
        heard = select(DocumentRow.id).where(
            DocumentRow.part_of == document_id, DocumentRow.transcribed != "", DocumentRow.removed.is_(None)
        )
        own = exists().where(DocumentRow.id == document_id, DocumentRow.transcribed != "")
        return document_id if self._session.scalar(select(own)) else self._session.scalars(heard).first() or document_id

    def _find_passage(self, document_id: str, start: float) -> PassageRow | None:
        """The passage of an automatic transcription that starts at a second; None where there is none."""
        heard = exists().where(DocumentRow.id == document_id, DocumentRow.transcribed != "")
        rows = self._session.scalars(
            select(PassageRow)
            .where(PassageRow.document_id == document_id, PassageRow.unit == Unit.TIME.value, heard)
            .order_by(func.abs(PassageRow.start - start))
            .limit(1)
        )
        # A page gives milliseconds.
        return next((row for row in rows if row.start is not None and abs(row.start - start) < _SAME_SECOND), None)


_SAME_SECOND = 0.01


def _select_corrections(document_id: str) -> Select[TranscriptCorrectionRow]:
    return (
        select(TranscriptCorrectionRow)
        .join(DocumentRow, DocumentRow.id == TranscriptCorrectionRow.document_id)
        .where(
            TranscriptCorrectionRow.document_id == document_id,
            TranscriptCorrectionRow.digest == DocumentRow.digest,
        )
        .order_by(TranscriptCorrectionRow.start)
    )


def _to_piece(row: TranscriptPieceRow) -> TranscriptPiece:
    segments = tuple(SpokenSegment(*each) for each in row.segments)
    return TranscriptPiece(row.start, row.end, segments, row.dropped, row.is_last, row.notice)


def _to_correction(row: TranscriptCorrectionRow) -> TranscriptCorrection:
    return TranscriptCorrection(row.start, row.end, row.text, row.original, row.who, row.at)
