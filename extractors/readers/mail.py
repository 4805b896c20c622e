"""The reader of mail messages saved as files (EML, RFC 5322)."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message, MIMEPart
from email.utils import getaddresses
from typing import TYPE_CHECKING

from extractors.formats import Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.readers.attachments import read_attachments
from extractors.readers.markup import parse_html
from extractors.text import (
    TextLine,
    decode_declared,
    parse_authors,
    parse_mail_date,
    read_bytes,
    split_at_headings,
    to_single_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from extractors.model import Limits

# The headers that are read, with their labels.
_SHOWN_HEADERS = (("From", "De"), ("To", "À"), ("Cc", "Copie à"))
# What the library raises on malformed headers and unknown encodings.
_PARSE_ERRORS = (MessageError, ValueError, LookupError, AttributeError, TypeError)


@dataclass(frozen=True, slots=True)
class MailContent:
    """What a message says, in whatever format it was saved.

    `people` are lines such as « De : Ana Rey »; `attachments` are names with contents.
    """

    subject: str
    people: tuple[str, ...]
    authors: tuple[str, ...]
    sent: datetime | None
    body: tuple[TextLine, ...]
    attachments: tuple[tuple[str, bytes], ...]


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for the message, with its people and the names of its attachments; then those of the attachments."""
    message = message_from_bytes(read_bytes(path, limits), policy=policy.default)
    senders = getaddresses([read_header(message, "From")])
    content = MailContent(
        subject=read_header(message, "Subject"),
        people=tuple(f"{label} : {text}" for name, label in _SHOWN_HEADERS if (text := read_header(message, name))),
        authors=parse_authors(";".join(name or address for name, address in senders)),
        sent=parse_mail_date(read_header(message, "Date")),
        body=_read_body(message),
        attachments=tuple(_list_attachments(message)),
    )
    return build_extraction(Format.EMAIL, content, limits)


def build_extraction(kind: Format, content: MailContent, limits: Limits) -> Extraction:
    """The Sections of a message, then those of its attachments, which are read here."""
    lines = [*map(TextLine, content.people), *content.body]
    if content.attachments:
        lines.append(TextLine(f"Pièces jointes : {', '.join(name for name, _ in content.attachments)}"))
    # A message without any text still has its subject, by which it is found.
    sections = split_at_headings(lines) or (Section(SectionUnit.HEADING, 1, "", title=content.subject),)
    further, warnings = read_attachments(content.attachments, len(sections), limits)
    return Extraction(
        kind,
        (*sections, *further) if sections[0].text or sections[0].title or further else (),
        title=content.subject,
        authors=content.authors,
        created=content.sent,
        warnings=warnings,
    )


def read_header(message: EmailMessage, name: str) -> str:
    """A header on a single line, "" where it is missing; its raw value where the library cannot parse it."""
    try:
        return to_single_line(str(message.get(name, "")))
    except _PARSE_ERRORS:
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
        return to_single_line(str(raw))


def _read_body(message: EmailMessage) -> tuple[TextLine, ...]:
    """The lines of the message: its plain text, else its HTML body."""
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    text = _read_text_part(plain)
    lines = () if page is None else parse_html(decode_payload(page), page.get_content_charset()).lines
    return choose_body(text, lines)


def choose_body(text: str, lines: tuple[TextLine, ...]) -> tuple[TextLine, ...]:
    """Choose between the two bodies of a message: its plain text, else the lines of its HTML."""
    # Some plain texts only say that there is an HTML body: a much shorter one is not used.
    words = len(text.split())
    if words and words >= sum(len(line.text.split()) for line in lines) // 2:
        return tuple(TextLine(line) for line in text.split("\n"))
    return lines


def _read_text_part(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    return decode_declared(decode_payload(part), part.get_content_charset()).replace("\r\n", "\n")


def decode_payload(part: Message) -> bytes:
    """The decoded content of a part; b"" where it is a multipart itself."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _list_attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """The attachments as (name, content), without the pictures that the message itself displays."""
    bodies = {id(message.get_body(("plain",))), id(message.get_body(("html",)))}
    parts = message.iter_attachments() if message.is_multipart() else ()
    for part in parts:
        # A forwarded message has no payload of bytes: it is written out again.
        if part.get_content_type() == "message/rfc822":
            inner = next(part.iter_parts(), None)
            if isinstance(inner, EmailMessage):
                yield f"{read_header(inner, 'Subject') or 'message'}.eml", inner.as_bytes()
        # A Content-ID is what an HTML body refers to its pictures by.
        elif id(part) not in bodies and (name := _read_file_name(part)) and not part.get("Content-ID"):
            yield name, decode_payload(part)


def _read_file_name(part: EmailMessage) -> str:
    try:
        return to_single_line(part.get_filename() or "")
    except _PARSE_ERRORS:
        return ""
