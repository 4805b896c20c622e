"""Which account belongs to whom an identity provider names."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from index.accounts import AuditAction
from index.catalogue.people import accounts, audit, invitations, rules
from index.catalogue.people.tables import AccountRow, IdentityRow
from index.catalogue.schema import begin_write

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from index.accounts import Account, Identity, NewAccount

log = logging.getLogger(__name__)


class Identities:
    """The links between identities of providers and accounts."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def join(self, who: Identity, newcomer: NewAccount | None) -> Account | None:
        """Find or create the account of a person, and link it to their identity, whatever becomes of the address.

        The account is the one already linked, or that of their address, or the one that an invitation to the address
        promises, or the `newcomer`'s. None where there is none, or where the identity is not linked and has no verified
        address.
        """
        with begin_write(self._database) as session:
            if known := session.get(IdentityRow, (who.issuer, who.subject)):
                return accounts.load_account(session, known.account_id)
            # By address only while nothing is linked: the subject stays a person's own, an address may pass to another.
            account = _find_or_create_by_mail(session, who, newcomer) if who.mail else None
            if account:
                now = datetime.now(UTC)
                session.add(IdentityRow(issuer=who.issuer, subject=who.subject, account_id=account.id, linked=now))
                audit.add_entry(session, AuditAction.ACCOUNT_LINKED, account.id, account.id, who.issuer)
            return account

    def of(self, account_id: str) -> tuple[tuple[str, str], ...]:
        """The issuers and subjects linked to an account."""
        rows = select(IdentityRow).where(IdentityRow.account_id == account_id).order_by(IdentityRow.linked)
        with Session(self._database) as session:
            return tuple((row.issuer, row.subject) for row in session.scalars(rows))


def _find_or_create_by_mail(session: Session, who: Identity, newcomer: NewAccount | None) -> Account | None:
    id_ = session.scalars(select(AccountRow.id).where(AccountRow.mail == who.mail)).first()
    if id_:
        return accounts.load_account(session, id_)
    # An invitation first: it may give another role than newcomers get.
    if invited := invitations.take_invitation(session, who.mail, who.name):
        return accounts.add_account(session, invited, None, "")
    if newcomer is None:
        return None
    # The settings may name a group that is gone: the person enters all the same, without it.
    known = newcomer.groups & rules.read_group_names(session)
    if missing := newcomer.groups - known:
        log.warning("groups for newcomers that do not exist: %s", ", ".join(sorted(missing)))
    return accounts.add_account(session, replace(newcomer, groups=known), None, "")
