"""Signing in with a password: how often one may try, whether it is right, and what is written of it."""

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
    """What someone gives to sign in, and the network address that it comes from."""

    mail: str
    password: str = field(repr=False)
    address: str


def sign_in(catalogue: Catalogue, given: Credentials) -> Account:
    """The account whose mail and password these are.

    Raises TooManyAttemptsError before anything is compared, WrongCredentialsError without saying what is wrong, and
    SuspendedAccountError only to who knows the password.
    """
    mail = _mail(given.mail)
    kept = _proved(catalogue, mail, given)
    account = catalogue.accounts.find(mail)
    if account is None or account.state is State.SUSPENDED:
        catalogue.accounts.refused(mail)
        raise SuspendedAccountError("Ce compte est suspendu : écrivez à l’équipe d’animation.")
    renewed = passwords.hashed(given.password) if kept and passwords.is_outdated(kept) else None
    catalogue.accounts.signed_in(account.id, renewed)
    catalogue.attempts.succeeded(mail, given.address)
    return account


def confirm(catalogue: Catalogue, given: Credentials) -> None:
    """Have a person who is signed in prove once more that it is they: a browser may have been left open.

    Raises TooManyAttemptsError and WrongCredentialsError.
    """
    _proved(catalogue, _mail(given.mail), given)
    catalogue.attempts.succeeded(_mail(given.mail), given.address)


def _proved(catalogue: Catalogue, mail: str, given: Credentials) -> str | None:
    """The hash that a password fits; every other password counts as a failure."""
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
        # No account can have it: it is counted and refused as any other that is wrong.
        return text.strip().lower()[:100]
