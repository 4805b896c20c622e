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
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

    from extractors.model import Limits
    from extractors.readers.markup import HtmlPage

_HEAD_BYTES = 8192
_PAGES = frozenset({("text", "html"), ("application", "xhtml+xml")})


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
    pages = [part for part in list_parts(message) if read_type(part) in _PAGES]
    if not pages:
        raise UnreadableFileError(Reason.DAMAGED, "MHTML sans page")
    first, *others = ((decode_payload(page), read_charset(page)) for page in pages)
    frames = {
        address: content for page, content in zip(pages[1:], others, strict=True) for address in _list_addresses(page)
    }
    return parse_html(*first, frames), message


def _list_addresses(page: Message) -> Iterator[str]:
    """The addresses by which other pages of the same file show this one (RFC 2557, 4.2 and 8.3)."""
    if identifier := read_header(page, "Content-ID").strip(" <>"):
        yield f"cid:{identifier}"
    if location := read_header(page, "Content-Location"):
        yield location
