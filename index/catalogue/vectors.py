"""The vectors of documents' passages, which a model makes in the background: kept by document, text and model."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, LargeBinary, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.catalogue.tables import Base
from index.catalogue.writing import read_memo, write_memo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from index.catalogue.writing import WriteContext

_PROGRESS_MEMO, _DECISION_MEMO = "vectors", "ranking-decision"
_DIGEST_BYTES = 16


class DocumentVectorsRow(Base):
    """The vectors of one document's passages by one model; as many as were made yet.

    `digests` stand for the passages' texts in order, 16 bytes each, and `content` for all of them; `vectors` are signed
    bytes, `dimensions` of them for each of the first passages. `number` rises with each change, so that searches know
    what is new.
    """

    __tablename__ = "document_vectors"
    is_shown = False
    __table_args__ = (Index("document_vectors_content", "content"), Index("document_vectors_number", "number"))

    # A row a document, not a passage: a search reads a hundred thousand vectors in a few thousand rows.
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    dimensions: Mapped[int]
    digests: Mapped[bytes] = mapped_column(LargeBinary)
    vectors: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class VectorProgress:
    """How far a model is: it has made the vectors of all documents up to a `revision`.

    `is_complete` once it has made all there were: searches use none before. `probe` is what it made of a known
    sentence, as hexadecimal, so that another model under the same name is noticed. `dimensions` is the length of its
    vectors.
    """

    model: str
    revision: int = 0
    is_complete: bool = False
    probe: str = ""
    dimensions: int = 0


@dataclass(frozen=True, slots=True)
class DocumentVectors:
    """The vectors of a document's passages in order, each as signed bytes, and what stands for the passages' texts."""

    content: str
    digests: tuple[bytes, ...]
    vectors: tuple[bytes, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every passage has its vector."""
        return len(self.vectors) == len(self.digests)


class VectorReads:
    """The vectors of one model, how far it is, and what was decided about ranking by them."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def read_progress(self) -> VectorProgress | None:
        """How far the model is that was last at work; None where none ever was."""
        with Session(self._database) as session:
            told = read_memo(session, _PROGRESS_MEMO)
        return VectorProgress(**json.loads(told)) if told else None

    def read_decision(self) -> str:
        """The last decision about ranking, as `VectorWrites.write_decision` stored it; "" before the first."""
        with Session(self._database) as session:
            return read_memo(session, _DECISION_MEMO) or ""

    def list_since(self, model: str, number: int) -> Iterator[tuple[int, str, int, bytes]]:
        """The changes of a model's vectors after a number, oldest first.

        Each is a number, a document's id, the dimensions of its vectors (0 where it has none) and all of them.
        """
        row = DocumentVectorsRow
        columns = row.number, row.document_id, row.dimensions, row.vectors
        query = select(*columns).where(row.model == model, row.number > number).order_by(row.number)
        with self._database.connect() as reader:
            # In portions: all vectors of a library are not in memory twice.
            for found in reader.execution_options(yield_per=_ROWS_AT_ONCE).execute(query):
                yield found.number, found.document_id, found.dimensions, found.vectors

    def find(self, model: str, document_id: str) -> DocumentVectors | None:
        """The vectors of a document; None where none was made."""
        with Session(self._database) as session:
            row = session.get(DocumentVectorsRow, (document_id, model))
            return _to_vectors(row) if row else None

    def find_content(self, model: str, content: str) -> DocumentVectors | None:
        """The vectors of another document with the same texts, all made; None where there is no such one."""
        # By content: a file that is copied into another folder is another document there, with the same words.
        query = select(DocumentVectorsRow).where(
            DocumentVectorsRow.content == content, DocumentVectorsRow.model == model
        )
        with Session(self._database) as session:
            return next((found for row in session.scalars(query) if (found := _to_vectors(row)).is_whole), None)


_ROWS_AT_ONCE = 500


class VectorWrites:
    """Stores what models make of passages, and what was decided about ranking by it."""

    def __init__(self, context: WriteContext) -> None:
        self._session = context.session

    def save(self, model: str, document_id: str, made: DocumentVectors) -> None:
        """Store the vectors of a document in place of those that it had."""
        # There is one writer at a time: nobody takes the same number.
        number = (self._session.scalars(select(func.max(DocumentVectorsRow.number))).one() or 0) + 1
        self._session.merge(
            DocumentVectorsRow(
                document_id=document_id,
                model=model,
                content=made.content,
                number=number,
                dimensions=len(made.vectors[0]) if made.vectors else 0,
                digests=b"".join(made.digests),
                vectors=b"".join(made.vectors),
            )
        )
        self._session.flush()

    def write_progress(self, progress: VectorProgress) -> None:
        """Store how far a model is."""
        write_memo(self._session, _PROGRESS_MEMO, json.dumps(asdict(progress)))

    def drop(self, model: str) -> None:
        """Delete what a model made."""
        self._session.execute(delete(DocumentVectorsRow).where(DocumentVectorsRow.model == model))

    def drop_others(self, model: str) -> None:
        """Delete what other models made."""
        self._session.execute(delete(DocumentVectorsRow).where(DocumentVectorsRow.model != model))

    def drop_all(self) -> None:
        """Delete all vectors, and how far they were."""
        # They say something of texts that may since have been deleted.
        self._session.execute(delete(DocumentVectorsRow))
        write_memo(self._session, _PROGRESS_MEMO, "")

    def write_decision(self, decision: str) -> None:
        """Store the last decision about ranking."""
        write_memo(self._session, _DECISION_MEMO, decision)


def _to_vectors(row: DocumentVectorsRow) -> DocumentVectors:
    vectors = _cut(row.vectors, row.dimensions) if row.dimensions else ()
    return DocumentVectors(row.content, _cut(row.digests, _DIGEST_BYTES), vectors)


def _cut(joined: bytes, size: int) -> tuple[bytes, ...]:
    return tuple(joined[at : at + size] for at in range(0, len(joined), size))
