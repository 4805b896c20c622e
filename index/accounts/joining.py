"""Coming in through the organisation's single sign-on: whom it says someone is, and who may enter so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from index.accounts.errors import NotExpectedError, SuspendedAccountError, UnverifiedMailError
from index.accounts.model import NewAccount, Role, State

if TYPE_CHECKING:
    from index.accounts.model import Account
    from index.catalogue import Catalogue
    from index.settings import Settings


@dataclass(frozen=True, slots=True)
class Identity:
    """Someone, as a provider told of them: `subject` names them for ever at this `issuer`.

    `mail` is as `mail_of` writes it, and empty where the provider has not made sure that it is theirs. `siret` is that
    of the establishment they work for, empty where it is not told.
    """

    issuer: str
    subject: str
    mail: str
    name: str
    siret: str = ""

    @property
    def domain(self) -> str:
        """What follows the @ of the address."""
        return self.mail.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Doors:
    """Who may enter without invitation, and as what: mail `domains`, in small letters, and `sirets`."""

    domains: frozenset[str] = frozenset()
    sirets: frozenset[str] = frozenset()
    role: Role = Role.READER
    groups: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of an installation."""
        return cls(
            frozenset(each.lower().removeprefix("@") for each in settings.oidc_domains.split()),
            frozenset(settings.oidc_sirets.split()),
            Role(settings.oidc_role),
            frozenset(settings.oidc_groups.split()),
        )

    def newcomer(self, who: Identity) -> NewAccount | None:
        """The account that someone may be given on coming for the first time; None where an invitation is needed."""
        if who.mail and (who.domain in self.domains or who.siret in self.sirets):
            return NewAccount(who.mail, who.name, self.role, self.groups)
        return None


def join(catalogue: Catalogue, who: Identity, doors: Doors) -> Account:
    """The account of someone whom the provider has just identified, made where they may enter.

    Raises SuspendedAccountError, UnverifiedMailError where only an address could tell who it is and nobody has checked
    it, and NotExpectedError where nothing lets them in.
    """
    account = catalogue.identities.join(who, doors.newcomer(who))
    if account is None and not who.mail:
        raise UnverifiedMailError("Votre adresse électronique n’a pas été vérifiée.")
    if account is None:
        raise NotExpectedError("Rien ne permet encore à cette personne d’entrer.")
    if account.state is State.SUSPENDED:
        catalogue.accounts.refused(account.mail)
        raise SuspendedAccountError("Ce compte est suspendu\u00a0: écrivez à l’équipe d’animation.")
    catalogue.accounts.signed_in(account.id)
    return account
