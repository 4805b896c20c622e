"""What was searched or opened after a search, counted by day: two pages in a row, and never who turned them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from index.catalogue.column_types import IsoDay
from index.catalogue.documents import load_documents
from index.catalogue.queries import split_into_chunks
from index.catalogue.tables import Base
from index.catalogue.visibility import select_visible

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session

    from index.model import Document

LONGEST_SEARCH = 200
"""Characters of a search that are kept."""

STEP_DAYS = 90
"""Days for which it is known what followed a search."""

LEAST_STEPS = 2
"""Times under which a step is not told: one alone is what a single person did."""

MOST_STEPS_A_DAY = 5_000
"""Different steps of a day that are kept, of each kind; further ones are not counted."""


class NextSearchRow(Base):
    """How many times a search that found little or nothing was followed by another one, on one day."""

    __tablename__ = "next_search"
    is_shown = False
    __table_args__ = (Index("next_search_day", "day"),)

    text: Mapped[str] = mapped_column(String(LONGEST_SEARCH), primary_key=True)
    next_text: Mapped[str] = mapped_column(String(LONGEST_SEARCH), primary_key=True)
    day: Mapped[date] = mapped_column(IsoDay, primary_key=True)
    times: Mapped[int]


class OpenedResultRow(Base):
    """How many times a document was opened from the results of a search, on one day."""

    __tablename__ = "opened_result"
    is_shown = False
    __table_args__ = (Index("opened_result_day", "day"),)

    text: Mapped[str] = mapped_column(String(LONGEST_SEARCH), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(IsoDay, primary_key=True)
    times: Mapped[int]


@dataclass(frozen=True, slots=True)
class SearchStep:
    """From the results of a search, on a day: the search that came next, or the document that was opened."""

    text: str
    day: date
    next_text: str = ""
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class SearchFollowups:
    """What came after a search, the most frequent first, each LEAST_STEPS times or more."""

    next_texts: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()


def add_step(session: Session, step: SearchStep, times: int) -> None:
    """Add a step's count to that of its day."""
    # Two tables rather than one with empty columns: a primary key has none.
    row: NextSearchRow | OpenedResultRow
    if step.document_id:
        row = OpenedResultRow(text=step.text, document_id=step.document_id, day=step.day, times=times)
        known: NextSearchRow | OpenedResultRow | None = session.get(
            OpenedResultRow, (step.text, step.document_id, step.day)
        )
        of_day = select(func.count()).where(OpenedResultRow.day == step.day)
    else:
        row = NextSearchRow(text=step.text, next_text=step.next_text, day=step.day, times=times)
        known = session.get(NextSearchRow, (step.text, step.next_text, step.day))
        of_day = select(func.count()).where(NextSearchRow.day == step.day)
    if known is not None:
        known.times += times
    elif session.scalars(of_day).one() < MOST_STEPS_A_DAY:
        session.add(row)


def forget_steps(session: Session, today: date) -> None:
    """Forget what followed searches STEP_DAYS ago or more."""
    for kind in (NextSearchRow, OpenedResultRow):
        session.execute(delete(kind).where(kind.day <= today - timedelta(days=STEP_DAYS)))


def forget_steps_of(session: Session, text: str) -> None:
    """Forget what followed a search, and what it followed."""
    session.execute(delete(NextSearchRow).where((NextSearchRow.text == text) | (NextSearchRow.next_text == text)))
    session.execute(delete(OpenedResultRow).where(OpenedResultRow.text == text))


def list_followups(session: Session, texts: Collection[str], groups: frozenset[str]) -> dict[str, SearchFollowups]:
    """What came after each of these searches, by text: documents opened from it or from the searches after it.

    Only documents that these groups may see.
    """
    # Who found nothing searched anew, and opened something from there: that document is what was looked for.
    after = _sum_steps(session, texts)
    reached = {text: (text, *after[text]) for text in texts}
    opened = _sum_openings(session, {each for those in reached.values() for each in those}, groups)
    told: dict[str, list[str]] = {}
    for text, those in reached.items():
        counts: Counter[str] = sum((opened[each] for each in those), Counter[str]())
        told[text] = [id_ for id_, times in counts.most_common() if times >= LEAST_STEPS]
    documents = load_documents(session, sorted({id_ for ids in told.values() for id_ in ids}), groups)
    return {
        text: SearchFollowups(tuple(after[text]), tuple(documents[id_] for id_ in told[text] if id_ in documents))
        for text in texts
    }


def _sum_steps(session: Session, texts: Collection[str]) -> Mapping[str, list[str]]:
    times = func.sum(NextSearchRow.times)
    after: defaultdict[str, list[str]] = defaultdict(list)
    for chunk in split_into_chunks(texts):
        wanted = (
            select(NextSearchRow.text, NextSearchRow.next_text)
            .where(NextSearchRow.text.in_(chunk))
            .group_by(NextSearchRow.text, NextSearchRow.next_text)
            .having(times >= LEAST_STEPS)
            .order_by(times.desc(), NextSearchRow.next_text)
        )
        for text, next_text in session.execute(wanted):
            after[text].append(next_text)
    return after


def _sum_openings(session: Session, texts: Collection[str], groups: frozenset[str]) -> Mapping[str, Counter[str]]:
    opened: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for chunk in split_into_chunks(texts):
        wanted = (
            select(OpenedResultRow.text, OpenedResultRow.document_id, func.sum(OpenedResultRow.times))
            # Hidden documents leave before anything is counted or cut short.
            .where(OpenedResultRow.text.in_(chunk), OpenedResultRow.document_id.in_(select_visible(groups)))
            .group_by(OpenedResultRow.text, OpenedResultRow.document_id)
        )
        for text, document_id, times in session.execute(wanted):
            opened[text][document_id] = int(times)
    return opened
