"""Send mail: one connection for several messages, and errors in one sentence."""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING

from index.accounts import LONGEST_MAIL
from index.model import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from index.config import Settings

_TIMEOUT_SECONDS = 20
"""How long a mail server may take to answer."""

# Plain addresses alone: no quotes, comments or line breaks, by which something could be added to a header.
_ADDRESS_PATTERN = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


class MailServerError(ExplainedError):
    """The mail server does not answer, or refuses us; the message says what to check."""


class RecipientRefusedError(ExplainedError):
    """The mail server refuses this one address."""


@dataclass(frozen=True, slots=True)
class MailMessage:
    """A mail to one address, in plain text."""

    to: str
    subject: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


def can_send(settings: Settings) -> bool:
    """Whether the settings say how to send mail, and by which URL members come."""
    return bool(settings.smtp_host and settings.mail_sender and settings.public_address)


def is_mail_address(text: str) -> bool:
    """Whether a text is one mail address and nothing else."""
    if len(text) > LONGEST_MAIL or not _ADDRESS_PATTERN.fullmatch(text):
        return False
    try:
        Address(addr_spec=text)
    except (ValueError, IndexError, HeaderParseError):
        # The library that writes the header has the last word: « a..b@… » is no address to it.
        return False
    return True


class MailConnection:
    """An open connection to the mail server."""

    def __init__(self, server: smtplib.SMTP, settings: Settings) -> None:
        self._server = server
        self._settings = settings

    def send(self, message: MailMessage) -> None:
        """Send a mail. Raises RecipientRefusedError or MailServerError."""
        try:
            self._server.send_message(_build_message(message, self._settings))
        # Other addresses may still be written to on this connection: the caller tells the two errors apart.
        except smtplib.SMTPRecipientsRefused as error:
            raise RecipientRefusedError("Le serveur de courriel refuse cette adresse.") from error
        except (smtplib.SMTPException, OSError) as error:
            raise _explain_mail_error(error, self._settings) from error


@contextmanager
def open_mail_connection(settings: Settings) -> Iterator[MailConnection]:
    """Open a connection to the server of the settings for as long as the block lasts. Raises MailServerError."""
    try:
        server = _connect(settings)
    except (smtplib.SMTPException, OSError) as error:
        raise _explain_mail_error(error, settings) from error
    with server:
        yield MailConnection(server, settings)


def _connect(settings: Settings) -> smtplib.SMTP:
    where = settings.smtp_host, settings.smtp_port
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=_TIMEOUT_SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(*where, timeout=_TIMEOUT_SECONDS)
    # The connection is closed unless encryption and sign-in succeed.
    with ExitStack() as undo:
        undo.callback(server.close)
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        undo.pop_all()
    return server


def _build_message(mail: MailMessage, settings: Settings) -> EmailMessage:
    message = EmailMessage()
    message["From"] = Address(settings.site_name, addr_spec=settings.mail_sender)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    # The default domain would be the name of this machine.
    message["Message-ID"] = make_msgid(domain=settings.mail_sender.rpartition("@")[2])
    # RFC 3834: out-of-office replies must not answer these mails.
    for name, value in ({"Auto-Submitted": "auto-generated"} | dict(mail.headers)).items():
        message[name] = value
    message.set_content(mail.text)
    return message


def _explain_mail_error(error: Exception, settings: Settings) -> MailServerError:
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return MailServerError(f"Le serveur {where} refuse notre compte : vérifiez « smtp_user » et « smtp_password ».")
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return MailServerError(
            f"Le chiffrement avec {where} échoue ({error}) : vérifiez « smtp_security » et le certificat."
        )
    return MailServerError(
        f"Le serveur de courriel {where} ne répond pas comme attendu ({error}) : vérifiez les réglages « smtp_… »."
    )
