"""The nouns of accounts: frozen, and free of any library."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Self

from index.accounts.errors import MailError
from index.model import ANIMATORS, MEMBERS

if TYPE_CHECKING:
    from index.settings import Settings

LONGEST_MAIL = 254
"""Characters of a mail address (RFC 5321)."""

LONGEST_NAME = 100
"""Characters of a person's name, wherever it comes from."""

_MAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\.]+(?:\.[^\s@<>()\[\],;:\"\\.]+)+")


def mail_of(text: str) -> str:
    """A mail address as accounts keep it, in small letters: people do not remember how they typed it.

    Raises MailError where the text is none.
    """
    mail = text.strip().lower()
    if not _MAIL.fullmatch(mail) or len(mail) > LONGEST_MAIL:
        raise MailError(f"« {text.strip()[:LONGEST_MAIL]} » n’est pas une adresse électronique : vérifiez-la.")
    return mail


class Role(Enum):
    """What a person may do. Each role may do what those before it may."""

    READER = "lecteur"
    ANIMATOR = "animateur"
    ADMINISTRATOR = "administrateur"

    @property
    def label(self) -> str:
        """What a person reads."""
        return {"lecteur": "lecture", "animateur": "animation", "administrateur": "administration"}[self.value]

    def includes(self, other: Role) -> bool:
        """Whether this role may do all that another may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class State(Enum):
    """Whether an account may be used."""

    ACTIVE = "actif"
    SUSPENDED = "suspendu"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account is made of; `name` as the person is called, `groups` beside those that everyone has."""

    mail: str
    name: str
    role: Role = Role.READER
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may use Ruche; `id` outlives changes of name and address, and says « by whom »."""

    id: str
    mail: str
    name: str
    role: Role
    groups: frozenset[str]
    state: State
    created: datetime
    signed_in: datetime | None
    has_password: bool
    """An account without one signs in through the organisation's single sign-on only."""

    @property
    def audience(self) -> frozenset[str]:
        """The groups that this person asks with: all members', their own, the animators' if they animate."""
        animating = frozenset({ANIMATORS}) if self.role.includes(Role.ANIMATOR) else frozenset()
        return self.groups | animating | {MEMBERS}


@dataclass(frozen=True, slots=True)
class Group:
    """Persons who may see the same folders; `name` is a slug, `label` what people read."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A place kept for someone, until they take it or it expires."""

    number: int
    mail: str
    role: Role
    groups: frozenset[str]
    created: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """A browser in which a person is signed in."""

    number: int
    created: datetime
    seen: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """Whose session a token is; `renewed` is the token that the browser must keep from now on, when it changes."""

    account: Account
    number: int
    renewed: str | None = field(default=None, repr=False)


class Scope(Enum):
    """What a tool may do with a token."""

    READ = "lecture"
    ANIMATE = "animation"

    @property
    def role(self) -> Role:
        """The least role whose account may give it."""
        return {"lecture": Role.READER, "animation": Role.ANIMATOR}[self.value]


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A tool's key to the API in someone's name: `start` is how it begins, which is all that can be shown again."""

    number: int
    name: str
    start: str
    scope: Scope
    created: datetime
    expires: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long what was given stays good."""

    session_idle: timedelta = timedelta(hours=12)
    session: timedelta = timedelta(days=7)
    invitation: timedelta = timedelta(days=7)
    audit: timedelta = timedelta(days=365)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of an installation."""
        return cls(
            timedelta(hours=settings.session_idle_hours),
            timedelta(days=settings.session_days),
            timedelta(days=settings.invitation_days),
            timedelta(days=settings.audit_days),
        )
