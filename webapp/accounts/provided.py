"""Types of the exchange with an identity provider, apart from `provider.py`: using them does not load Authlib."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class ProviderError(Exception):
    """The provider's answer cannot be used. The message is for the log and contains nothing about the person."""


class ProviderUnreachableError(ProviderError):
    """The provider did not answer, or not in time."""


class AuthorizationCodeRefusedError(ProviderError):
    """The provider refused the authorization code: already used, expired, or issued to someone else."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What is sent to the provider with the browser and must come back unchanged."""

    redirect_uri: str
    state: str
    nonce: str
    silent: bool = False


@dataclass(frozen=True, slots=True)
class VerifiedClaims:
    """The verified claims about a person; `id_token` is sent back when they sign out."""

    issuer: str
    subject: str
    claims: dict[str, Any]
    # A secret, kept out of the repr and hence out of logs.
    id_token: str = field(repr=False)
