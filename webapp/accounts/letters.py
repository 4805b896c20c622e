"""The invitation mail."""

from __future__ import annotations

from flask import render_template, url_for

from index.accounts import Lifetimes
from webapp.following.letters import public_address
from webapp.following.mail import Letter
from webapp.hive import hive


def invitation(mail: str, token: str) -> Letter:
    """Build the mail that invites someone to create an account."""
    settings = hive().settings
    text = render_template(
        "mails/invitation.txt",
        address=invitation_address(token),
        days=Lifetimes.of(settings).invitation.days,
    )
    return Letter(mail, f"Votre accès à {settings.site_name}", text)


def invitation_address(token: str) -> str:
    """Return the URL at which an invited person creates their account."""
    # The administrator may come by another address than members do: the setting has theirs, where it is set.
    if hive().settings.public_address:
        return public_address("entry.invited", token=token)
    return url_for("entry.invited", token=token, _external=True)
