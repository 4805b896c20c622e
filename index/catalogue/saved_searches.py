"""Saved searches: kept under a secret address, and followed by mail addresses."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.accounts import LONGEST_MAIL
from index.catalogue.quotas import Quota
from index.catalogue.tables import Base
from index.catalogue.writing import begin_write

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Engine


_TOKEN_BYTES = 16
"""128 random bits: an address that nobody finds by trying."""


class DigestFrequency(Enum):
    """How often a mail is sent, where there is something new."""

    IMMEDIATE = "aussitot"
    DAILY = "jour"
    WEEKLY = "semaine"

    @property
    def label(self) -> str:
        """The French words for it, for members."""
        return {"aussitot": "dès qu’il y en a", "jour": "chaque jour", "semaine": "chaque semaine"}[self.value]

    @property
    def period(self) -> timedelta:
        """The time between two mails, as its name says."""
        return {"aussitot": timedelta(), "jour": timedelta(days=1), "semaine": timedelta(days=7)}[self.value]

    @property
    def minimum_interval(self) -> timedelta:
        """The shortest time between two mails: a little less than the name says, as no timer is punctual."""
        return {
            "aussitot": timedelta(),
            "jour": timedelta(hours=20),
            "semaine": timedelta(days=6, hours=12),
        }[self.value]


class SavedSearchRow(Base):
    """A search that someone saved; `question` is the query string of its address."""

    __tablename__ = "saved_search"
    is_shown = False
    quota = Quota("recherches gardées", 20_000, "owner", 200)

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str]
    question: Mapped[str]
    saved: Mapped[datetime]
    owner: Mapped[str] = mapped_column(String(16), default="")


class SubscriptionRow(Base):
    """A mail address that asked to follow a search; it counts from the day it confirmed."""

    __tablename__ = "subscription"
    is_shown = False
    quota = Quota("suivis par courriel", 20_000, "address", 200)
    # An address follows a search once: asking again changes the frequency.
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
    """A search saved under the secret `token`; `question` is the query string of its address.

    `owner` is the id of the account that saved it: its feed shows what this person may see. Empty without accounts.
    """

    token: str
    name: str
    question: str
    saved: datetime
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A mail address that follows a search.

    Its owner was told of the documents added up to `told_until`; `sent` is when the last mail left.
    """

    token: str
    search: SavedSearch
    address: str
    rhythm: DigestFrequency
    asked: datetime
    confirmed: datetime | None
    sent: datetime | None
    told_until: datetime | None


