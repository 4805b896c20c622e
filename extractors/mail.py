"""The reader of mail messages saved as files (EML, RFC 5322)."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message, MIMEPart
from email.utils import getaddresses
from typing import TYPE_CHECKING

from extractors.attachments import read_attachments
from extractors.dates import mail_date
from extractors.lines import Line, heading_sections
from extractors.markup import read_page
from extractors.plain import decode, one_line, people
from extractors.sections import Extraction, Format, Section, Unit
from extractors.text import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from extractors.limits import Limits

# The headers that are read, with their labels.
_SHOWN = (("From", "De"), ("To", "À"), ("Cc", "Copie à"))
# What the library raises on malformed headers and unknown encodings.
_ODDITIES = (MessageError, ValueError, LookupError, AttributeError, TypeError)


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for the message, with its people and the names of its attachments; then those of the attachments."""
    message = message_from_bytes(read_bytes(path, limits), policy=policy.default)
    subject, attached = header(message, "Subject"), list(_attached(message))
    lines = [*_people_lines(message), *_body(message)]
    if attached:
        lines.append(Line(f"Pièces jointes : {', '.join(name for name, _ in attached)}"))
    # A message without any text still has its subject, by which it is found.
    sections = heading_sections(lines) or (Section(Unit.HEADING, 1, "", title=subject),)
    further, warnings = read_attachments(attached, len(sections), limits)
    return Extraction(
        Format.EMAIL,
        (*sections, *further) if sections[0].text or sections[0].title or further else (),
        title=subject,
        authors=people(";".join(name or address for name, address in getaddresses([header(message, "From")]))),
        created=mail_date(header(message, "Date")),
        warnings=warnings,
    )


def header(message: EmailMessage, name: str) -> str:
    """A header on a single line, "" where it is missing; its raw value where the library cannot parse it."""
    try:
        return one_line(str(message.get(name, "")))
    except _ODDITIES:
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
        return one_line(str(raw))


def _people_lines(message: EmailMessage) -> Iterator[Line]:
    for name, label in _SHOWN:
        if written := header(message, name):
            yield Line(f"{label} : {written}")


def _body(message: EmailMessage) -> tuple[Line, ...]:
    """The lines of the message: its plain text, else its HTML body."""
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    text = _text(plain)
    lines = () if page is None else read_page(payload_of(page), page.get_content_charset()).lines
    # Some plain texts only say that there is an HTML body: a much shorter one is not used.
    if len(text.split()) >= sum(len(line.text.split()) for line in lines) // 2:
        return tuple(Line(line) for line in text.split("\n"))
    return lines


def _text(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except _ODDITIES:
        return decode(payload_of(part))


def payload_of(part: Message) -> bytes:
    """The decoded content of a part; b"" where it is a multipart itself."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _attached(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """The attachments as (name, content), without the pictures that the message itself displays."""
    bodies = {id(message.get_body(("plain",))), id(message.get_body(("html",)))}
    parts = message.iter_attachments() if message.is_multipart() else ()
    for part in parts:
        # A forwarded message has no payload of bytes: it is written out again.
        if part.get_content_type() == "message/rfc822":
            inner = next(part.iter_parts(), None)
            if isinstance(inner, EmailMessage):
                yield f"{header(inner, 'Subject') or 'message'}.eml", inner.as_bytes()
        # A Content-ID is what an HTML body refers to its pictures by.
        elif id(part) not in bodies and (name := _file_name(part)) and not part.get("Content-ID"):
            yield name, payload_of(part)


def _file_name(part: EmailMessage) -> str:
    try:
        return one_line(part.get_filename() or "")
    except _ODDITIES:
        return ""
