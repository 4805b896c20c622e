"""Sessions of browsers and API tokens of tools: stored here and not with their holders, so that ending one ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from index.accounts import (
    TOOL_PREFIX,
    AccountState,
    ApiToken,
    AuditAction,
    CurrentSession,
    NotAllowedError,
    OpenSession,
    Scope,
    draw_token,
    hash_token,
)
from index.catalogue.access.accounts import end_access, load_account
from index.catalogue.access_tables import SessionRow, TokenRow
from index.catalogue.writing import STAMP_INTERVAL, begin_write, record_action, try_write_stamp

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Engine

    from index.accounts import Account, Lifetimes


RENEWAL_INTERVAL = timedelta(hours=1)
"""How long a token serves before the browser is given another one: a token that leaked is soon worth nothing."""

MOST_SESSIONS = 20
"""Sessions of a person: more than they have browsers. One more closes the one that was seen longest ago."""

_OVERLAP = timedelta(minutes=1)
"""How long the former token still serves: the images of a page are requested together with it."""


class Sessions:
    """Where people are signed in."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def open(self, account_id: str, lifetimes: Lifetimes, id_token: str = "") -> str:
        """Open a session for someone who has just proved who they are; gives the cookie's secret, which is not stored.

        `id_token` is the identity provider's, where one was asked: it wants it back at the sign-out.
        """
        token, now = draw_token(), datetime.now(UTC)
        with begin_write(self._database) as session:
            _close_oldest(session, account_id, MOST_SESSIONS - 1)
            session.add(
                SessionRow(
                    account_id=account_id,
                    token_hash=hash_token(token),
                    created=now,
                    renewed=now,
                    seen=now,
                    expires=now + lifetimes.session,
                    id_token=id_token,
                )
            )
        return token

    def find(
        self, token: str, lifetimes: Lifetimes, now: datetime | None = None, *, renews: bool = True
    ) -> CurrentSession | None:
        """Whose session a token is; None where it was idle for too long, is too old, or its account is suspended.

        Where the answer has a `renewed` token, the cookie must be set to it; who cannot set one asks without `renews`.
        """
        now, digest = now or datetime.now(UTC), hash_token(token)
        with Session(self._database) as session:
            row = session.scalars(select(SessionRow).where(_has_token(digest))).first()
            if row is None or row.expires <= now or now - row.seen > lifetimes.session_idle:
                return None
            if row.former_hash == digest and now - row.renewed > RENEWAL_INTERVAL + _OVERLAP:
                # The browser never took the new token, or this is a stolen copy: neither may go on for ever.
                return None
            account = load_account(session, row.account_id)
        if account.state is AccountState.SUSPENDED:
            return None
        return CurrentSession(account, row.number, self._touch(row, digest, now) if renews else None)

    def find_id_token(self, number: int) -> str:
        """The identity provider's token of a session; empty where there is none."""
        with Session(self._database) as session:
            return session.scalars(select(SessionRow.id_token).where(SessionRow.number == number)).first() or ""

    def close(self, token: str) -> None:
        """End the session of a token."""
        self._delete_where(_has_token(hash_token(token)))

    def close_one(self, account_id: str, number: int) -> None:
        """End one of a person's sessions, by number."""
        self._delete_where((SessionRow.account_id == account_id) & (SessionRow.number == number))

    def close_all(self, account_id: str, by: str, *, but: int | None = None, keep_tools: bool = False) -> None:
        """End all access of a person, as `end_access` says; `but` is the session from which they do so."""
        with begin_write(self._database) as session:
            end_access(session, account_id, by, but=but, keep_tools=keep_tools)
            record_action(session, AuditAction.SESSIONS_CLOSED, by, account_id)

    def list_of(self, account_id: str) -> tuple[OpenSession, ...]:
        """A person's sessions, the latest seen first."""
        rows = select(SessionRow).where(SessionRow.account_id == account_id, SessionRow.expires > datetime.now(UTC))
        with Session(self._database) as session:
            return tuple(
                OpenSession(row.number, row.created, row.seen, row.expires)
                for row in session.scalars(rows.order_by(SessionRow.seen.desc()))
            )

    def purge(self, lifetimes: Lifetimes) -> int:
        """Delete sessions that can no longer be used; gives how many."""
        now = datetime.now(UTC)
        over = or_(SessionRow.expires <= now, SessionRow.seen < now - lifetimes.session_idle)
        with begin_write(self._database) as session:
            return len(session.scalars(delete(SessionRow).where(over).returning(SessionRow.number)).all())

    def _touch(self, row: SessionRow, digest: str, now: datetime) -> str | None:
        """Store that a session was seen, and renew its token when its time has come; gives the new token, if any.

        Writes only where something changes.
        """
        # Most requests write nothing here: a session is seen far more often than once a minute.
        values: dict[str, object] = {"seen": now} if now - row.seen >= STAMP_INTERVAL else {}
        current, renewed = row.token_hash == digest, None
        # The browser uses the new token: the former one has had its time.
        if current and row.former_hash and now - row.renewed >= _OVERLAP:
            values["former_hash"] = None
        if current and now - row.renewed >= RENEWAL_INTERVAL:
            renewed = draw_token()
            values |= {"former_hash": digest, "token_hash": hash_token(renewed), "renewed": now}
        if not values:
            return None
        # Of several requests at once only one renews: for the others this condition finds no row, and they keep their
        # token.
        unchanged = (SessionRow.number == row.number) & (SessionRow.token_hash == row.token_hash)
        return renewed if try_write_stamp(self._database, update(SessionRow).where(unchanged).values(values)) else None

    def _delete_where(self, which: ColumnElement[bool]) -> None:
        with begin_write(self._database) as session:
            session.execute(delete(SessionRow).where(which))


