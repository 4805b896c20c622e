"""Which account someone has whom a provider of identities names."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from index.accounts.acts import Act
from index.catalogue.people import accounts, audit, invitations, rules
from index.catalogue.people.tables import AccountRow, IdentityRow
from index.catalogue.schema import written

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from index.accounts.joining import Identity
    from index.accounts.model import Account, NewAccount

log = logging.getLogger(__name__)


class Identities:
    """Who is who at the providers of identities."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def join(self, who: Identity, newcomer: NewAccount | None) -> Account | None:
        """The account of someone, which is theirs from then on, whatever becomes of the address.

        It is theirs already, or has their address, or an invitation to that address makes it, or it is a `newcomer`'s.
        None where there is none, or where no address of theirs is known.
        """
        with written(self._database) as session:
            if known := session.get(IdentityRow, (who.issuer, who.subject)):
                return accounts.one(session, known.account_id)
            account = _by_mail(session, who, newcomer) if who.mail else None
            if account:
                now = datetime.now(UTC)
                session.add(IdentityRow(issuer=who.issuer, subject=who.subject, account_id=account.id, linked=now))
                audit.add(session, Act.ACCOUNT_LINKED, account.id, account.id, who.issuer)
            return account

    def of(self, account_id: str) -> tuple[tuple[str, str], ...]:
        """Issuers and subjects of an account."""
        rows = select(IdentityRow).where(IdentityRow.account_id == account_id).order_by(IdentityRow.linked)
        with Session(self._database) as session:
            return tuple((row.issuer, row.subject) for row in session.scalars(rows))


def _by_mail(session: Session, who: Identity, newcomer: NewAccount | None) -> Account | None:
    id_ = session.scalars(select(AccountRow.id).where(AccountRow.mail == who.mail)).first()
    if id_:
        return accounts.one(session, id_)
    if invited := invitations.take(session, who.mail, who.name):
        return accounts.add(session, invited, None, "")
    if newcomer is None:
        return None
    known = newcomer.groups & rules.known_groups(session)
    if missing := newcomer.groups - known:
        log.warning("groups for newcomers that do not exist: %s", ", ".join(sorted(missing)))
    return accounts.add(session, replace(newcomer, groups=known), None, "")
