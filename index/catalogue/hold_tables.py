"""The tables of documents that wait for an agreement, and of agreements."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from index.catalogue.tables import Base


class HoldRow(Base):
    """A document that its places would show to more people, `wanted`, than it is for, until one of these agrees.

    `origin` is the path that it came from, empty where it did not move; `kept` is when someone decided that it stays
    reserved.
    """

    __tablename__ = "hold"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str]
    wanted: Mapped[frozenset[str]]
    kept: Mapped[datetime | None]
    who: Mapped[str]


class AgreementRow(Base):
    """A document that someone agreed to show to `wanted`, and what it was before: an undo holds it as it was.

    `groups` are those whose document it was, `version` the number of its present version then; `reason` and `origin`
    are those of its hold.
    """

    __tablename__ = "agreement"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    reason: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str]
    groups: Mapped[frozenset[str]]
    wanted: Mapped[frozenset[str]]
    version: Mapped[int]