def _close_oldest(session: Session, account_id: str, kept: int) -> None:
    """Close the sessions of a person but the ones seen last."""
    latest = (
        select(SessionRow.number)
        .where(SessionRow.account_id == account_id)
        .order_by(SessionRow.seen.desc(), SessionRow.number.desc())
        .limit(kept)
    )
    of_account = delete(SessionRow).where(SessionRow.account_id == account_id)
    session.execute(of_account.where(SessionRow.number.not_in(session.scalars(latest).all())))


def _has_token(digest: str) -> ColumnElement[bool]:
    return or_(SessionRow.token_hash == digest, SessionRow.former_hash == digest)


# The prefix and four characters: enough to recognise a token in a list, useless to who would guess it.
_SHOWN_CHARACTERS = len(TOOL_PREFIX) + 4


class ApiTokens:
    """The API tokens that people created."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def create(self, account_id: str, name: str, scope: Scope, lifetime: timedelta) -> str:
        """Create a token for a tool, in its owner's name; gives the secret, to be shown once.

        Raises NotAllowedError for an account that may not give this scope.
        """
        token, now = draw_token(TOOL_PREFIX), datetime.now(UTC)
        with begin_write(self._database) as session:
            # In the transaction: the account may have just lost the right.
            if not load_account(session, account_id).role.includes(scope.role):
                raise NotAllowedError("Ce compte ne peut pas donner cet accès : demandez-le à l’administration.")
            session.add(
                TokenRow(
                    account_id=account_id,
                    token_hash=hash_token(token),
                    start=token[:_SHOWN_CHARACTERS],
                    name=" ".join(name.split()),
                    scope=scope.value,
                    created=now,
                    expires=now + lifetime,
                )
            )
            record_action(session, AuditAction.TOKEN_CREATED, account_id, account_id, scope.value)
        return token

    def find_owner(self, token: str, now: datetime | None = None) -> Account | None:
        """The owner of a valid token, with the role that the token gives; None for any other token.

        The role is never more than the account's own is now.
        """
        now = now or datetime.now(UTC)
        with Session(self._database) as session:
            row = session.scalars(select(TokenRow).where(TokenRow.token_hash == hash_token(token))).first()
            if row is None or row.expires <= now:
                return None
            account = load_account(session, row.account_id)
        if account.state is AccountState.SUSPENDED:
            return None
        # Once a minute at most, and not at all while another process writes.
        if row.used is None or now - row.used >= STAMP_INTERVAL:
            try_write_stamp(self._database, update(TokenRow).where(TokenRow.number == row.number).values(used=now))
        # The owner may have lost rights since the token was created.
        given = Scope(row.scope).role
        return replace(account, role=given) if account.role.includes(given) else account

    def list_of(self, account_id: str) -> tuple[ApiToken, ...]:
        """The tokens that a person created, the latest first, expired ones included."""
        rows = select(TokenRow).where(TokenRow.account_id == account_id).order_by(TokenRow.number.desc())
        with Session(self._database) as session:
            return tuple(
                ApiToken(row.number, row.name, row.start, Scope(row.scope), row.created, row.expires, row.used)
                for row in session.scalars(rows)
            )

    def revoke(self, account_id: str, number: int, by: str) -> bool:
        """Revoke a person's token; gives whether there was one."""
        mine = delete(TokenRow).where(TokenRow.account_id == account_id, TokenRow.number == number)
        with begin_write(self._database) as session:
            gone = session.scalars(mine.returning(TokenRow.number)).first()
            if gone is not None:
                record_action(session, AuditAction.TOKEN_REVOKED, by, account_id)
        return gone is not None

    def purge(self) -> int:
        """Delete expired tokens; gives how many."""
        late = delete(TokenRow).where(TokenRow.expires <= datetime.now(UTC))
        with begin_write(self._database) as session:
            return len(session.scalars(late.returning(TokenRow.number)).all())
