"""The reader of mail messages saved as files (EML, RFC 5322), and of mailboxes (RFC 4155)."""

from __future__ import annotations

import re
from binascii import Error as BinasciiError
from binascii import a2b_uu
from contextlib import suppress
from dataclasses import replace
from email import policy
from email.message import Message
from itertools import chain
from quopri import decodestring
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from extractors import text_signs
from extractors.detection import is_binary, match_binary_signature, match_text_signature
from extractors.errors import Reason, UnreadableFileError
from extractors.formats import FORMATS, Format
from extractors.model import Extraction
from extractors.readers.attachments import read_attachment, read_attachments
from extractors.readers.mail.mail_content import MailContent, build_extraction, choose_body, join_flowed
from extractors.readers.mail.mail_headers import read_header, read_parameter, read_people, read_raw_header
from extractors.readers.mail.mime_parts import (
    decode_payload,
    list_children,
    list_parts,
    parse_message,
    read_charset,
    read_type,
)
from extractors.readers.mail.signed_mail import unwrap_attachment
from extractors.readers.mail.tnef_mail import is_tnef, read_tnef_mail
from extractors.readers.markup import parse_html
from extractors.text import TextLine, decode_bytes, parse_authors, parse_mail_date, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from extractors.model import Limits

# The headers that are read, with their labels.
_SHOWN_HEADERS = (("From", "De"), ("To", "À"), ("Cc", "Copie à"))
# They say who wrote a message or how a file was kept, and hold no text.
_NO_DOCUMENTS = frozenset(
    {
        *("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"),
        *("application/pgp-keys", "application/pgp-encrypted", "application/applefile", "text/x-amp-html"),
        *("message/delivery-status", "message/disposition-notification", "message/feedback-report"),
        *("message/external-body", "text/rfc822-headers"),
    }
)
# Texts that are files, though they bear no name.
_NAMES = {
    "calendar": "invitation.ics",
    **dict.fromkeys(("vcard", "x-vcard", "directory"), "contact.vcf"),
    **{kind: f"sans nom.{kind}" for kind in ("csv", "rtf")},
}
_NAMELESS = "sans nom"
_TEXT_NAME = re.compile(r"\.(txt|text|csv|tsv|md|markdown|html?|srt|vtt)\Z", re.IGNORECASE)
_RICH_TAG = re.compile(r"</?[A-Za-z][^<>\n]*>")
# What a page displays; that it leads to a part by a link displays nothing.
_DISPLAYED = re.compile(
    rb"""(?:src|background)\s*=\s*["']?\s*cid:([^"'\s>]+)|url\(\s*["']?cid:([^"')\s]+)""", re.IGNORECASE
)
# Files inside a text, as mail programs wrote them before MIME.
_UUENCODED = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n((?:[ -`]{1,62}\r?\n)+?)`?[ \t]*\r?\nend\b")
_PGP_BLOCK = re.compile(r"-----BEGIN PGP (MESSAGE|SIGNATURE)-----.*?(?:-----END PGP \1-----|\Z)", re.DOTALL)
_PGP_WARNING = "Une partie du message est chiffrée : elle n’a pas été lue."
# The line above each message of a mailbox.
_MAILBOX_LINE = re.compile(rb"(?m)(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]{1,200}?\d{4}[^\r\n]{0,50}\r?\n(?=[\w-]+:)")
_QUOTED_FROM = re.compile(rb"(?m)^>(>*From )")
_MOST_MESSAGES = 2000
_SIGNED = re.compile(text_signs.SIGNED_LETTERS.encode())
_HEAD_BYTES = 8192
# As the message was written: its headers may hold bytes that no rewriting understands.
_UNCHANGED = policy.default.clone(refold_source="none")


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for the message, with its people and the names of its attachments; then those of the attachments.

    Of a mailbox, the Sections of all its messages; of a signature that holds a file, what that file gives.
    """
    content = read_bytes(path, limits)
    if match_binary_signature(content[:_HEAD_BYTES]) is Format.EMAIL or _SIGNED.match(content):
        return _read_signed(path.name, content, limits)
    places = [*_MAILBOX_LINE.finditer(content)]
    if len(places) > 1:
        ends = [place.start() for place in places[1:]] + [len(content)]
        messages = (content[place.end() : end] for place, end in zip(places, ends, strict=True))
        sections, warnings = read_attachments(map(_name_message, messages), 0, limits, most=_MOST_MESSAGES)
        return Extraction(Format.EMAIL, sections, warnings=warnings)
    start = places[0].end() if places and not places[0].start() else 0
    return build_extraction(Format.EMAIL, _read_message(parse_message(content[start:]), limits.nesting), limits)


def _read_signed(name: str, content: bytes, limits: Limits) -> Extraction:
    """What the message or the file inside a signature gives."""
    name, held = unwrap_attachment(name, content)
    if held == content or not limits.nesting:
        raise UnreadableFileError(Reason.UNKNOWN_FORMAT, "signature sans contenu lisible")
    return read_attachment(name, held, replace(limits, nesting=limits.nesting - 1))


def _name_message(content: bytes) -> tuple[str, bytes]:
    content = _QUOTED_FROM.sub(rb"\1", content)
    return f"{read_header(parse_message(content), 'Subject') or 'message'}.eml", content


def _read_message(message: Message, nesting: int) -> MailContent:
    parts = [*list_parts(message)]
    body = _read_text(message)
    packed = [read_tnef_mail(content, nesting) for part in parts if is_tnef(content := decode_payload(part))]
    return MailContent(
        subject=read_header(message, "Subject"),
        people=tuple(f"{label} : {text}" for name, label in _SHOWN_HEADERS if (text := read_header(message, name))),
        authors=parse_authors(";".join(read_people(message, "From"))),
        sent=parse_mail_date(read_header(message, "Date")),
        # Outlook packs the text a second time.
        body=body if any(line.text.strip() for line in body) else next((mail.body for mail in packed if mail.body), ()),
        attachments=(*_list_attachments(parts), *chain.from_iterable(mail.attachments for mail in packed)),
        linked=tuple(chain.from_iterable(mail.linked for mail in packed)),
        warnings=tuple(dict.fromkeys([*_list_warnings(parts), *chain.from_iterable(mail.warnings for mail in packed)])),
    )


def _read_text(part: Message) -> tuple[TextLine, ...]:
    """The lines of a message, or of a part of one, without its attachments."""
    # Signatures, mailing lists and Apple Mail wrap the text and attachments together, at any depth.
    if children := list_children(part):
        is_choice = read_type(part) == ("multipart", "alternative")
        return _choose_version(children) if is_choice else tuple(chain.from_iterable(map(_read_text, children)))
    return _read_lines(part) if _is_text(part) else ()


def _choose_version(parts: Sequence[Message]) -> tuple[TextLine, ...]:
    """The lines of one of several versions of the same text: the plain one, else the first of the others."""
    plain = next((part for part in parts if read_type(part) == ("text", "plain") and _is_text(part)), None)
    others = (_read_text(part) for part in parts if part is not plain)
    lines = () if plain is None else _read_lines(plain)
    return choose_body("\n".join(line.text for line in lines), next(filter(None, others), ()))


def _is_text(part: Message) -> bool:
    """Whether a part is shown as text of the message, and no file: by its bytes too, which may be those of one."""
    main, kind = read_type(part)
    is_file = _is_attachment(part) or kind in _NAMES or f"{main}/{kind}" in _NO_DOCUMENTS or _read_file_name(part)
    return main == "text" and not is_file and not is_binary(decode_payload(part)[:_HEAD_BYTES])


def _is_attachment(part: Message) -> bool:
    return read_raw_header(part, "Content-Disposition").strip().lower().startswith("attachment")


def _read_lines(part: Message) -> tuple[TextLine, ...]:
    """The lines of a text, which is a page where it looks like one, and none where it has no tag."""
    content, charset, (_, kind) = _UUENCODED.sub(b"", decode_payload(part)), read_charset(part), read_type(part)
    text = decode_bytes(content, charset).text
    is_page = kind in {"html", "xhtml+xml"} and _RICH_TAG.search(text)
    if is_page or match_text_signature(text) is Format.HTML:
        return parse_html(content, charset).lines
    if kind in {"enriched", "richtext"}:
        text = _RICH_TAG.sub("", text)
    text = _PGP_BLOCK.sub("", text).replace("\r\n", "\n")
    if read_parameter(part, "Content-Type", "format").lower() == "flowed":
        text = join_flowed(text, drops_space=read_parameter(part, "Content-Type", "delsp").lower() == "yes")
    return tuple(map(TextLine, text.split("\n")))


def _list_warnings(parts: Iterable[Message]) -> Iterator[str]:
    """What to tell of the texts of a message: letters that may be wrong, and what is encrypted."""
    for part in filter(_is_text, parts):
        decoded = decode_bytes(decode_payload(part), read_charset(part))
        yield from decoded.warnings
        if any(block[1] == "MESSAGE" for block in _PGP_BLOCK.finditer(decoded.text)):
            yield _PGP_WARNING


def _list_attachments(parts: Sequence[Message]) -> Iterator[tuple[str, bytes]]:
    """The attachments as (name, content), without the pictures that the message itself displays."""
    displayed = _find_displayed(parts)
    for part in parts:
        main, kind = read_type(part)
        identifier = read_header(part, "Content-ID").strip(" <>")
        if f"{main}/{kind}" in _NO_DOCUMENTS or identifier.encode() in displayed:
            continue
        if main == "message":
            yield from _read_forwarded(part)
        elif _is_text(part):
            for file in _UUENCODED.finditer(decode_payload(part)):
                yield decode_bytes(file[1]).text, _decode_uu(file[2])
        elif (content := decode_payload(part)) and not is_tnef(content):
            name = _read_file_name(part) or _name_by_type(main, kind)
            yield unwrap_attachment(name, _reencode(part, name, content))


def _find_displayed(parts: Iterable[Message]) -> frozenset[bytes]:
    """The Content-IDs, which some programs give to every attachment, of what the pages of a message display."""
    pages = (decode_payload(part) for part in parts if read_type(part) == ("text", "html"))
    found = (match[1] or match[2] for page in pages for match in _DISPLAYED.finditer(page))
    return frozenset(unquote_to_bytes(identifier) for identifier in found)


def _decode_uu(lines: bytes) -> bytes:
    decoded = list[bytes]()
    for line in lines.splitlines():
        # A line that is no such code ends the file.
        with suppress(BinasciiError):
            decoded.append(a2b_uu(line))
    return b"".join(decoded)


def _reencode(part: Message, name: str, content: bytes) -> bytes:
    """The content of a text file in Unicode, where only the message says in which encoding it is."""
    charset = read_charset(part)
    if not charset or content.isascii() or not _TEXT_NAME.search(name) or is_binary(content[:_HEAD_BYTES]):
        return content
    decoded = decode_bytes(content, charset)
    return content if decoded.is_doubtful else decoded.text.encode("utf-8-sig", errors="replace")


def _read_forwarded(part: Message) -> Iterator[tuple[str, bytes]]:
    """A forwarded message; it has no payload of bytes: it is written out again."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(inner, Message):
        return
    # Some servers encode it, against RFC 2046 (5.2.1): the library takes encoded lines for its text, or leaves them so.
    encoding = read_header(part, "Content-Transfer-Encoding")
    if not inner.keys():
        inner["Content-Transfer-Encoding"] = encoding
        inner = parse_message(decode_payload(inner))
    elif encoding.strip().lower() == "quoted-printable" and "Content-Transfer-Encoding" not in inner:
        inner = parse_message(decodestring(inner.as_bytes(policy=_UNCHANGED)))
    yield f"{read_header(inner, 'Subject') or 'message'}.eml", inner.as_bytes(policy=_UNCHANGED)


def _name_by_type(main: str, kind: str) -> str:
    """A name for what has none, by its declared type."""
    suffix = next((spec.suffixes[0] for spec in FORMATS.values() if spec.media_type == f"{main}/{kind}"), "")
    return _NAMES.get(kind, f"{_NAMELESS}{suffix}")


def _read_file_name(part: Message) -> str:
    named = (("Content-Disposition", "filename"), ("Content-Type", "name"))
    return next(filter(None, (read_parameter(part, header, name) for header, name in named)), "")
