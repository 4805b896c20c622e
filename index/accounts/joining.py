"""Single sign-on: whom an identity provider names, and who may enter without an invitation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from index.accounts.errors import NotExpectedError, SuspendedAccountError, UnverifiedMailError
from index.accounts.model import AccountState, NewAccount, Role

if TYPE_CHECKING:
    from index.accounts.model import Account
    from index.catalogue import Catalogue
    from index.config import Settings


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, as an identity provider names them: `subject` is theirs for ever at this `issuer`.

    `mail` is written as `parse_mail_address` writes it, and empty where the provider has not verified it. `siret` is
    the number of the establishment where the person works, empty where the provider does not give it.
    """

    issuer: str
    subject: str
    mail: str
    name: str
    siret: str = ""

    @property
    def domain(self) -> str:
        """The part of the mail address after the @."""
        return self.mail.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class AdmissionPolicy:
    """Who may enter without an invitation, and with which role and groups.

    Whoever has an address in one of the mail `domains` (lower case), or works for one of the establishments `sirets`.
    """

    domains: frozenset[str] = frozenset()
    sirets: frozenset[str] = frozenset()
    role: Role = Role.READER
    groups: frozenset[str] = frozenset()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The policy that an installation's settings describe."""
        return cls(
            # Addresses are compared in lower case; a domain may be written with its @.
            frozenset(each.lower().removeprefix("@") for each in settings.oidc_domains.split()),
            frozenset(settings.oidc_sirets.split()),
            # Settings admit readers and animators only: a mistake in a list of domains must not make administrators.
            Role(settings.oidc_role),
            frozenset(settings.oidc_groups.split()),
        )

    def admit(self, who: Identity) -> NewAccount | None:
        """The account to create for someone who comes for the first time; None where they need an invitation."""
        # Without a verified address there is no account to make: an address is what identifies one.
        if who.mail and (who.domain in self.domains or who.siret in self.sirets):
            return NewAccount(who.mail, who.name, self.role, self.groups)
        return None


def sign_in_with_identity(catalogue: Catalogue, identity: Identity, policy: AdmissionPolicy) -> Account:
    """Find or create the account of a person whom the identity provider has just identified, and record the sign-in.

    Raises SuspendedAccountError. Raises UnverifiedMailError where no account is linked to the identity yet and the
    provider has not verified the address that could lead to one. Raises NotExpectedError where nothing lets them in.
    """
    # Linking is one transaction of the catalogue; what follows only tells why nobody was found.
    account = catalogue.identities.join(identity, policy.admit(identity))
    # Said first, as verifying the address at the provider may be all that is lacking.
    if account is None and not identity.mail:
        raise UnverifiedMailError("Votre adresse électronique n’a pas été vérifiée.")
    if account is None:
        raise NotExpectedError("Rien ne permet encore à cette personne d’entrer.")
    if account.state is AccountState.SUSPENDED:
        catalogue.accounts.refused(account.mail)
        raise SuspendedAccountError("Ce compte est suspendu\u00a0: écrivez à l’équipe d’animation.")
    catalogue.accounts.signed_in(account.id)
    return account
