"""Signing in with a password: attempts are counted, the password is compared, the outcome is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.accounts import passwords
from index.accounts.errors import (
    MailError,
    SuspendedAccountError,
    TooManyAttemptsError,
    WrongCredentialsError,
)
from index.accounts.model import State, mail_of

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


def sign_in(catalogue: Catalogue, given: Credentials) -> Account:
    """Give the account whose mail address and password these are, and record the sign-in.

    Raises TooManyAttemptsError before anything is compared, WrongCredentialsError without saying what is wrong, and
    SuspendedAccountError only to who knows the password.
    """
    mail = _mail(given.mail)
    kept = _proved(catalogue, mail, given)
    account = catalogue.accounts.find(mail)
    # The account may have been erased since its hash was read.
    if account is None or account.state is State.SUSPENDED:
        catalogue.accounts.refused(mail)
        raise SuspendedAccountError("Ce compte est suspendu : écrivez à l’équipe d’animation.")
    # Only now is the password at hand: stronger parameters reach an account at its next sign-in.
    renewed = passwords.hashed(given.password) if kept and passwords.is_outdated(kept) else None
    catalogue.accounts.signed_in(account.id, renewed)
    catalogue.attempts.succeeded(mail, given.address)
    return account


def confirm(catalogue: Catalogue, given: Credentials) -> None:
    """Have a person who is signed in give their password again, as a browser may have been left open.

    Raises TooManyAttemptsError and WrongCredentialsError.
    """
    _proved(catalogue, _mail(given.mail), given)
    catalogue.attempts.succeeded(_mail(given.mail), given.address)


def _proved(catalogue: Catalogue, mail: str, given: Credentials) -> str | None:
    """The stored hash that a password matches. Raises WrongCredentialsError, and counts a failure, for any other."""
    # Counted before the comparison: many attempts made at once must not all be compared first.
    if wait := catalogue.attempts.admit(mail, given.address):
        raise TooManyAttemptsError(wait.total_seconds())
    kept = catalogue.accounts.password_hash(mail)
    if not passwords.matches(kept, given.password):
        catalogue.accounts.refused(mail)
        raise WrongCredentialsError("Adresse ou mot de passe incorrect : vérifiez-les, puis recommencez.")
    return kept


def _mail(text: str) -> str:
    try:
        return mail_of(text)
    except MailError:
        # No account can have such an address: the attempt is counted and refused like any other wrong one.
        return text.strip().lower()[:100]
