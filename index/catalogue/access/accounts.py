"""Accounts: created, changed, suspended, erased. At least one administrator can always sign in."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from index.accounts import (
    CONSOLE,
    Account,
    AccountChangedError,
    AccountExistsError,
    AccountState,
    AccountUnknownError,
    AuditAction,
    LastAdministratorError,
    Role,
    check_password,
    hash_password,
    parse_mail_address,
)
from index.catalogue.access.rules import check_groups
from index.catalogue.access_tables import (
    AccountRow,
    IdentityRow,
    InvitationRow,
    MembershipRow,
    SessionRow,
    TokenRow,
)
from index.catalogue.contact_directory import delete_contacts_of
from index.catalogue.dossiers import delete_dossiers_of, revoke_shares
from index.catalogue.inquiries import forget_person
from index.catalogue.queries import compute_etag
from index.catalogue.saved_searches import SavedSearchRow, SubscriptionRow, redraw_secrets
from index.catalogue.writing import begin_write, draw_id, find_latest_actor, record_action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Engine

    from index.accounts import NewAccount


def load_accounts(session: Session, rows: Iterable[AccountRow]) -> tuple[Account, ...]:
    """The accounts of rows, with their groups."""
    listed = list(rows)
    groups: defaultdict[str, set[str]] = defaultdict(set)
    memberships = select(MembershipRow).where(MembershipRow.account_id.in_([row.id for row in listed]))
    for membership in session.scalars(memberships):
        groups[membership.account_id].add(membership.group)
    return tuple(
        Account(
            id=row.id,
            mail=row.mail,
            name=row.name,
            role=Role(row.role),
            groups=frozenset(groups[row.id]),
            state=AccountState(row.state),
            created=row.created,
            signed_in=row.signed_in,
            has_password=row.password_hash is not None,
        )
        for row in listed
    )


def load_account(session: Session, account_id: str) -> Account:
    """The account of an id. Raises AccountUnknownError."""
    return load_accounts(session, [_find_row(session, account_id)])[0]


def add_account(session: Session, new: NewAccount, password_hash: str | None, by: str) -> Account:
    """Create an account in a transaction under way. Raises AccountExistsError, GroupUnknownError."""
    mail = parse_mail_address(new.mail)
    if session.scalars(select(AccountRow.id).where(AccountRow.mail == mail)).first():
        raise AccountExistsError(f"Un compte existe déjà pour {mail}.")
    id_ = draw_id()
    session.add(
        AccountRow(
            id=id_,
            mail=mail,
            # Runs of spaces, and line ends, become one space.
            name=" ".join(new.name.split()),
            role=new.role.value,
            state=AccountState.ACTIVE.value,
            password_hash=password_hash,
            created=datetime.now(UTC),
        )
    )
    # Memberships refer to the account's row.
    session.flush()
    _set_groups(session, id_, new.groups)
    # A person who accepts an invitation creates their own account.
    record_action(session, AuditAction.ACCOUNT_CREATED, by or id_, id_, new.role.value)
    return load_account(session, id_)


def hash_new_password(password: str, mail: str, name: str) -> str:
    """Check a password and hash it; slow: to be called before a transaction begins. Raises WeakPasswordError."""
    check_password(password, mail, mail.partition("@")[0], name)
    return hash_password(password)


class Accounts:
    """The accounts of an installation. `by` is the id of the account that acts, or CONSOLE."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def list_all(self) -> tuple[Account, ...]:
        """Every account, by name."""
        with Session(self._database) as session:
            return load_accounts(
                session, session.scalars(select(AccountRow).order_by(func.lower(AccountRow.name), AccountRow.id))
            )

    def find(self, account_id: str) -> Account | None:
        """The account of an id; None where there is none."""
        return next(iter(self._find_where(AccountRow.id, account_id)), None)

    def find_by_mail(self, mail: str) -> Account | None:
        """The account of a mail address, as `parse_mail_address` writes it; None where there is none."""
        return next(iter(self._find_where(AccountRow.mail, mail)), None)

    def list_names(self) -> dict[str, str]:
        """What people read for those who act, by id; an id that is not there is of an erased account."""
        with Session(self._database) as session:
            accounts = select(AccountRow.id, AccountRow.name)
            return dict(session.execute(accounts).all()) | {CONSOLE: "la ligne de commande"}

    def find_password_hash(self, mail: str) -> str | None:
        """The hash of the password of a mail address's account; None where there is no account or no password."""
        with Session(self._database) as session:
            return session.scalars(select(AccountRow.password_hash).where(AccountRow.mail == mail)).first()

    def create(self, new: NewAccount, password: str | None, by: str) -> Account:
        """Create an account; without a password it signs in through the single sign-on only.

        Raises AccountExistsError, GroupUnknownError, MailAddressError, WeakPasswordError.
        """
        kept = hash_new_password(password, parse_mail_address(new.mail), new.name) if password is not None else None
        with begin_write(self._database) as session:
            return add_account(session, new, kept, by)

    def change(self, account_id: str, new: NewAccount, by: str, agreed_to: str | None = None) -> Account:
        """Change an account's address, name, role or groups. Open sessions follow at once, as they hold no rights.

        `agreed_to` is the etag of the account that a page showed: rights that someone else has changed meanwhile
        are not given unseen. Raises AccountChangedError where it differs, AccountExistsError, AccountUnknownError,
        GroupUnknownError, LastAdministratorError, MailAddressError.
        """
        mail = parse_mail_address(new.mail)
        with begin_write(self._database) as session:
            row = _find_row(session, account_id)
            _check_as_shown(session, row, agreed_to)
            if new.role is not Role.ADMINISTRATOR:
                _check_not_last_administrator(session, row)
            holder = session.scalars(select(AccountRow.id).where(AccountRow.mail == mail)).first()
            if holder not in (None, account_id):
                raise AccountExistsError(f"Un compte existe déjà pour {mail}.")
            row.mail, row.name, row.role = mail, " ".join(new.name.split()), new.role.value
            session.flush()
            _set_groups(session, account_id, new.groups)
            record_action(session, AuditAction.ACCOUNT_CHANGED, by, account_id, new.role.value)
            return load_account(session, account_id)

    def set_password(self, account_id: str, password: str, by: str, *, keep_tools: bool = False) -> None:
        """Change a password and end all access, which may be why it is changed, as `end_access` says."""
        with Session(self._database) as session:
            known = _find_row(session, account_id)
        # Outside the transaction that writes: hashing is slow, and other writers would wait.
        kept = hash_new_password(password, known.mail, known.name)
        with begin_write(self._database) as session:
            _find_row(session, account_id).password_hash = kept
            end_access(session, account_id, by, keep_tools=keep_tools)
            record_action(session, AuditAction.PASSWORD_CHANGED, by, account_id)

    def record_sign_in(self, account_id: str, renewed_hash: str | None = None) -> None:
        """Record that someone signed in, with a new hash of their password where it was made again."""
        values: dict[str, object] = {"signed_in": datetime.now(UTC)}
        if renewed_hash:
            values["password_hash"] = renewed_hash
        with begin_write(self._database) as session:
            session.execute(update(AccountRow).where(AccountRow.id == account_id).values(values))
            record_action(session, AuditAction.SIGNED_IN, account_id, account_id)

    def record_refusal(self, mail: str) -> None:
        """Record a failed sign-in; where there is no account, nothing is kept of what was typed."""
        with begin_write(self._database) as session:
            id_ = session.scalars(select(AccountRow.id).where(AccountRow.mail == mail)).first()
            if id_:
                record_action(session, AuditAction.SIGN_IN_REFUSED, "", id_)

    def suspend(self, account_id: str, by: str) -> None:
        """Suspend an account: nobody signs in with it, and all its access ends, for good even if it is restored."""
        with begin_write(self._database) as session:
            row = _find_row(session, account_id)
            _check_not_last_administrator(session, row)
            row.state = AccountState.SUSPENDED.value
            end_access(session, account_id, by)
            record_action(session, AuditAction.ACCOUNT_SUSPENDED, by, account_id)

    def restore(self, account_id: str, by: str, agreed_to: str | None = None) -> None:
        """Let a suspended account be used again; `agreed_to` is as for `change`. Raises AccountChangedError."""
        with begin_write(self._database) as session:
            row = _find_row(session, account_id)
            _check_as_shown(session, row, agreed_to)
            row.state = AccountState.ACTIVE.value
            record_action(session, AuditAction.ACCOUNT_RESTORED, by, account_id)

    def erase(self, account_id: str, by: str) -> None:
        """Erase a person: account, sessions, tokens, groups, identities, searches, dossiers, directory.

        What they decided stays, under an id that nobody bears any more; what they asked and answered, under none.
        """
        with begin_write(self._database) as session:
            row = _find_row(session, account_id)
            _check_not_last_administrator(session, row)
            # An invitation has no account's id yet: it is found by the address.
            session.execute(delete(InvitationRow).where(InvitationRow.mail == row.mail))
            for table in (SessionRow, TokenRow, MembershipRow, IdentityRow):
                session.execute(delete(table).where(table.account_id == account_id))
            # Addresses of subscriptions are stored as they were typed.
            session.execute(delete(SubscriptionRow).where(func.lower(SubscriptionRow.address) == row.mail))
            kept = select(SavedSearchRow.token).where(SavedSearchRow.owner == account_id)
            # Others' subscriptions to searches that are about to go.
            session.execute(delete(SubscriptionRow).where(SubscriptionRow.search.in_(kept)))
            session.execute(delete(SavedSearchRow).where(SavedSearchRow.owner == account_id))
            delete_dossiers_of(session, account_id)
            forget_person(session, account_id)
            delete_contacts_of(session, account_id, row.mail)
            session.delete(row)
            record_action(session, AuditAction.ACCOUNT_ERASED, by, account_id)

    def _find_where(self, column: object, value: str) -> tuple[Account, ...]:
        with Session(self._database) as session:
            return load_accounts(session, session.scalars(select(AccountRow).where(column == value)))  # type: ignore[arg-type]


