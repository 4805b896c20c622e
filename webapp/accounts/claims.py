"""Turn the claims of an identity provider into an Identity. Every claim is untrusted, and most are optional."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.accounts import LONGEST_NAME, Identity, MailError, mail_of

if TYPE_CHECKING:
    from webapp.accounts.provided import Told


def identity_of(told: Told) -> Identity:
    """Return the person whom the provider's verified response describes."""
    claims = told.claims
    # The digits of a SIRET are often written in groups, with spaces between them.
    siret = "".join(_text(claims, "siret").split())
    return Identity(told.issuer, told.subject, mail := _mail(claims), _called(claims) or mail, siret)


def _mail(claims: dict[str, Any]) -> str:
    # ProConnect sends no `email_verified`, its providers assign addresses themselves: a missing claim counts as true.
    # Some providers send a text where the standard wants a boolean.
    if claims.get("email_verified", True) not in (True, "true"):
        return ""
    try:
        return mail_of(_text(claims, "email"))
    except MailError:
        return ""


def _called(claims: dict[str, Any]) -> str:
    """Return the person's display name; ProConnect sends the last name in use as `usual_name`."""
    last = _text(claims, "usual_name") or _text(claims, "family_name")
    whole = f"{_text(claims, 'given_name')} {last}".strip() or _text(claims, "name")
    return " ".join(whole.split())[:LONGEST_NAME]


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    # PostgreSQL refuses NUL in a text.
    return value.replace("\0", "") if isinstance(value, str) else ""
