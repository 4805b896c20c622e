"""Access to an installation: signing in, what is known of a person, and the audit of who did what."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from index.accounts import (
    AccountState,
    AccountUnknownError,
    AuditAction,
    AuditEntry,
    MailAddressError,
    NotExpectedError,
    SuspendedAccountError,
    TooManyAttemptsError,
    UnverifiedMailError,
    WrongCredentialsError,
    hash_password,
    is_outdated_hash,
    matches_hash,
    parse_mail_address,
)
from index.catalogue.access.accounts import Accounts
from index.catalogue.access.admission import Identities, Invitations
from index.catalogue.access.attempts import Attempts
from index.catalogue.access.mail_quota import MailQuota
from index.catalogue.access.rules import AccessRules
from index.catalogue.access.sessions import ApiTokens, Sessions
from index.catalogue.access_tables import AuditRow
from index.catalogue.announcements import Announcements
from index.catalogue.inquiries import purge_inquiries
from index.catalogue.mailed_deposits import MailedDeposits
from index.catalogue.writing import begin_write, record_action

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import ColumnElement, Engine

    from index.accounts import Account, AdmissionPolicy, Contact, Identity, Lifetimes
    from index.catalogue.contact_directory import Directory
    from index.catalogue.dossiers import Dossiers
    from index.catalogue.inquiries import InquiryReads
    from index.catalogue.saved_searches import SavedSearches


_MOST_ENTRIES = 100_000

CONFIRMATION_TIME = timedelta(days=7)
"""How long a person has to confirm that their address follows a search."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a person gives to sign in, and the network `address` that it comes from."""

    mail: str
    # Kept out of logs and tracebacks.
    password: str = field(repr=False)
    address: str


@dataclass(frozen=True, slots=True)
class PurgeCounts:
    """How many of each were deleted; `attempts` are those to sign in, `mail_counts` those of mails that left.

    `dossier_parts` are dossiers, and items of dossiers, that had been removed; `inquiries` are questions that had been
    withdrawn, or whose browser is forgotten; `contacts` are those of the directory; `mailed_deposits` are messages.
    """

    audit_entries: int
    sessions: int
    tokens: int
    invitations: int
    attempts: int
    unconfirmed_subscriptions: int
    mail_counts: int
    dossier_parts: int
    inquiries: int
    announcements: int
    contacts: int
    mailed_deposits: int


