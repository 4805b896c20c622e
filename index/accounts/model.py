"""The nouns of accounts: frozen, and independent of any library."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Self

from index.accounts.audiences import EVERYBODY, restrict_to_animators
from index.accounts.errors import MailAddressError
from index.model import ANIMATORS

if TYPE_CHECKING:
    from index.config import Settings

LONGEST_MAIL = 254
"""Characters of a mail address (RFC 5321)."""

LONGEST_NAME = 100
"""Characters of a person's name, wherever it comes from."""

# Narrower than RFC 5321 on purpose: no quoted local part, no literal IP address, and a dot in the domain.
_MAIL_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\.]+(?:\.[^\s@<>()\[\],;:\"\\.]+)+")


def parse_mail_address(text: str) -> str:
    """Write a mail address as accounts store it: without surrounding spaces, in lower case.

    Raises MailAddressError where the text is not a mail address.
    """
    # The local part may be case-sensitive by the RFC, but people do not remember how they typed it.
    mail = text.strip().lower()
    if not _MAIL_ADDRESS.fullmatch(mail) or len(mail) > LONGEST_MAIL:
        # Cut, as the text may be of any length.
        raise MailAddressError(f"« {text.strip()[:LONGEST_MAIL]} » n’est pas une adresse électronique : vérifiez-la.")
    return mail


class Role(Enum):
    """What a person may do. Each role may also do what the roles before it may."""

    READER = "lecteur"
    ANIMATOR = "animateur"
    ADMINISTRATOR = "administrateur"

    @property
    def label(self) -> str:
        """The French name of the role."""
        return {"lecteur": "lecture", "animateur": "animation", "administrateur": "administration"}[self.value]

    def includes(self, other: Role) -> bool:
        """Whether this role may do all that another one may."""
        # Members stand in rising order of rights.
        order = list(Role)
        return order.index(self) >= order.index(other)


class AccountState(Enum):
    """Whether an account may be used."""

    ACTIVE = "actif"
    SUSPENDED = "suspendu"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account is created or changed with.

    `name` is as the person is called; `groups` are those beside the built-in ones, which follow from the role.
    """

    mail: str
    name: str
    role: Role = Role.READER
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may use Ruche; `id` outlives changes of name and address, and says who did what."""

    id: str
    mail: str
    name: str
    role: Role
    groups: frozenset[str]
    state: AccountState
    created: datetime
    signed_in: datetime | None
    has_password: bool
    """False where the account signs in through the organisation's single sign-on only."""

    @property
    def audience(self) -> frozenset[str]:
        """The groups whose documents this person sees: all members, their own, and animators where they animate.

        An animator is also one of the animators of each of their groups.
        """
        # The role gives the animators' groups: there is no membership to forget or to leave behind.
        if not self.role.includes(Role.ANIMATOR):
            return self.groups | EVERYBODY
        return self.groups | EVERYBODY | {ANIMATORS} | restrict_to_animators(self.groups)


@dataclass(frozen=True, slots=True)
class Group:
    """Persons who may see the same folders; `name` is a slug, `label` is what people read."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """An account promised to a mail address, until its owner accepts it or it expires."""

    number: int
    mail: str
    role: Role
    groups: frozenset[str]
    created: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser in which a person is signed in, as they are shown it; `seen` is its last request."""

    number: int
    created: datetime
    seen: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class CurrentSession:
    """The account that a session's cookie belongs to.

    `renewed_token` is the new value for the cookie, or None where the browser keeps the one it has.
    """

    account: Account
    number: int
    # A secret: kept out of logs and tracebacks.
    renewed_token: str | None = field(default=None, repr=False)


class Scope(Enum):
    """What a tool may do with an API token."""

    READ = "lecture"
    ANIMATE = "animation"

    @property
    def role(self) -> Role:
        """The lowest role whose accounts may give this scope."""
        return {"lecture": Role.READER, "animation": Role.ANIMATOR}[self.value]


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A tool's key to the API, in someone's name.

    Only its hash is stored: `start`, its first characters, is all that can be shown again. `used` is its last use.
    """

    number: int
    name: str
    start: str
    scope: Scope
    created: datetime
    expires: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long sessions, invitations, audit entries and agreements to be in the directory stay valid."""

    session_idle: timedelta = timedelta(hours=12)
    session: timedelta = timedelta(days=7)
    invitation: timedelta = timedelta(days=7)
    audit: timedelta = timedelta(days=365)
    contact: timedelta = timedelta(days=365)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The lifetimes that an installation's settings give."""
        return cls(
            timedelta(hours=settings.session_idle_hours),
            timedelta(days=settings.session_days),
            timedelta(days=settings.invitation_days),
            timedelta(days=settings.audit_days),
            timedelta(days=settings.contact_days),
        )


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
