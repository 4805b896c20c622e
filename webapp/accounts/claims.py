"""What a provider tells of someone, read with care: it comes from elsewhere, and half of it is optional."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.accounts import LONGEST_NAME, Identity, MailError, mail_of

if TYPE_CHECKING:
    from webapp.accounts.provided import Told


def identity_of(told: Told) -> Identity:
    """Whom a provider told of."""
    claims = told.claims
    siret = "".join(_text(claims, "siret").split())
    return Identity(told.issuer, told.subject, mail := _mail(claims), _called(claims) or mail, siret)


def _mail(claims: dict[str, Any]) -> str:
    # ProConnect says nothing of it: its providers give their agents the addresses. Who says « false » is believed.
    if claims.get("email_verified", True) not in (True, "true"):
        return ""
    try:
        return mail_of(_text(claims, "email"))
    except MailError:
        return ""


def _called(claims: dict[str, Any]) -> str:
    """How someone is called: `usual_name` is ProConnect's word for the name in use."""
    last = _text(claims, "usual_name") or _text(claims, "family_name")
    whole = f"{_text(claims, 'given_name')} {last}".strip() or _text(claims, "name")
    return " ".join(whole.split())[:LONGEST_NAME]


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.replace("\0", "") if isinstance(value, str) else ""
