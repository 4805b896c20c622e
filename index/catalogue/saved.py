"""Searches that someone keeps under a secret address, and the mail addresses that follow them."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.accounts.model import LONGEST_MAIL
from index.catalogue.schema import written
from index.catalogue.tables import Base

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Engine

_TOKEN_BYTES = 16
"""128 random bits: an address that nobody finds by trying."""


class Rhythm(Enum):
    """How often a mail comes, when there is something new to tell."""

    DAILY = "jour"
    WEEKLY = "semaine"

    @property
    def label(self) -> str:
        """What a member reads."""
        return {"jour": "chaque jour", "semaine": "chaque semaine"}[self.value]

    @property
    def least(self) -> timedelta:
        """What must have passed since the last mail: a little less than the name says, as no run is punctual."""
        return {"jour": timedelta(hours=20), "semaine": timedelta(days=6, hours=12)}[self.value]


class SavedSearchRow(Base):
    """A search that someone keeps; `question` is what its address says after the question mark."""

    __tablename__ = "saved_search"

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str]
    question: Mapped[str]
    saved: Mapped[datetime]
    owner: Mapped[str] = mapped_column(String(16), default="")


class SubscriptionRow(Base):
    """A mail address that follows a search, from the day it confirmed."""

    __tablename__ = "subscription"
    __table_args__ = (UniqueConstraint("search", "address"),)

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    search: Mapped[str] = mapped_column(ForeignKey("saved_search.token", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(LONGEST_MAIL))
    rhythm: Mapped[str] = mapped_column(String(16))
    asked: Mapped[datetime]
    confirmed: Mapped[datetime | None]
    sent: Mapped[datetime | None]
    told_until: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search kept under the secret `token`; `question` is its address's part after the question mark.

    `owner` is the id of the account that keeps it: its feed shows what this person may see. Nothing without accounts.
    """

    token: str
    name: str
    question: str
    saved: datetime
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A mail address that follows a search. Documents added up to `told_until` have been told of."""

    token: str
    search: SavedSearch
    address: str
    rhythm: Rhythm
    asked: datetime
    confirmed: datetime | None
    sent: datetime | None
    told_until: datetime | None


class SavedSearches:
    """The kept searches of one catalogue."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def keep(self, name: str, question: str, owner: str = "") -> SavedSearch:
        """Keep a search; whoever has its token may see it, follow it and delete it."""
        kept = SavedSearch(secrets.token_urlsafe(_TOKEN_BYTES), name, question, datetime.now(UTC), owner)
        with written(self._database) as session:
            session.add(SavedSearchRow(**asdict(kept)))
        return kept

    def find(self, token: str) -> SavedSearch | None:
        """The search of a token."""
        with Session(self._database) as session:
            row = session.get(SavedSearchRow, token)
            return _search(row) if row else None

    def of(self, owner: str) -> tuple[SavedSearch, ...]:
        """The searches that an account keeps, the latest first."""
        rows = select(SavedSearchRow).where(SavedSearchRow.owner == owner).order_by(SavedSearchRow.saved.desc())
        with Session(self._database) as session:
            return tuple(map(_search, session.scalars(rows)))

    def delete(self, token: str) -> None:
        """Forget a search, and every address that follows it."""
        with written(self._database) as session:
            session.execute(delete(SubscriptionRow).where(SubscriptionRow.search == token))
            session.execute(delete(SavedSearchRow).where(SavedSearchRow.token == token))

    def followers(self, token: str) -> int:
        """How many addresses have confirmed that they follow a search."""
        confirmed = SubscriptionRow.confirmed.is_not(None)
        with Session(self._database) as session:
            return session.scalars(
                select(func.count()).select_from(SubscriptionRow).where(SubscriptionRow.search == token, confirmed)
            ).one()

    def follow(self, search: SavedSearch, address: str, rhythm: Rhythm) -> Subscription:
        """What an address asked for; it counts only once confirmed. Asked again, the first demand stands."""
        with written(self._database) as session:
            same = select(SubscriptionRow).where(
                SubscriptionRow.search == search.token, SubscriptionRow.address == address
            )
            row = session.scalars(same).one_or_none()
            if row is None:
                row = SubscriptionRow(
                    token=secrets.token_urlsafe(_TOKEN_BYTES),
                    search=search.token,
                    address=address,
                    asked=datetime.now(UTC),
                )
                session.add(row)
            row.rhythm = rhythm.value
            session.flush()
            return _subscription(row, search)

    def asked_since(self, moment: datetime) -> int:
        """How many addresses asked to follow something since a moment, confirmed or not."""
        with Session(self._database) as session:
            return session.scalars(
                select(func.count()).select_from(SubscriptionRow).where(SubscriptionRow.asked >= moment)
            ).one()

    def subscription(self, token: str) -> Subscription | None:
        """The subscription of a token."""
        return next(iter(self._subscriptions(SubscriptionRow.token == token)), None)

    def confirm(self, token: str) -> None:
        """The address is its owner's, who wants mail: what is added from now on will be told."""
        now = datetime.now(UTC)
        with written(self._database) as session:
            session.execute(
                update(SubscriptionRow)
                .where(SubscriptionRow.token == token, SubscriptionRow.confirmed.is_(None))
                .values(confirmed=now, told_until=now)
            )

    def stop(self, token: str) -> None:
        """Forget an address that follows a search."""
        with written(self._database) as session:
            session.execute(delete(SubscriptionRow).where(SubscriptionRow.token == token))

    def confirmed(self) -> tuple[Subscription, ...]:
        """All subscriptions that are to be told of what is new."""
        return self._subscriptions(SubscriptionRow.confirmed.is_not(None))

    def followed_by(self, address: str) -> tuple[Subscription, ...]:
        """What a mail address follows, confirmed or not; in small letters."""
        return self._subscriptions(func.lower(SubscriptionRow.address) == address)

    def told(self, token: str, until: datetime, sent: datetime | None) -> None:
        """Documents added up to a moment have been told of; `sent` is when a mail left, None where nothing was new."""
        values = {"told_until": until} | ({"sent": sent} if sent else {})
        with written(self._database) as session:
            session.execute(update(SubscriptionRow).where(SubscriptionRow.token == token).values(**values))

    def forget_unconfirmed(self, before: datetime) -> int:
        """Forget addresses that never confirmed, which someone else may have typed; gives how many."""
        late = delete(SubscriptionRow).where(SubscriptionRow.confirmed.is_(None), SubscriptionRow.asked < before)
        with written(self._database) as session:
            return len(session.scalars(late.returning(SubscriptionRow.token)).all())

    def _subscriptions(self, condition: ColumnElement[bool]) -> tuple[Subscription, ...]:
        wanted = (
            select(SubscriptionRow, SavedSearchRow)
            .join(SavedSearchRow, SubscriptionRow.search == SavedSearchRow.token)
            .where(condition)
            .order_by(SubscriptionRow.asked, SubscriptionRow.token)
        )
        with Session(self._database) as session:
            return tuple(_subscription(row, _search(search)) for row, search in session.execute(wanted))


def _search(row: SavedSearchRow) -> SavedSearch:
    return SavedSearch(row.token, row.name, row.question, row.saved, row.owner)


def _subscription(row: SubscriptionRow, search: SavedSearch) -> Subscription:
    return Subscription(
        token=row.token,
        search=search,
        address=row.address,
        rhythm=Rhythm(row.rhythm),
        asked=row.asked,
        confirmed=row.confirmed,
        sent=row.sent,
        told_until=row.told_until,
    )
