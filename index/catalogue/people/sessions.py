"""Sessions: kept here and not in the cookie, so that ending one ends it, on every device at once if need be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from index.accounts import tokens
from index.accounts.acts import Act
from index.accounts.model import Lifetimes, SessionSeen, Signed, State
from index.catalogue.people import accounts, audit
from index.catalogue.people.tables import SessionRow
from index.catalogue.schema import STAMP_EVERY, stamped, written

if TYPE_CHECKING:
    from sqlalchemy import Engine

RENEWAL = timedelta(hours=1)
"""How long a token serves before the browser is given another: one that leaked is soon worth nothing."""

_OVERLAP = timedelta(minutes=1)
"""How long the former token still serves: the pictures of a page are asked for together with it."""


class Sessions:
    """Where people are signed in."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def open(self, account_id: str, lifetimes: Lifetimes, id_token: str = "") -> str:
        """A session for someone who has just proved who they are; gives the cookie's secret, which is not kept.

        `id_token` is what the provider of identities told, if one did.
        """
        token, now = tokens.draw(), datetime.now(UTC)
        with written(self._database) as session:
            session.add(
                SessionRow(
                    account_id=account_id,
                    token_hash=tokens.hashed(token),
                    created=now,
                    renewed=now,
                    seen=now,
                    expires=now + lifetimes.session,
                    id_token=id_token,
                )
            )
        return token

    def find(self, token: str, lifetimes: Lifetimes, now: datetime | None = None) -> Signed | None:
        """Whose session a token is, if it is still good: not idle for too long, not too old, the account not suspended.

        When the answer has a `renewed` token, the cookie must be set to it.
        """
        now, digest = now or datetime.now(UTC), tokens.hashed(token)
        with Session(self._database) as session:
            row = session.scalars(select(SessionRow).where(_bears(digest))).first()
            if row is None or row.expires <= now or now - row.seen > lifetimes.session_idle:
                return None
            if row.former_hash == digest and now - row.renewed > RENEWAL + _OVERLAP:
                # The browser never took the new one, or this is a copy: neither goes on for ever.
                return None
            account = accounts.one(session, row.account_id)
        if account.state is State.SUSPENDED:
            return None
        return Signed(account, row.number, self._touch(row, digest, now))

    def id_token(self, number: int) -> str:
        """What the provider of identities told when a session was opened; nothing where none did."""
        with Session(self._database) as session:
            return session.scalars(select(SessionRow.id_token).where(SessionRow.number == number)).first() or ""

    def close(self, token: str) -> None:
        """Sign out."""
        self._delete(_bears(tokens.hashed(token)))

    def close_one(self, account_id: str, number: int) -> None:
        """Sign a person's other device out."""
        self._delete((SessionRow.account_id == account_id) & (SessionRow.number == number))

    def close_all(self, account_id: str, by: str, *, but: int | None = None) -> None:
        """Sign a person out everywhere, save in one session."""
        with written(self._database) as session:
            of_account = delete(SessionRow).where(SessionRow.account_id == account_id)
            session.execute(of_account.where(SessionRow.number != but) if but is not None else of_account)
            audit.add(session, Act.SESSIONS_CLOSED, by, account_id)

    def of(self, account_id: str) -> tuple[SessionSeen, ...]:
        """Where a person is signed in, the latest seen first."""
        rows = select(SessionRow).where(SessionRow.account_id == account_id, SessionRow.expires > datetime.now(UTC))
        with Session(self._database) as session:
            return tuple(
                SessionSeen(row.number, row.created, row.seen, row.expires)
                for row in session.scalars(rows.order_by(SessionRow.seen.desc()))
            )

    def purge(self, lifetimes: Lifetimes) -> int:
        """Erase what nobody can use any more; gives how many."""
        now = datetime.now(UTC)
        over = or_(SessionRow.expires <= now, SessionRow.seen < now - lifetimes.session_idle)
        with written(self._database) as session:
            return len(session.scalars(delete(SessionRow).where(over).returning(SessionRow.number)).all())

    def _touch(self, row: SessionRow, digest: str, now: datetime) -> str | None:
        """Keep that a session was seen; renew its token when its time has come. Writes only when something changes."""
        values: dict[str, object] = {"seen": now} if now - row.seen >= STAMP_EVERY else {}
        current, renewed = row.token_hash == digest, None
        if current and row.former_hash and now - row.renewed >= _OVERLAP:
            values["former_hash"] = None
        if current and now - row.renewed >= RENEWAL:
            renewed = tokens.draw()
            values |= {"former_hash": digest, "token_hash": tokens.hashed(renewed), "renewed": now}
        if not values:
            return None
        # Of requests that come together only one renews; the others go on with the token that they have.
        unchanged = (SessionRow.number == row.number) & (SessionRow.token_hash == row.token_hash)
        return renewed if stamped(self._database, update(SessionRow).where(unchanged).values(values)) else None

    def _delete(self, which: ColumnElement[bool]) -> None:
        with written(self._database) as session:
            session.execute(delete(SessionRow).where(which))


def _bears(digest: str) -> ColumnElement[bool]:
    return or_(SessionRow.token_hash == digest, SessionRow.former_hash == digest)
