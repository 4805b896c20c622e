"""The reader of web pages, saved as HTML or as MHTML (RFC 2557)."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

from extractors.dates import mail_date
from extractors.errors import Reason, UnreadableFileError
from extractors.lines import heading_sections, title_among
from extractors.mail import header, payload_of
from extractors.markup import read_page
from extractors.plain import decode, title_worth_showing
from extractors.sections import Extraction, Format
from extractors.shapes import is_wrapped_page
from extractors.text import read_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.limits import Limits
    from extractors.markup import Page

_HEAD_BYTES = 8192


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each heading of the page's main part; menus, scripts and hidden elements are left out."""
    page, message = read_saved(read_bytes(path, limits))
    return Extraction(
        Format.HTML,
        heading_sections(page.lines),
        title=page.title or title_among(page.lines) or title_worth_showing(header(message, "Subject")),
        authors=page.authors,
        created=mail_date(header(message, "Date")),
        language=page.language,
    )


def read_saved(content: bytes) -> tuple[Page, EmailMessage]:
    """Parse a saved page, HTML or MHTML; also returns the message that wraps it, an empty one for plain HTML."""
    if not is_wrapped_page(decode(content[:_HEAD_BYTES])):
        return read_page(content), EmailMessage()
    message = message_from_bytes(content, policy=policy.default)
    return read_page(*_unwrapped(message)), message


def _unwrapped(message: EmailMessage) -> tuple[bytes, str | None]:
    """The HTML part of an MHTML message, and its declared encoding; UnreadableFileError if there is none."""
    for part in message.walk():
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            return payload_of(part), part.get_content_charset()
    raise UnreadableFileError(Reason.DAMAGED, "MHTML sans page")
