"""API tokens of tools: shown once, stored as a hash, valid for one scope and for a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from index.accounts import (
    TOOL_PREFIX,
    Account,
    AccountState,
    ApiToken,
    AuditAction,
    NotAllowedError,
    Scope,
    draw_token,
    hash_token,
)
from index.catalogue.people import accounts, audit
from index.catalogue.people.tables import TokenRow
from index.catalogue.schema import STAMP_INTERVAL, begin_write, try_write_stamp

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy import Engine

# The prefix and four characters: enough to recognise a token in a list, useless to who would guess it.
_SHOWN_CHARACTERS = len(TOOL_PREFIX) + 4


class Tokens:
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
            if not accounts.load_account(session, account_id).role.includes(scope.role):
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
            audit.add_entry(session, AuditAction.TOKEN_CREATED, account_id, account_id, scope.value)
        return token

    def find(self, token: str, now: datetime | None = None) -> Account | None:
        """The owner of a valid token, with the role that the token gives; None for any other token.

        The role is never more than the account's own is now.
        """
        now = now or datetime.now(UTC)
        with Session(self._database) as session:
            row = session.scalars(select(TokenRow).where(TokenRow.token_hash == hash_token(token))).first()
            if row is None or row.expires <= now:
                return None
            account = accounts.load_account(session, row.account_id)
        if account.state is AccountState.SUSPENDED:
            return None
        # Once a minute at most, and not at all while another process writes.
        if row.used is None or now - row.used >= STAMP_INTERVAL:
            try_write_stamp(self._database, update(TokenRow).where(TokenRow.number == row.number).values(used=now))
        # The owner may have lost rights since the token was created.
        given = Scope(row.scope).role
        return replace(account, role=given) if account.role.includes(given) else account

    def of(self, account_id: str) -> tuple[ApiToken, ...]:
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
                audit.add_entry(session, AuditAction.TOKEN_REVOKED, by, account_id)
        return gone is not None

    def purge(self) -> int:
        """Delete expired tokens; gives how many."""
        late = delete(TokenRow).where(TokenRow.expires <= datetime.now(UTC))
        with begin_write(self._database) as session:
            return len(session.scalars(late.returning(TokenRow.number)).all())
