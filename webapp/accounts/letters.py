"""The invitation mail."""

from __future__ import annotations

from flask import render_template, url_for

from index.accounts import Lifetimes
from webapp.following.letters import build_public_address
from webapp.following.mail import MailMessage
from webapp.hive import services


def build_invitation_mail(mail: str, token: str) -> MailMessage:
    """Build the mail that invites someone to create an account."""
    settings = services().settings
    text = render_template(
        "mails/invitation.txt",
        address=invitation_address(token),
        days=Lifetimes.from_settings(settings).invitation.days,
    )
    return MailMessage(mail, f"Votre accès à {settings.site_name}", text)


def invitation_address(token: str) -> str:
    """Return the URL at which an invited person creates their account."""
    # The administrator may come by another address than members do: the setting has theirs, where it is set.
    if services().settings.public_address:
        return build_public_address("entry.show_invitation", token=token)
    return url_for("entry.show_invitation", token=token, _external=True)
