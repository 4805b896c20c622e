"""Types of the exchange with an identity provider, in a module of their own: using them does not load Authlib."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from index.accounts import LONGEST_NAME, Identity, MailAddressError, parse_mail_address

CLOCK_LEEWAY_SECONDS = 60
"""Seconds by which the provider's clock and ours may differ."""


class ProviderError(Exception):
    """The provider's answer cannot be used. The message is for the log and contains nothing about the person."""


class ProviderUnreachableError(ProviderError):
    """The provider did not answer, or not in time."""


class AuthorizationCodeRefusedError(ProviderError):
    """The provider refused the authorization code: already used, expired, or issued to someone else."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What is sent to the provider with the browser and must come back unchanged.

    `prompt` is "none" for a silent attempt, "login" to have the person identify anew, else empty.
    """

    redirect_uri: str
    state: str
    nonce: str
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class VerifiedClaims:
    """The verified claims about a person; `id_token` is sent back when they sign out."""

    issuer: str
    subject: str
    claims: dict[str, Any]
    # A secret, kept out of the repr and hence out of logs.
    id_token: str = field(repr=False)
    identified: float | None = None
    """When the person identified, in seconds since 1970, where the provider says so."""


def read_identity(response: VerifiedClaims) -> Identity:
    """Return the person whom the provider's verified response describes."""
    claims = response.claims
    # The digits of a SIRET are often written in groups, with spaces between them.
    siret = "".join(_read_text(claims, "siret").split())
    return Identity(response.issuer, response.subject, mail := _read_mail(claims), _read_name(claims) or mail, siret)


def _read_mail(claims: dict[str, Any]) -> str:
    # ProConnect sends no `email_verified`, its providers assign addresses themselves: a missing claim counts as true.
    # Some providers send a text where the standard wants a boolean.
    if claims.get("email_verified", True) not in (True, "true"):
        return ""
    try:
        return parse_mail_address(_read_text(claims, "email"))
    except MailAddressError:
        return ""


def _read_name(claims: dict[str, Any]) -> str:
    """Return the person's display name; ProConnect sends the last name in use as `usual_name`."""
    last = _read_text(claims, "usual_name") or _read_text(claims, "family_name")
    whole = f"{_read_text(claims, 'given_name')} {last}".strip() or _read_text(claims, "name")
    return " ".join(whole.split())[:LONGEST_NAME]


def _read_text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    # PostgreSQL refuses NUL in a text.
    return value.replace("\0", "") if isinstance(value, str) else ""
