"""The tables of members' questions: the question, its answers, the places that they cite, and who asks it too."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from index.catalogue.quotas import Quota
from index.catalogue.tables import Base


class InquiryRow(Base):
    """A question of a member: `owner` is an account's id, stands for a browser, or is empty once forgotten.

    `groups` may see it once it is shown. `document_id` is the document that it is since its first answer, removed
    where no answer is left (`answered` is null then).
    """

    __tablename__ = "inquiry"
    __table_args__ = (
        Index("inquiry_owner", "owner"),
        Index("inquiry_asked", "asked"),
        Index("inquiry_document", "document_id", unique=True),
    )
    quota = Quota("questions", 20_000, "owner", 200)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    owner: Mapped[str] = mapped_column(String(16))
    title: Mapped[str]
    details: Mapped[str]
    themes: Mapped[list[str]]
    territories: Mapped[list[str]]
    groups: Mapped[frozenset[str]]
    standing: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str]
    asked: Mapped[datetime]
    updated: Mapped[datetime]
    taken_up: Mapped[datetime | None]
    taken_by: Mapped[str] = mapped_column(String(16))
    passed_on: Mapped[datetime | None]
    need: Mapped[str]
    answered: Mapped[datetime | None]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("document.id"))


class InquiryAnswerRow(Base):
    """An answer; `author` is an account's id, stands for a browser, or is empty once forgotten."""

    __tablename__ = "inquiry_answer"
    __table_args__ = (Index("inquiry_answer_inquiry", "inquiry_id"), Index("inquiry_answer_author", "author"))
    quota = Quota("réponses à cette question", 60_000, "inquiry_id", 50)

    number: Mapped[int] = mapped_column(primary_key=True)
    inquiry_id: Mapped[str] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"))
    author: Mapped[str] = mapped_column(String(16))
    by_team: Mapped[bool]
    text: Mapped[str]
    at: Mapped[datetime]
    standing: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str]


class InquiryPlaceRow(Base):
    """A document, or a place in one, that an answer cites. No title and no text of it is copied here."""

    __tablename__ = "inquiry_place"
    __table_args__ = (Index("inquiry_place_answer", "answer"), Index("inquiry_place_document", "document_id"))
    quota = Quota("documents cités par cette réponse", 300_000, "answer", 20)

    number: Mapped[int] = mapped_column(primary_key=True)
    answer: Mapped[int] = mapped_column(ForeignKey("inquiry_answer.number", ondelete="CASCADE"))
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    place: Mapped[str] = mapped_column(String(40))
    fingerprint: Mapped[str] = mapped_column(String(32))


class InquiryVoiceRow(Base):
    """One person who asks a question too. No time and no account: `voter` differs from question to question."""

    __tablename__ = "inquiry_voice"
    quota = Quota("« moi aussi »", 1_000_000)

    inquiry_id: Mapped[str] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), primary_key=True)
    voter: Mapped[str] = mapped_column(String(32), primary_key=True)
