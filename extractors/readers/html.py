"""The reader of web pages, saved as HTML or as MHTML (RFC 2557)."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING

from extractors.detection import is_mhtml
from extractors.errors import Reason, UnreadableFileError
from extractors.formats import Format
from extractors.model import Extraction
from extractors.readers.mail import decode_payload, list_parts, parse_message, read_charset, read_header, read_type
from extractors.readers.markup import parse_html
from extractors.text import clean_title, decode_text, find_title, parse_mail_date, read_bytes, split_at_headings

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.model import Limits
    from extractors.readers.markup import HtmlPage

_HEAD_BYTES = 8192


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each heading of the page's main part; menus, scripts and hidden elements are left out."""
    page, message = read_saved_page(read_bytes(path, limits))
    return Extraction(
        Format.HTML,
        split_at_headings(page.lines),
        title=page.title or find_title(page.lines) or clean_title(read_header(message, "Subject")),
        authors=page.authors,
        created=parse_mail_date(read_header(message, "Date")),
        warnings=page.warnings,
    )


def read_saved_page(content: bytes) -> tuple[HtmlPage, EmailMessage]:
    """Parse a saved page, HTML or MHTML; also returns the message that wraps it, an empty one for plain HTML."""
    if not is_mhtml(decode_text(content[:_HEAD_BYTES])):
        return parse_html(content), EmailMessage()
    message = parse_message(content)
    return parse_html(*_find_html_part(message)), message


def _find_html_part(message: EmailMessage) -> tuple[bytes, str | None]:
    """The HTML part of an MHTML message, and its declared encoding; UnreadableFileError if there is none."""
    for part in list_parts(message):
        if read_type(part) in {("text", "html"), ("application", "xhtml+xml")}:
            return decode_payload(part), read_charset(part)
    raise UnreadableFileError(Reason.DAMAGED, "MHTML sans page")