class Audit:
    """Who did what."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def list_latest(
        self, limit: int, offset: int = 0, *, account: str = "", act: AuditAction | None = None
    ) -> tuple[AuditEntry, ...]:
        """The newest entries.

        With `account`, those of what it did and of what was done to it; with `act`, those of one action.
        """
        # The number breaks ties: several entries of one transaction may bear the same time.
        lines = (
            select(AuditRow)
            .where(*_entry_conditions(account, act))
            .order_by(AuditRow.at.desc(), AuditRow.number.desc())
        )
        with Session(self._database) as session:
            rows = session.scalars(lines.limit(limit).offset(offset))
            return tuple(AuditEntry(row.at, row.who, AuditAction(row.act), row.on, row.detail) for row in rows)

    def count(self, *, account: str = "", act: AuditAction | None = None) -> int:
        """How many entries there are, with the same filters."""
        lines = select(func.count()).select_from(AuditRow).where(*_entry_conditions(account, act))
        with Session(self._database) as session:
            return session.scalars(lines).one()

    def purge(self, before: datetime) -> int:
        """Delete entries older than a moment; gives how many."""
        with begin_write(self._database) as session:
            numbers = session.scalars(delete(AuditRow).where(AuditRow.at < before).returning(AuditRow.number))
            return len(numbers.all())


def _entry_conditions(account: str, act: AuditAction | None) -> list[ColumnElement[bool]]:
    wanted = [or_(AuditRow.who == account, AuditRow.on == account)] if account else []
    return [*wanted, AuditRow.act == act.value] if act else wanted


class Access:
    """The accounts of an installation, and how people sign in to them."""

    def __init__(
        self,
        database: Engine,
        saved_searches: SavedSearches,
        dossiers: Dossiers,
        inquiries: InquiryReads,
        directory: Directory,
    ) -> None:
        self._database = database
        self._saved_searches, self._dossiers = saved_searches, dossiers
        self._inquiries, self._directory = inquiries, directory
        self.accounts, self.invitations, self.identities = (
            Accounts(database),
            Invitations(database),
            Identities(database),
        )
        self.sessions, self.api_tokens, self.attempts = Sessions(database), ApiTokens(database), Attempts(database)
        self.rules, self.audit, self.mail_quota = AccessRules(database), Audit(database), MailQuota(database)

    def sign_in(self, credentials: Credentials) -> Account:
        """Give the account whose mail address and password these are, and record the sign-in.

        Raises TooManyAttemptsError before anything is compared, WrongCredentialsError without saying what is wrong, and
        SuspendedAccountError only to who knows the password.
        """
        mail = _normalise_mail(credentials.mail)
        kept = self._verify_password(mail, credentials)
        account = self.accounts.find_by_mail(mail)
        # The account may have been erased since its hash was read.
        if account is None or account.state is AccountState.SUSPENDED:
            self.accounts.record_refusal(mail)
            raise SuspendedAccountError("Ce compte est suspendu : écrivez à l’équipe d’animation.")
        # Only now is the password at hand: stronger parameters reach an account at its next sign-in.
        renewed = hash_password(credentials.password) if kept and is_outdated_hash(kept) else None
        self.accounts.record_sign_in(account.id, renewed)
        self.attempts.record_success(mail, credentials.address)
        return account

    def confirm_password(self, credentials: Credentials) -> None:
        """Have a person who is signed in give their password again, as a browser may have been left open.

        Raises TooManyAttemptsError and WrongCredentialsError.
        """
        mail = _normalise_mail(credentials.mail)
        self._verify_password(mail, credentials)
        self.attempts.record_success(mail, credentials.address)

    def sign_in_with_identity(self, identity: Identity, policy: AdmissionPolicy) -> Account:
        """Find or create the account of a person whom the identity provider has just identified, and record it.

        Raises SuspendedAccountError. Raises UnverifiedMailError where no account is linked to the identity yet and the
        provider has not verified the address that could lead to one. Raises NotExpectedError where nothing lets them
        in.
        """
        # Linking is one transaction of the catalogue; what follows only tells why nobody was found.
        account = self.identities.link_account(identity, policy.admit(identity))
        # Said first, as verifying the address at the provider may be all that is lacking.
        if account is None and not identity.mail:
            raise UnverifiedMailError("Votre adresse électronique n’a pas été vérifiée.")
        if account is None:
            raise NotExpectedError("Rien ne permet encore à cette personne d’entrer.")
        if account.state is AccountState.SUSPENDED:
            self.accounts.record_refusal(account.mail)
            raise SuspendedAccountError("Ce compte est suspendu\u00a0: écrivez à l’équipe d’animation.")
        self.accounts.record_sign_in(account.id)
        return account

    def export_person(self, account_id: str, by: str) -> dict[str, Any]:
        """All that is kept of an account, fit for JSON: what lets it in, what it keeps and asks, and its audit.

        The export is itself recorded in the audit. Raises AccountUnknownError.
        """
        account = self.accounts.find(account_id)
        if account is None:
            raise AccountUnknownError("Ce compte n’existe pas, ou n’existe plus.")
        with begin_write(self._database) as session:
            record_action(session, AuditAction.ACCOUNT_EXPORTED, by, account_id)
        searches, followed = (
            self._saved_searches.list_of(account_id),
            self._saved_searches.list_subscriptions_of(account.mail),
        )
        return {
            # The names of the dataclasses' fields become JSON keys: renaming one changes what people receive.
            "compte": _to_json(asdict(account)),
            "identites": [
                {"emetteur": issuer, "sujet": subject} for issuer, subject in self.identities.list_of(account_id)
            ],
            "sessions": [_to_json(asdict(each)) for each in self.sessions.list_of(account_id)],
            "jetons": [_to_json(asdict(each)) for each in self.api_tokens.list_of(account_id)],
            "recherches": [_to_json(asdict(each)) for each in searches],
            "dossiers": [
                _to_json(asdict(each) | {"elements": self._list_items(each.id)})
                for removed in (False, True)
                for each in self._dossiers.list_of(account_id, removed=removed)
            ],
            "questions": [_to_json(asdict(each)) for each in self._inquiries.list_asked_by(account_id)],
            "reponses": [_to_json(asdict(each)) for each in self._inquiries.list_answers_by(account_id)],
            "annuaire": [self._export_contact(each) for each in self._directory.list_of(account, timedelta())],
            "abonnements": [_to_json(asdict(each) | {"search": each.search.name}) for each in followed],
            "journal": [_to_json(asdict(each)) for each in self.audit.list_latest(_MOST_ENTRIES, account=account_id)],
        }

    def _list_items(self, dossier_id: str) -> list[Any]:
        return [_to_json(asdict(each)) for each in self._dossiers.list_items(dossier_id)]

    @staticmethod
    def _export_contact(contact: Contact) -> Any:
        # Whether it is visible now is not kept: it is told by what is.
        told = {name: value for name, value in asdict(contact).items() if name not in {"state", "expires"}}
        return _to_json(told)

    def purge_expired(self, lifetimes: Lifetimes) -> PurgeCounts:
        """Delete what can no longer be used, and audit entries that were kept for long enough."""
        now = datetime.now(UTC)
        return PurgeCounts(
            # A transaction each: what is interrupted goes on at the next purge.
            audit_entries=self.audit.purge(now - lifetimes.audit),
            sessions=self.sessions.purge(lifetimes),
            tokens=self.api_tokens.purge(),
            invitations=self.invitations.purge(),
            attempts=self.attempts.purge(),
            unconfirmed_subscriptions=self._saved_searches.delete_unconfirmed(now - CONFIRMATION_TIME),
            mail_counts=self.mail_quota.purge(),
            dossier_parts=self._dossiers.purge(),
            inquiries=purge_inquiries(self._database),
            announcements=Announcements(self._database).purge(),
            contacts=self._directory.purge(lifetimes.contact),
            mailed_deposits=MailedDeposits(self._database).purge(),
        )

    def _verify_password(self, mail: str, credentials: Credentials) -> str | None:
        """The stored hash that a password matches. Raises WrongCredentialsError for any other, and counts a failure."""
        # Counted before the comparison: many attempts made at once must not all be compared first.
        if wait := self.attempts.admit(mail, credentials.address):
            raise TooManyAttemptsError(wait.total_seconds())
        kept = self.accounts.find_password_hash(mail)
        if not matches_hash(kept, credentials.password):
            self.accounts.record_refusal(mail)
            raise WrongCredentialsError("Adresse ou mot de passe incorrect : vérifiez-les, puis recommencez.")
        return kept


def _normalise_mail(text: str) -> str:
    try:
        return parse_mail_address(text)
    except MailAddressError:
        # No account can have such an address: the attempt is counted and refused like any other wrong one.
        return text.strip().lower()[:100]


def _to_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _to_json(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
