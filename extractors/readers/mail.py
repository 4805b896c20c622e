"""The reader of mail messages saved as files (EML, RFC 5322)."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.utils import getaddresses
from itertools import chain
from typing import TYPE_CHECKING

from extractors.formats import FORMATS, Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.readers.attachments import read_attachments
from extractors.readers.markup import parse_html
from extractors.readers.signed_mail import unwrap_signed
from extractors.text import (
    BYTE_ORDER_MARKS,
    TextLine,
    decode_text,
    parse_authors,
    parse_mail_date,
    read_bytes,
    split_at_headings,
    to_single_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from extractors.model import Limits

# The headers that are read, with their labels.
_SHOWN_HEADERS = (("From", "De"), ("To", "À"), ("Cc", "Copie à"))
# They say who wrote a message, and hold no text.
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
# What the library raises on malformed headers and unknown encodings.
_PARSE_ERRORS = (MessageError, ValueError, LookupError, AttributeError, TypeError)


@dataclass(frozen=True, slots=True)
class MailContent:
    """What a message says, in whatever format it was saved.

    `people` are lines such as « De : Ana Rey »; `attachments` are names with contents, `linked` the names of those
    whose content lies elsewhere, or in no file.
    """

    subject: str
    people: tuple[str, ...]
    authors: tuple[str, ...]
    sent: datetime | None
    body: tuple[TextLine, ...]
    attachments: tuple[tuple[str, bytes], ...]
    linked: tuple[str, ...] = ()


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for the message, with its people and the names of its attachments; then those of the attachments."""
    content = read_bytes(path, limits)
    # Editors save messages with a byte order mark: the parser would take the headers for the text.
    if content.startswith(BYTE_ORDER_MARKS):
        content = decode_text(content).encode()
    message = message_from_bytes(content.lstrip(), policy=policy.default)
    senders = getaddresses([read_header(message, "From")])
    mail = MailContent(
        subject=read_header(message, "Subject"),
        people=tuple(f"{label} : {text}" for name, label in _SHOWN_HEADERS if (text := read_header(message, name))),
        authors=parse_authors(";".join(name or address for name, address in senders)),
        sent=parse_mail_date(read_header(message, "Date")),
        body=_read_text(message),
        attachments=tuple(_list_attachments(message)),
    )
    return build_extraction(Format.EMAIL, mail, limits)


def build_extraction(kind: Format, content: MailContent, limits: Limits) -> Extraction:
    """The Sections of a message, then those of its attachments, which are read here."""
    lines = [*map(TextLine, content.people), *content.body]
    if names := [*(name for name, _ in content.attachments), *content.linked]:
        lines.append(TextLine(f"Pièces jointes : {', '.join(names)}"))
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
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    # Old programs write bytes of any encoding, which the parser keeps as surrogates.
    text = "".join(decode_text(raw.encode(errors="surrogateescape")).splitlines())
    try:
        return to_single_line(str(message.policy.header_fetch_parse(name, text)))
    except _PARSE_ERRORS:
        return to_single_line(text)


def _read_text(part: EmailMessage) -> tuple[TextLine, ...]:
    """The lines of a message, or of a part of one, without its attachments."""
    # Signatures, mailing lists and Apple Mail wrap the text and attachments together, at any depth.
    if part.get_content_maintype() == "multipart":
        parts = _list_children(part)
        is_choice = part.get_content_subtype() == "alternative"
        return _choose_version(parts) if is_choice else tuple(chain.from_iterable(map(_read_text, parts)))
    if not _is_text(part):
        return ()
    is_page = part.get_content_subtype() == "html"
    return _read_page(part) if is_page else tuple(map(TextLine, _decode_part(part).split("\n")))


