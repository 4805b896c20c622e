"""What is searched and what is opened, counted by day. Nothing here says by whom, from where or at what hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.accounts import EVERY_ANIMATOR
from index.catalogue.column_types import IsoDay
from index.catalogue.database import CatalogueError
from index.catalogue.documents import load_documents
from index.catalogue.search_steps import (
    LONGEST_SEARCH,
    SearchFollowups,
    SearchStep,
    add_step,
    forget_steps,
    forget_steps_of,
    list_followups,
)
from index.catalogue.tables import Base, DocumentRow, TagRow
from index.catalogue.visibility import select_visible
from index.catalogue.writing import begin_write
from index.model import ExplainedError, Facet

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Engine, Select

    from index.model import Document, PartialDate


WITHOUT_WORDS = ""
"""The text under which searches are counted whose words are not stored."""

_RARE_TIMES = 1
"""Times. A search made no more often than this may say something of the person who made it."""


class CatalogueBusyError(ExplainedError):
    """Another writer held the catalogue for longer than a writer waits; nothing was written."""


MOST_TEXTS_A_DAY = 5_000
"""Different texts of a day that are kept: further ones are counted without their words."""


class SearchedRow(Base):
    """One text on one day: how many times it was searched, how many documents it last found, and were opened from it.

    `opened` is None where it was not yet counted.
    """

    __tablename__ = "searched"
    is_shown = False
    __table_args__ = (Index("searched_day", "day"),)

    text: Mapped[str] = mapped_column(String(LONGEST_SEARCH), primary_key=True)
    day: Mapped[date] = mapped_column(IsoDay, primary_key=True)
    times: Mapped[int]
    found: Mapped[int]
    opened: Mapped[int | None]


class OpenedRow(Base):
    """One document on one day: how many times it was opened."""

    __tablename__ = "opened"
    is_shown = False
    __table_args__ = (Index("opened_day", "day"),)

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(IsoDay, primary_key=True)
    times: Mapped[int]


@dataclass(frozen=True, slots=True)
class DailySearch:
    """A text searched on a day, normalised."""

    text: str
    day: date


@dataclass(frozen=True, slots=True)
class DailyOpening:
    """A document opened on a day."""

    document_id: str
    day: date


@dataclass(frozen=True, slots=True)
class SearchTally:
    """How often a text was searched, and how many documents it found the last time."""

    times: int
    found: int


LITTLE_FOUND = 3
"""Documents up to which a search found little."""

_LEAST_UNOPENED = 2
"""Times from which a search of which nobody opens a result says something of the results."""


class SearchFault(Enum):
    """What is wrong with a search; the value is what an animator reads."""

    NOTHING = "N’ont rien trouvé"
    LITTLE = "N’ont trouvé que peu"
    UNOPENED = "Ont trouvé, et personne n’a rien ouvert"


@dataclass(frozen=True, slots=True)
class FaultySearch:
    """A search with something wrong; `last` is the last day on which it was made, `found` what it found then."""

    text: str
    times: int
    last: date
    found: int = 0


class Usage:
    """The counts of one catalogue."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def add(
        self,
        searches: Mapping[DailySearch, SearchTally],
        openings: Mapping[DailyOpening, int],
        steps: Mapping[SearchStep, int] = MappingProxyType({}),
    ) -> None:
        """Add counts to those of their days, in one transaction. Raises CatalogueBusyError, nothing written."""
        try:
            with begin_write(self._database) as session:
                for searched, asked in searches.items():
                    _add_search(session, searched, asked)
                for opened, times in openings.items():
                    _add_opening(session, opened, times)
                # After the searches, which say whether one found anything.
                for step, times in steps.items():
                    _count_step(session, step, times)
        except CatalogueError as error:
            raise CatalogueBusyError("Le catalogue est occupé : ces comptes attendront.") from error

    def forget_rare(self, today: date, days: int) -> None:
        """Forget the words of searches that were made only once, `days` ago or more, and old steps; they stay counted.

        Raises CatalogueBusyError, nothing forgotten.
        """
        rare = select(SearchedRow.text).group_by(SearchedRow.text).having(func.sum(SearchedRow.times) <= _RARE_TIMES)
        old = (
            SearchedRow.day <= today - timedelta(days=days),
            SearchedRow.text != WITHOUT_WORDS,
            SearchedRow.text.in_(rare),
        )
        try:
            with begin_write(self._database) as session:
                for row in session.scalars(select(SearchedRow).where(*old)).all():
                    _forget_words(session, row)
                forget_steps(session, today)
        except CatalogueError as error:
            raise CatalogueBusyError("Le catalogue est occupé : l’oubli attendra.") from error

    def forget(self, text: str) -> None:
        """Forget the words of a search at once; it stays counted."""
        with begin_write(self._database) as session:
            for row in session.scalars(select(SearchedRow).where(SearchedRow.text == text)).all():
                _forget_words(session, row)

    def count_searches_by_day(self, since: date) -> dict[date, tuple[int, int]]:
        """How many searches there were, and how many of them found nothing, by day."""
        nothing = func.sum(SearchedRow.times).filter(SearchedRow.found == 0)
        days = select(SearchedRow.day, func.sum(SearchedRow.times), func.coalesce(nothing, 0))
        with Session(self._database) as session:
            rows = session.execute(days.where(SearchedRow.day >= since).group_by(SearchedRow.day))
            return {day: (int(times), int(fruitless)) for day, times, fruitless in rows}

    def list_fruitless(self, since: date, limit: int) -> tuple[FaultySearch, ...]:
        """Texts whose last search found nothing, the most searched first."""
        return self.list_faulty(SearchFault.NOTHING, since, limit)

    def list_faulty(self, fault: SearchFault, since: date, limit: int) -> tuple[FaultySearch, ...]:
        """Texts whose last search found nothing, or little, or of which nobody has opened a result.

        The most searched come first.
        """
        last = select(SearchedRow.text, func.max(SearchedRow.day).label("day")).group_by(SearchedRow.text).subquery()
        asked = (
            select(
                SearchedRow.text,
                func.sum(SearchedRow.times).label("times"),
                # Of days before openings were counted nobody knows whether something was opened.
                func.sum(SearchedRow.times).filter(SearchedRow.opened.is_not(None)).label("followed"),
                func.sum(SearchedRow.opened).label("opened"),
            )
            .where(SearchedRow.day >= since)
            .group_by(SearchedRow.text)
            .subquery()
        )
        which = {
            SearchFault.NOTHING: SearchedRow.found == 0,
            SearchFault.LITTLE: SearchedRow.found.between(1, LITTLE_FOUND),
            SearchFault.UNOPENED: (SearchedRow.found > LITTLE_FOUND)
            & (asked.c.opened == 0)
            & (asked.c.followed >= _LEAST_UNOPENED),
        }
        wanted = (
            select(asked.c.text, asked.c.times, last.c.day, SearchedRow.found)
            .join(last, last.c.text == asked.c.text)
            .join(SearchedRow, (SearchedRow.text == last.c.text) & (SearchedRow.day == last.c.day))
            .where(which[fault], SearchedRow.text != WITHOUT_WORDS)
            .order_by(asked.c.times.desc(), last.c.day.desc(), asked.c.text)
            .limit(limit)
        )
        with Session(self._database) as session:
            return tuple(
                FaultySearch(text, int(count), day, found) for text, count, day, found in session.execute(wanted)
            )

    def list_followups(self, texts: Collection[str], groups: frozenset[str]) -> dict[str, SearchFollowups]:
        """What was searched or opened after each of these searches, by text; only documents that groups may see."""
        with Session(self._database) as session:
            return list_followups(session, texts, groups)

    def list_most_opened(self, groups: frozenset[str], since: date, limit: int) -> tuple[tuple[Document, int], ...]:
        """The documents opened most, of those that these groups may see, with how many times."""
        return self._list_opened(select_visible(groups), groups, since, limit)

    def list_to_renew(
        self, groups: frozenset[str], since: date, before: PartialDate, limit: int
    ) -> tuple[tuple[Document, int], ...]:
        """Visible documents dated before a day that were opened since another, the most opened first."""
        # A document without a date may be of yesterday: when it was added says nothing of its age.
        return self._list_opened(select_visible(groups).where(DocumentRow.date < before), groups, since, limit)

    def _list_opened(
        self, among: Select[str], groups: frozenset[str], since: date, limit: int
    ) -> tuple[tuple[Document, int], ...]:
        times = func.sum(OpenedRow.times)
        with Session(self._database) as session:
            rows = session.execute(
                select(OpenedRow.document_id, times)
                .where(OpenedRow.day >= since, OpenedRow.document_id.in_(among))
                .group_by(OpenedRow.document_id)
                .order_by(times.desc(), OpenedRow.document_id)
                .limit(limit)
            ).all()
            documents = load_documents(session, [id_ for id_, _ in rows], groups)
        return tuple((documents[id_], int(count)) for id_, count in rows)

    def list_never_opened(self, groups: frozenset[str], limit: int) -> tuple[int, tuple[Document, ...]]:
        """How many visible documents nobody has opened, and the oldest of them."""
        # Never in all days that are kept, not only lately.
        never = select_visible(groups).where(DocumentRow.id.not_in(select(OpenedRow.document_id)))
        with Session(self._database) as session:
            total = session.scalars(select(func.count()).select_from(never.subquery())).one()
            ids = list(session.scalars(never.order_by(DocumentRow.added, DocumentRow.id).limit(limit)))
            documents = load_documents(session, ids, groups)
        return total, tuple(documents[id_] for id_ in ids)

    def count_coverage(self, groups: frozenset[str]) -> dict[tuple[str, str], int]:
        """How many visible documents treat each theme for each territory, by (territory, theme)."""
        theme, territory = TagRow.__table__.alias("theme"), TagRow.__table__.alias("territory")
        wanted = (
            # Distinct, as one value may be tagged by several sources.
            select(territory.c.value, theme.c.value, func.count(theme.c.document_id.distinct()))
            .join(theme, theme.c.document_id == territory.c.document_id)
            .where(
                territory.c.facet == Facet.TERRITORY.value,
                theme.c.facet == Facet.THEME.value,
                theme.c.document_id.in_(select_visible(groups)),
            )
            .group_by(territory.c.value, theme.c.value)
        )
        with Session(self._database) as session:
            return {(where, what): count for where, what, count in session.execute(wanted)}


