"""Turn the claims of an identity provider into an Identity. Every claim is untrusted, and most are optional."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.accounts import LONGEST_NAME, Identity, MailAddressError, parse_mail_address

if TYPE_CHECKING:
    from webapp.accounts.provided import VerifiedClaims


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
