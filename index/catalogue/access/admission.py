"""How people come to an account: an invitation that they accept once, or an identity that a provider names."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from index.accounts import (
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
from index.catalogue.access.accounts import add_account, hash_new_password, load_account
from index.catalogue.access.rules import check_groups, read_group_names
from index.catalogue.access_tables import AccountRow, IdentityRow, InvitationRow
from index.catalogue.writing import begin_write, record_action

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy import Engine

    from index.accounts import Account, Identity


_NOT_VALID = "Cette invitation n’existe pas, a déjà servi ou a expiré : demandez-en une autre à l’équipe d’animation."


class Invitations:
    """The invitations of an installation."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def create(self, new: NewAccount, lifetime: timedelta, by: str) -> str:
        """Invite an address, in place of an earlier invitation; gives the secret, of which only the hash is stored.

        The person gives their name when they accept. Raises AccountExistsError, GroupUnknownError, MailAddressError.
        """
        mail, token, now = parse_mail_address(new.mail), draw_token(), datetime.now(UTC)
        with begin_write(self._database) as session:
            if session.scalars(select(AccountRow.id).where(AccountRow.mail == mail)).first():
                raise AccountExistsError(f"Un compte existe déjà pour {mail}.")
            check_groups(session, new.groups)
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
            record_action(session, AuditAction.INVITED, by, str(row.number), new.role.value)
        return token

    def find(self, token: str) -> Invitation:
        """The invitation of a secret. Raises InvitationError where there is none to accept."""
        with Session(self._database) as session:
            return _to_invitation(_find_row(session, token))

    def accept(self, token: str, name: str, password: str) -> Account:
        """Create the account that was promised. Raises InvitationError, WeakPasswordError."""
        kept = hash_new_password(password, self.find(token).mail, name)
        # The invitation is looked up again: it may have been taken while the password was hashed.
        with begin_write(self._database) as session:
            return add_account(session, _consume(session, _find_row(session, token), name), kept, "")

    def list_pending(self) -> tuple[Invitation, ...]:
        """Invitations that can still be accepted, the latest first."""
        waiting = select(InvitationRow).where(InvitationRow.expires > datetime.now(UTC))
        with Session(self._database) as session:
            return tuple(map(_to_invitation, session.scalars(waiting.order_by(InvitationRow.number.desc()))))

    def revoke(self, number: int, by: str) -> None:
        """Revoke an invitation."""
        with begin_write(self._database) as session:
            if row := session.get(InvitationRow, number):
                record_action(session, AuditAction.INVITATION_REVOKED, by, str(number))
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
    new = NewAccount(row.mail, name, Role(row.role), frozenset(row.groups) & read_group_names(session))
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


log = logging.getLogger(__name__)


class Identities:
    """The links between identities of providers and accounts."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def link_account(self, identity: Identity, newcomer: NewAccount | None) -> Account | None:
        """Find or create the account of a person, and link it to their identity, whatever becomes of the address.

        The account is the one already linked, or that of their address, or the one that an invitation to the address
        promises, or the `newcomer`'s. None where there is none, or where the identity is not linked and has no verified
        address.
        """
        with begin_write(self._database) as session:
            if known := session.get(IdentityRow, (identity.issuer, identity.subject)):
                return load_account(session, known.account_id)
            # By address only while nothing is linked: the subject stays a person's own, an address may pass to another.
            account = _find_or_create_by_mail(session, identity, newcomer) if identity.mail else None
            if account:
                now = datetime.now(UTC)
                session.add(
                    IdentityRow(issuer=identity.issuer, subject=identity.subject, account_id=account.id, linked=now)
                )
                record_action(session, AuditAction.ACCOUNT_LINKED, account.id, account.id, identity.issuer)
            return account

    def list_of(self, account_id: str) -> tuple[tuple[str, str], ...]:
        """The issuers and subjects linked to an account."""
        rows = select(IdentityRow).where(IdentityRow.account_id == account_id).order_by(IdentityRow.linked)
        with Session(self._database) as session:
            return tuple((row.issuer, row.subject) for row in session.scalars(rows))


def _find_or_create_by_mail(session: Session, who: Identity, newcomer: NewAccount | None) -> Account | None:
    id_ = session.scalars(select(AccountRow.id).where(AccountRow.mail == who.mail)).first()
    if id_:
        return load_account(session, id_)
    # An invitation first: it may give another role than newcomers get.
    if invited := take_invitation(session, who.mail, who.name):
        return add_account(session, invited, None, "")
    if newcomer is None:
        return None
    # The settings may name a group that is gone: the person enters all the same, without it.
    known = newcomer.groups & read_group_names(session)
    if missing := newcomer.groups - known:
        log.warning("groups for newcomers that do not exist: %s", ", ".join(sorted(missing)))
    return add_account(session, replace(newcomer, groups=known), None, "")
