"""Sends the mails that somebody's request asks for, within bounds: no form may serve to flood a mailbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.catalogue import MailAdmission, MailOrder
from index.model import ExplainedError
from webapp.auth import client_network, current_account_id
from webapp.mailing.smtp import open_mail_connection
from webapp.server import services

if TYPE_CHECKING:
    from webapp.mailing.smtp import MailMessage


class TooManyMailsError(ExplainedError):
    """Too many mails left lately; `mailbox` says whether to this one mailbox, or of this sender, network or service."""

    def __init__(self, *, mailbox: bool) -> None:
        super().__init__(
            "Cette boîte a déjà reçu assez de nos messages ces jours-ci."
            if mailbox
            else "Beaucoup de messages viennent de partir : réessayez dans une heure."
        )
        self.mailbox = mailbox


def send_requested_mail(message: MailMessage, *, stranger: bool = False) -> None:
    """Send a mail that the current request asks for; `stranger` as in `MailOrder`.

    Raises TooManyMailsError, MailServerError or RecipientRefusedError.
    """
    admission = _admit(message.to, stranger=stranger)
    if admission is not MailAdmission.ADMITTED:
        raise TooManyMailsError(mailbox=admission is MailAdmission.MAILBOX_FULL)
    # Counted even if it fails: a server that takes a message and then breaks off may deliver it all the same.
    with open_mail_connection(services().settings) as opened:
        opened.send(message)


def admit_requested_mail(to: str) -> bool:
    """Count a mail that the current request asks for and that leaves later; return whether it may leave."""
    return _admit(to) is MailAdmission.ADMITTED


def _admit(to: str, *, stranger: bool = False) -> MailAdmission:
    order = MailOrder(to, current_account_id(), client_network(), stranger)
    return services().catalogue.access.mail_quota.admit(order)