def _find_row(session: Session, account_id: str) -> AccountRow:
    row = session.get(AccountRow, account_id)
    if row is None:
        raise AccountUnknownError("Ce compte n’existe pas, ou n’existe plus.")
    return row


def compute_account_etag(account: Account) -> str:
    """Return what stands for an account as its page shows it: address, name, role, groups and state."""
    return compute_etag(account.mail, account.name, account.role.value, account.groups, account.state.value)


def _check_as_shown(session: Session, row: AccountRow, agreed_to: str | None) -> None:
    if agreed_to is not None and compute_account_etag(load_accounts(session, [row])[0]) != agreed_to:
        raise AccountChangedError(
            "Ce compte a changé depuis que la page l’a montré : voici ce qu’il est maintenant. Rien n’est enregistré."
        )


def _check_not_last_administrator(session: Session, row: AccountRow) -> None:
    """Raise LastAdministratorError where an account is the only administrator who can sign in."""
    # Checked in the writing transaction: two administrators who suspend each other at once cannot both succeed.
    others = select(AccountRow.id).where(
        AccountRow.role == Role.ADMINISTRATOR.value,
        AccountRow.state == AccountState.ACTIVE.value,
        AccountRow.id != row.id,
    )
    active = (row.role, row.state) == (Role.ADMINISTRATOR.value, AccountState.ACTIVE.value)
    if active and session.scalars(others.limit(1)).first() is None:
        raise LastAdministratorError(
            "C’est le dernier compte d’administration actif : donnez d’abord ce rôle à un autre."
        )


