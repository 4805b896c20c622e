"""Signing in with a password: attempts are counted, the password is compared, the outcome is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.accounts import passwords
from index.accounts.errors import (
    MailAddressError,
    SuspendedAccountError,
    TooManyAttemptsError,
    WrongCredentialsError,
)
from index.accounts.model import AccountState, parse_mail_address

if TYPE_CHECKING:
    from index.accounts.model import Account
    from index.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a person gives to sign in, and the network `address` that it comes from."""

    mail: str
    # Kept out of logs and tracebacks.
    password: str = field(repr=False)
    address: str


def sign_in(catalogue: Catalogue, credentials: Credentials) -> Account:
    """Give the account whose mail address and password these are, and record the sign-in.

    Raises TooManyAttemptsError before anything is compared, WrongCredentialsError without saying what is wrong, and
    SuspendedAccountError only to who knows the password.
    """
    mail = _normalise_mail(credentials.mail)
    kept = _verify_password(catalogue, mail, credentials)
    account = catalogue.accounts.find(mail)
    # The account may have been erased since its hash was read.
    if account is None or account.state is AccountState.SUSPENDED:
        catalogue.accounts.refused(mail)
        raise SuspendedAccountError("Ce compte est suspendu : écrivez à l’équipe d’animation.")
    # Only now is the password at hand: stronger parameters reach an account at its next sign-in.
    renewed = passwords.hash_password(credentials.password) if kept and passwords.is_outdated_hash(kept) else None
    catalogue.accounts.signed_in(account.id, renewed)
    catalogue.attempts.succeeded(mail, credentials.address)
    return account


def confirm_password(catalogue: Catalogue, credentials: Credentials) -> None:
    """Have a person who is signed in give their password again, as a browser may have been left open.

    Raises TooManyAttemptsError and WrongCredentialsError.
    """
    _verify_password(catalogue, _normalise_mail(credentials.mail), credentials)
    catalogue.attempts.succeeded(_normalise_mail(credentials.mail), credentials.address)


def _verify_password(catalogue: Catalogue, mail: str, credentials: Credentials) -> str | None:
    """The stored hash that a password matches. Raises WrongCredentialsError, and counts a failure, for any other."""
    # Counted before the comparison: many attempts made at once must not all be compared first.
    if wait := catalogue.attempts.admit(mail, credentials.address):
        raise TooManyAttemptsError(wait.total_seconds())
    kept = catalogue.accounts.password_hash(mail)
    if not passwords.matches_hash(kept, credentials.password):
        catalogue.accounts.refused(mail)
        raise WrongCredentialsError("Adresse ou mot de passe incorrect : vérifiez-les, puis recommencez.")
    return kept


def _normalise_mail(text: str) -> str:
    try:
        return parse_mail_address(text)
    except MailAddressError:
        # No account can have such an address: the attempt is counted and refused like any other wrong one.
        return text.strip().lower()[:100]