class SavedSearches:
    """The saved searches of one catalogue."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def save(self, name: str, question: str, owner: str = "") -> SavedSearch:
        """Save a search; whoever has its token may see it, follow it and delete it."""
        kept = SavedSearch(secrets.token_urlsafe(_TOKEN_BYTES), name, question, datetime.now(UTC), owner)
        with begin_write(self._database) as session:
            session.add(SavedSearchRow(**asdict(kept)))
        return kept

    def find(self, token: str) -> SavedSearch | None:
        """The search of a token; None where there is none."""
        with Session(self._database) as session:
            row = session.get(SavedSearchRow, token)
            return _to_search(row) if row else None

    def list_of(self, owner: str) -> tuple[SavedSearch, ...]:
        """The searches that an account saved, the latest first."""
        rows = select(SavedSearchRow).where(SavedSearchRow.owner == owner).order_by(SavedSearchRow.saved.desc())
        with Session(self._database) as session:
            return tuple(map(_to_search, session.scalars(rows)))

    def find_same(self, owner: str, question: str) -> SavedSearch | None:
        """The search by which an owner follows a question already; None where they do not, or where nobody is known."""
        same = select(SavedSearchRow).where(SavedSearchRow.owner == owner, SavedSearchRow.question == question)
        with Session(self._database) as session:
            # An empty owner is nobody: what others keep without one is not theirs.
            row = session.scalars(same.limit(1)).first() if owner else None
            return _to_search(row) if row else None

    def delete(self, token: str) -> None:
        """Delete a search, and every subscription to it."""
        with begin_write(self._database) as session:
            # Subscriptions first: they refer to the search.
            session.execute(delete(SubscriptionRow).where(SubscriptionRow.search == token))
            session.execute(delete(SavedSearchRow).where(SavedSearchRow.token == token))

    def count_followers(self, token: str) -> int:
        """How many addresses have confirmed that they follow a search."""
        confirmed = SubscriptionRow.confirmed.is_not(None)
        with Session(self._database) as session:
            return session.scalars(
                select(func.count()).select_from(SubscriptionRow).where(SubscriptionRow.search == token, confirmed)
            ).one()

    def subscribe(self, search: SavedSearch, address: str, rhythm: DigestFrequency) -> Subscription:
        """Have an address ask to follow a search; the subscription counts only once confirmed.

        An address that asks again keeps its subscription, with the new rhythm.
        """
        with begin_write(self._database) as session:
            same = select(SubscriptionRow).where(
                SubscriptionRow.search == search.token, SubscriptionRow.address == address
            )
            row = session.scalars(same).one_or_none()
            if row is None:
                # Whoever has this token may confirm or stop: the links of the mails hold it, and need no account.
                row = SubscriptionRow(
                    token=secrets.token_urlsafe(_TOKEN_BYTES),
                    search=search.token,
                    address=address,
                    asked=datetime.now(UTC),
                )
                session.add(row)
            row.rhythm = rhythm.value
            session.flush()
            return _to_subscription(row, search)

    def has_confirmed(self, address: str) -> bool:
        """Whether a mail address follows any search: its owner has answered a mail."""
        mine = func.lower(SubscriptionRow.address) == address.lower()
        with Session(self._database) as session:
            answered = select(SubscriptionRow.token).where(mine, SubscriptionRow.confirmed.is_not(None))
            return session.scalars(answered.limit(1)).first() is not None

    def find_subscription(self, token: str) -> Subscription | None:
        """The subscription of a token; None where there is none."""
        return next(iter(self._list_subscriptions(SubscriptionRow.token == token)), None)

    def confirm(self, token: str) -> None:
        """Confirm a subscription: its address will be told of documents added from now on."""
        now = datetime.now(UTC)
        with begin_write(self._database) as session:
            session.execute(
                update(SubscriptionRow)
                # A link that is opened twice must not move `told_until`: documents in between would never be told of.
                .where(SubscriptionRow.token == token, SubscriptionRow.confirmed.is_(None))
                .values(confirmed=now, told_until=now)
            )

    def unsubscribe(self, token: str) -> None:
        """Delete a subscription."""
        with begin_write(self._database) as session:
            session.execute(delete(SubscriptionRow).where(SubscriptionRow.token == token))

    def list_confirmed(self) -> tuple[Subscription, ...]:
        """All confirmed subscriptions."""
        return self._list_subscriptions(SubscriptionRow.confirmed.is_not(None))

    def list_subscriptions_of(self, address: str) -> tuple[Subscription, ...]:
        """The subscriptions of a mail address (in lower case), confirmed or not."""
        # Addresses are stored as they were typed.
        return self._list_subscriptions(func.lower(SubscriptionRow.address) == address)

    def record_mailing(self, token: str, until: datetime, sent: datetime | None) -> None:
        """Record that documents added up to a moment were told of.

        `sent` is when a mail left, None where there was nothing new to tell.
        """
        values = {"told_until": until} | ({"sent": sent} if sent else {})
        with begin_write(self._database) as session:
            session.execute(update(SubscriptionRow).where(SubscriptionRow.token == token).values(**values))

    def delete_unconfirmed(self, before: datetime) -> int:
        """Delete subscriptions that were not confirmed, as someone else may have typed the address; gives how many."""
        late = delete(SubscriptionRow).where(SubscriptionRow.confirmed.is_(None), SubscriptionRow.asked < before)
        with begin_write(self._database) as session:
            return len(session.scalars(late.returning(SubscriptionRow.token)).all())

    def _list_subscriptions(self, condition: ColumnElement[bool]) -> tuple[Subscription, ...]:
        wanted = (
            select(SubscriptionRow, SavedSearchRow)
            .join(SavedSearchRow, SubscriptionRow.search == SavedSearchRow.token)
            .where(condition)
            .order_by(SubscriptionRow.asked, SubscriptionRow.token)
        )
        with Session(self._database) as session:
            return tuple(_to_subscription(row, _to_search(search)) for row, search in session.execute(wanted))


def redraw_secrets(session: Session, owner: str) -> None:
    """Give the searches of an account new secret addresses, in a transaction under way; subscriptions stay."""
    for row in session.scalars(select(SavedSearchRow).where(SavedSearchRow.owner == owner)).all():
        renewed = asdict(_to_search(row)) | {"token": secrets.token_urlsafe(_TOKEN_BYTES)}
        session.add(SavedSearchRow(**renewed))
        # Subscriptions refer to the search: it must be there before them, and the former one go after.
        session.flush()
        mine = SubscriptionRow.search == row.token
        # Their own secrets are in mails that may have been read with the account's.
        for subscription in session.scalars(select(SubscriptionRow).where(mine)).all():
            subscription.search, subscription.token = renewed["token"], secrets.token_urlsafe(_TOKEN_BYTES)
        session.flush()
        session.delete(row)


def _to_search(row: SavedSearchRow) -> SavedSearch:
    return SavedSearch(row.token, row.name, row.question, row.saved, row.owner)


def _to_subscription(row: SubscriptionRow, search: SavedSearch) -> Subscription:
    return Subscription(
        token=row.token,
        search=search,
        address=row.address,
        rhythm=DigestFrequency(row.rhythm),
        asked=row.asked,
        confirmed=row.confirmed,
        sent=row.sent,
        told_until=row.told_until,
    )
