"""Web pages, saved as HTML or as the message in which a browser wraps one (MHTML, RFC 2557)."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from extractors.dates import mail_date
from extractors.errors import Reason, UnreadableFileError
from extractors.lines import heading_sections, title_among
from extractors.markup import read_page
from extractors.plain import decode
from extractors.sections import Extraction, Format
from extractors.shapes import is_wrapped_page
from extractors.text import read_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.limits import Limits

_HEAD_BYTES = 8192


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section a heading of the page's main part; menus, scripts and what is not shown are left out."""
    content, charset, saved = read_bytes(path, limits), None, ""
    if is_wrapped_page(decode(content[:_HEAD_BYTES])):
        content, charset, saved = _unwrapped(content)
    page = read_page(content, charset)
    return Extraction(
        Format.HTML,
        heading_sections(page.lines),
        title=page.title or title_among(page.lines),
        authors=page.authors,
        created=mail_date(saved),
        language=page.language,
    )


def _unwrapped(content: bytes) -> tuple[bytes, str | None, str]:
    """The page among the parts of the message, its encoding, and the date on which it was saved."""
    message = message_from_bytes(content, policy=policy.compat32)
    for part in message.walk():
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            # Of a message, an undecoded payload is bytes; its types cannot say so.
            payload = part.get_payload(decode=True)
            page = payload if isinstance(payload, bytes) else b""
            return page, part.get_content_charset(), str(message.get("Date", ""))
    raise UnreadableFileError(Reason.DAMAGED, "MHTML sans page")
