"""Saved searches, and the mails that tell what is new in them."""

from webapp.mailing.announcement_pages import announcement_blueprint
from webapp.mailing.announcing import AnnouncingUnableError, send_announcements
from webapp.mailing.digest import DigestResult, send_digests
from webapp.mailing.imap import Mailbox, MailboxError, explain_mailbox_settings, open_mailbox
from webapp.mailing.password_reset import reset_blueprint
from webapp.mailing.requested_mail import TooManyMailsError, send_requested_mail
from webapp.mailing.saved_search_pages import (
    find_saved_search_or_404,
    question_fields,
    read_saved_question,
    save_search_address,
    saved_search_blueprint,
    unsubscribe,
)
from webapp.mailing.smtp import (
    MailMessage,
    MailServerError,
    RecipientRefusedError,
    can_send,
    is_mail_address,
    open_mail_connection,
)

__all__ = [
    "AnnouncingUnableError",
    "DigestResult",
    "MailMessage",
    "MailServerError",
    "Mailbox",
    "MailboxError",
    "RecipientRefusedError",
    "TooManyMailsError",
    "announcement_blueprint",
    "can_send",
    "explain_mailbox_settings",
    "find_saved_search_or_404",
    "is_mail_address",
    "open_mail_connection",
    "open_mailbox",
    "question_fields",
    "read_saved_question",
    "reset_blueprint",
    "save_search_address",
    "saved_search_blueprint",
    "send_announcements",
    "send_digests",
    "send_requested_mail",
    "unsubscribe",
]