def _choose_version(parts: Sequence[EmailMessage]) -> tuple[TextLine, ...]:
    """The lines of one of several versions of the same text: the plain one, else the first of the others."""
    plain = next((part for part in parts if part.get_content_type() == "text/plain" and _is_text(part)), None)
    others = (_read_text(part) for part in parts if part is not plain)
    return choose_body("" if plain is None else _decode_part(plain), next(filter(None, others), ()))


def _is_text(part: EmailMessage) -> bool:
    """Whether a part is shown as text of the message, and no file."""
    is_file = part.is_attachment() or _read_file_name(part)
    return part.get_content_type() in {"text/plain", "text/html"} and not is_file


def _list_children(part: EmailMessage) -> list[EmailMessage]:
    return [each for each in part.iter_parts() if isinstance(each, EmailMessage)]


def _read_page(part: EmailMessage) -> tuple[TextLine, ...]:
    return parse_html(decode_payload(part), part.get_content_charset()).lines


def _decode_part(part: EmailMessage) -> str:
    return decode_text(decode_payload(part), part.get_content_charset()).replace("\r\n", "\n")


def choose_body(text: str, lines: tuple[TextLine, ...]) -> tuple[TextLine, ...]:
    """Choose between the two bodies of a message: its plain text, else the lines of its HTML."""
    # Some plain texts only say that there is an HTML body: a much shorter one is not used.
    words = len(text.split())
    if words and words >= sum(len(line.text.split()) for line in lines) // 2:
        return tuple(TextLine(line) for line in text.split("\n"))
    return lines


def decode_payload(part: Message) -> bytes:
    """The decoded content of a part; b"" where it is a multipart itself."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _list_attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """The attachments as (name, content), without the pictures that the message itself displays."""
    parts = tuple(_list_parts(message))
    pages = b"".join(decode_payload(part) for part in parts if part.get_content_type() == "text/html")
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            yield from _read_forwarded(part)
        elif part.get_content_type() in _SIGNATURES or _is_text(part) or _is_displayed(part, pages):
            continue
        elif name := _read_file_name(part) or _name_by_type(part):
            yield unwrap_attachment(name, decode_payload(part))


def unwrap_attachment(name: str, content: bytes) -> tuple[str, bytes]:
    """An attachment as (name, content); the message itself where it is a signature that holds one."""
    message = unwrap_signed(content) if name.lower().endswith(".p7m") else b""
    return ("message signé.eml", message) if message else (name, content)


def _list_parts(part: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold no others, in their order; a forwarded message is one."""
    if part.get_content_maintype() == "multipart":
        yield from chain.from_iterable(map(_list_parts, _list_children(part)))
    else:
        yield part


def _read_forwarded(part: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """A forwarded message; it has no payload of bytes: it is written out again."""
    inner = next(part.iter_parts(), None)
    if isinstance(inner, EmailMessage) and not inner.keys():
        # Some servers encode it, against RFC 2046 (5.2.1): the library takes the encoded lines for its text.
        inner["Content-Transfer-Encoding"] = str(part.get("Content-Transfer-Encoding", ""))
        inner = message_from_bytes(decode_payload(inner), policy=policy.default)
    if isinstance(inner, EmailMessage):
        yield f"{read_header(inner, 'Subject') or 'message'}.eml", inner.as_bytes()


def _is_displayed(part: EmailMessage, pages: bytes) -> bool:
    """Whether the HTML refers to a part by its Content-ID, which some programs give to every attachment."""
    identifier = str(part.get("Content-ID", "")).strip(" <>")
    return bool(identifier) and f"cid:{identifier}".encode() in pages


def _name_by_type(part: EmailMessage) -> str:
    """A name for a document that has none; "" where its declared type is that of no document."""
    media_type = part.get_content_type()
    return next((f"sans nom{each.suffixes[0]}" for each in FORMATS.values() if each.media_type == media_type), "")


def _read_file_name(part: EmailMessage) -> str:
    try:
        return to_single_line(part.get_filename() or "")
    except _PARSE_ERRORS:
        return ""
