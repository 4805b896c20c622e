"""Whether documents were useful: one voice a person and document, under a name that says nothing of who they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.catalogue.documents import load_documents
from index.catalogue.quotas import Quota
from index.catalogue.tables import Base
from index.catalogue.visibility import select_visible
from index.catalogue.writing import begin_write

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from index.model import Document


class BallotRow(Base):
    """One voice about one document. No time and no account: `voter` differs from document to document."""

    __tablename__ = "ballot"
    __table_args__ = (Index("ballot_document", "document_id"),)
    quota = Quota("avis", 1_000_000)

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    voter: Mapped[str] = mapped_column(String(32), primary_key=True)
    useful: Mapped[bool]
    on_answer: Mapped[bool]


@dataclass(frozen=True, slots=True)
class BallotCounts:
    """How many found a document useful, how many did not, and how many of both said so of an answer taken from it."""

    useful: int
    useless: int
    on_answer: int

    @property
    def total(self) -> int:
        """How many gave their opinion."""
        return self.useful + self.useless


class Ballots:
    """The voices of one catalogue."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def cast(self, document_id: str, voter: str, *, useful: bool, on_answer: bool = False) -> None:
        """Record a voice, in place of a former one of the same voter about the same document."""
        with begin_write(self._database) as session:
            # One row a voter and document: pressing again changes it, and adds none.
            session.merge(BallotRow(document_id=document_id, voter=voter, useful=useful, on_answer=on_answer))

    def withdraw(self, document_id: str, voter: str) -> None:
        """Take a voice back."""
        mine = BallotRow.document_id == document_id, BallotRow.voter == voter
        with begin_write(self._database) as session:
            session.execute(delete(BallotRow).where(*mine))

    def find(self, document_id: str, voter: str) -> bool | None:
        """What a voter said of a document: useful or not; None where they said nothing."""
        with Session(self._database) as session:
            row = session.get(BallotRow, (document_id, voter))
            return row.useful if row else None

    def count_each(self, least: int) -> dict[str, BallotCounts]:
        """The voices about each document that has at least so many, by id; whoever shows them asks for rights first."""
        with Session(self._database) as session:
            rows = session.execute(
                select(
                    BallotRow.document_id,
                    func.count().filter(BallotRow.useful),
                    func.count().filter(~BallotRow.useful),
                    func.count().filter(BallotRow.on_answer),
                )
                .group_by(BallotRow.document_id)
                .having(func.count() >= least)
            )
            return {id_: BallotCounts(*numbers) for id_, *numbers in rows}

    def list_visible(self, groups: frozenset[str], least: int, limit: int) -> tuple[tuple[Document, BallotCounts], ...]:
        """Documents with at least so many voices, of those that these groups may see: the most spoken of first."""
        # Hidden documents are left out before the limit, which would otherwise tell that there are some.
        counts = self.count_each(least)
        with Session(self._database) as session:
            visible = set(session.scalars(select_visible(groups))) & counts.keys()
            ids = sorted(visible, key=lambda id_: (-counts[id_].total, id_))[:limit]
            documents = load_documents(session, ids, groups)
        return tuple((documents[id_], counts[id_]) for id_ in ids)