def _set_groups(session: Session, account_id: str, groups: frozenset[str]) -> None:
    check_groups(session, groups)
    session.execute(delete(MembershipRow).where(MembershipRow.account_id == account_id))
    session.add_all(MembershipRow(account_id=account_id, group=group) for group in sorted(groups))
    session.flush()


def end_access(session: Session, account_id: str, by: str, *, but: int | None = None, keep_tools: bool = False) -> None:
    """End whatever gives access in an account's name: sessions, save the number `but`, and what its tools hold.

    The latter, which `keep_tools` keeps, are API tokens, the secret addresses of its saved searches and their feeds,
    the links of its dossiers, and the invitations that it sent and nobody has accepted: whoever was in the account may
    have made or read them.
    """
    sessions = delete(SessionRow).where(SessionRow.account_id == account_id)
    session.execute(sessions.where(SessionRow.number != but) if but is not None else sessions)
    if keep_tools:
        return
    revoked = delete(TokenRow).where(TokenRow.account_id == account_id).returning(TokenRow.number)
    for _ in session.scalars(revoked).all():
        record_action(session, AuditAction.TOKEN_REVOKED, by, account_id)
    redraw_secrets(session, account_id)
    revoke_shares(session, account_id)
    for invitation in session.scalars(select(InvitationRow)).all():
        if find_latest_actor(session, AuditAction.INVITED, str(invitation.number)) == account_id:
            record_action(session, AuditAction.INVITATION_REVOKED, by, str(invitation.number))
            session.delete(invitation)
