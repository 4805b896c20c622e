"""A message that Outlook packed into « winmail.dat », as the content of a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.model import PARTIAL_WARNING
from extractors.readers.mail import tnef
from extractors.readers.mail.mail_content import MailContent, choose_body, write_message
from extractors.readers.mail.signed_mail import unwrap_attachment
from extractors.readers.markup import parse_html
from extractors.readers.rtf import parse_rtf, unpack_rtf
from extractors.text import parse_authors, to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractors.text import TextLine


def is_tnef(content: bytes) -> bool:
    """Whether this is such a file, whatever it is called."""
    return content.startswith(tnef.TNEF_SIGNATURE)


def read_tnef_mail(content: bytes, nesting: int) -> MailContent:
    """What the message says; messages inside it are read as attachments, `nesting` deep."""
    message = tnef.read_tnef(content)
    sender = to_single_line(message.read_text(tnef.PID_SENDER_NAME))
    page = message.contents.get(tnef.PID_HTML, b"")
    shown = [each for each in message.attachments if not _is_displayed(each, page)]
    return MailContent(
        subject=to_single_line(message.read_text(tnef.PID_SUBJECT)),
        people=(f"De : {sender}",) if sender else (),
        authors=parse_authors(sender),
        sent=None,
        body=_read_body(message, page),
        attachments=tuple(_list_attachments(shown, nesting)),
        warnings=(PARTIAL_WARNING,) if message.is_cut else (),
    )


def _read_body(message: tnef.TnefMessage, page: bytes) -> tuple[TextLine, ...]:
    text = message.read_text(tnef.PID_BODY).replace("\r\n", "\n").strip()
    lines = parse_html(page).lines if page else ()
    if text or lines:
        return choose_body(text, lines)
    return tuple(parse_rtf(unpack_rtf(message.contents.get(tnef.PID_RTF, b""))).lines)


def _is_displayed(attachment: tnef.TnefItem, page: bytes) -> bool:
    identifier = attachment.read_text(tnef.PID_CONTENT_ID).strip(" <>")
    return bool(identifier) and f"cid:{identifier}".encode() in page


def _list_attachments(attachments: list[tnef.TnefItem], nesting: int) -> Iterator[tuple[str, bytes]]:
    for attachment in attachments:
        name, content = tnef.name_attachment(attachment), attachment.contents.get(tnef.PID_DATA, b"")
        if is_tnef(content) and nesting > 0:
            inner = read_tnef_mail(content, nesting - 1)
            yield f"{inner.subject or name or 'message'}.eml", write_message(inner)
        elif content:
            yield unwrap_attachment(name or "sans nom", content)