def _add_search(session: Session, searched: DailySearch, asked: SearchTally) -> None:
    row = session.get(SearchedRow, (searched.text, searched.day))
    if row is None and searched.text != WITHOUT_WORDS and _count_texts(session, searched.day) >= MOST_TEXTS_A_DAY:
        _add_search(session, DailySearch(WITHOUT_WORDS, searched.day), SearchTally(asked.times, max(1, asked.found)))
    elif row is None:
        session.add(SearchedRow(text=searched.text, day=searched.day, times=asked.times, found=asked.found, opened=0))
    else:
        row.times, row.found = row.times + asked.times, asked.found


def _count_texts(session: Session, day: date) -> int:
    return session.scalars(select(func.count()).select_from(SearchedRow).where(SearchedRow.day == day)).one()


def _forget_words(session: Session, row: SearchedRow) -> None:
    # Whether it found anything belongs to the words: without them, a search counts as one that found something.
    _add_search(session, DailySearch(WITHOUT_WORDS, row.day), SearchTally(row.times, max(1, row.found)))
    forget_steps_of(session, row.text)
    session.delete(row)
    # The next row of the same day must find the sum in the table.
    session.flush()


def _add_opening(session: Session, opened: DailyOpening, times: int) -> None:
    row = session.get(OpenedRow, (opened.document_id, opened.day))
    if row is None:
        session.add(OpenedRow(document_id=opened.document_id, day=opened.day, times=times))
    else:
        row.times += times


def _count_step(session: Session, step: SearchStep, times: int) -> None:
    row = session.get(SearchedRow, (step.text, step.day))
    if step.document_id:
        # Animators read which searches nobody opened anything from: what a group has to itself has no part in it.
        if session.scalar(select_visible(EVERY_ANIMATOR).where(DocumentRow.id == step.document_id)) is None:
            return
        if row is not None:
            row.opened = (row.opened or 0) + times
        add_step(session, step, times)
    elif row is not None and row.found <= LITTLE_FOUND:
        # What follows a search that found enough is another errand.
        add_step(session, step, times)
