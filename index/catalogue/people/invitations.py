"""Invitations: an account promised to a mail address, which whoever received the secret may accept once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from index.accounts import (
    Account,
    AccountExistsError,
    AuditAction,
    Invitation,
    InvitationError,
    NewAccount,
    Role,
    draw_token,
    hash_token,
    parse_mail_address,
)
from index.catalogue.people import accounts, audit, rules
from index.catalogue.people.tables import AccountRow, InvitationRow
from index.catalogue.schema import begin_write

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy import Engine

_NOT_VALID = "Cette invitation n’existe pas, a déjà servi ou a expiré : demandez-en une autre à l’équipe d’animation."


class Invitations:
    """The invitations of an installation."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def invite(self, new: NewAccount, lifetime: timedelta, by: str) -> str:
        """Invite an address, in place of an earlier invitation; gives the secret, of which only the hash is stored.

        The person gives their name when they accept. Raises AccountExistsError, GroupUnknownError, MailError.
        """
        mail, token, now = parse_mail_address(new.mail), draw_token(), datetime.now(UTC)
        with begin_write(self._database) as session:
            if session.scalars(select(AccountRow.id).where(AccountRow.mail == mail)).first():
                raise AccountExistsError(f"Un compte existe déjà pour {mail}.")
            rules.check_groups(session, new.groups)
            # An address has one invitation: the secret of an earlier one stops working.
            session.execute(delete(InvitationRow).where(InvitationRow.mail == mail))
            row = InvitationRow(
                token_hash=hash_token(token),
                mail=mail,
                role=new.role.value,
                groups=sorted(new.groups),
                created=now,
                expires=now + lifetime,
            )
            session.add(row)
            session.flush()
            # The invitation's number, not the address: the audit outlives erased accounts.
            audit.add_entry(session, AuditAction.INVITED, by, str(row.number), new.role.value)
        return token

    def find(self, token: str) -> Invitation:
        """The invitation of a secret. Raises InvitationError where there is none to accept."""
        with Session(self._database) as session:
            return _to_invitation(_find_row(session, token))

    def accept(self, token: str, name: str, password: str) -> Account:
        """Create the account that was promised. Raises InvitationError, WeakPasswordError."""
        kept = accounts.hash_new_password(password, self.find(token).mail, name)
        # The invitation is looked up again: it may have been taken while the password was hashed.
        with begin_write(self._database) as session:
            return accounts.add_account(session, _consume(session, _find_row(session, token), name), kept, "")

    def pending(self) -> tuple[Invitation, ...]:
        """Invitations that can still be accepted, the latest first."""
        waiting = select(InvitationRow).where(InvitationRow.expires > datetime.now(UTC))
        with Session(self._database) as session:
            return tuple(map(_to_invitation, session.scalars(waiting.order_by(InvitationRow.number.desc()))))

    def revoke(self, number: int, by: str) -> None:
        """Revoke an invitation."""
        with begin_write(self._database) as session:
            if row := session.get(InvitationRow, number):
                audit.add_entry(session, AuditAction.INVITATION_REVOKED, by, str(number))
                session.delete(row)

    def purge(self) -> int:
        """Delete expired invitations, and with them the addresses of people who did not come; gives how many."""
        late = delete(InvitationRow).where(InvitationRow.expires <= datetime.now(UTC))
        with begin_write(self._database) as session:
            return len(session.scalars(late.returning(InvitationRow.number)).all())


def take_invitation(session: Session, mail: str, name: str) -> NewAccount | None:
    """Take the invitation to an address, whose owner proved that it is theirs, in a transaction under way."""
    waiting = select(InvitationRow).where(InvitationRow.mail == mail, InvitationRow.expires > datetime.now(UTC))
    row = session.scalars(waiting).first()
    return _consume(session, row, name) if row else None


def _consume(session: Session, row: InvitationRow, name: str) -> NewAccount:
    # A group that was deleted since must not keep someone out.
    new = NewAccount(row.mail, name, Role(row.role), frozenset(row.groups) & rules.read_group_names(session))
    session.delete(row)
    session.flush()
    return new


def _find_row(session: Session, token: str) -> InvitationRow:
    row = session.scalars(select(InvitationRow).where(InvitationRow.token_hash == hash_token(token))).first()
    if row is None or row.expires <= datetime.now(UTC):
        # Unknown, used, revoked or expired: one message, which tells nothing to who tries secrets.
        raise InvitationError(_NOT_VALID)
    return row


def _to_invitation(row: InvitationRow) -> Invitation:
    return Invitation(row.number, row.mail, Role(row.role), frozenset(row.groups), row.created, row.expires)
