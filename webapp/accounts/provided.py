"""What goes to the provider of identities and comes from it; whoever needs no provider need not load what asks it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class ProviderError(Exception):
    """What came from the provider cannot be used; the message is for the log, and holds nothing of the person."""


class UnreachableError(ProviderError):
    """The provider does not answer, or not in time."""


class RefusedCodeError(ProviderError):
    """The provider does not take the code: it was used before, or too old, or not its own."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is sent with someone to the provider, and must come back."""

    back: str
    state: str
    nonce: str
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider told of someone: `claims` as it sends them; `id_token` is wanted back when they sign out."""

    issuer: str
    subject: str
    claims: dict[str, Any]
    id_token: str = field(repr=False)
