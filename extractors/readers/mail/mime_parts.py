"""The parts of a message (RFC 2045, RFC 2046): what they are by their bytes, where labels and boundaries are wrong."""

from __future__ import annotations

import re
from copy import copy
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from itertools import chain, islice
from typing import TYPE_CHECKING, cast

from extractors.detection import is_binary
from extractors.readers.mail.mail_headers import LONGEST_HEADER, decode_base64, read_parameter, read_raw_header
from extractors.text import BYTE_ORDER_MARKS, decode_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPE = re.compile(r"""\s*["']?([\w.+-]+)\s*/\s*([\w.+-]+)""")
# Apple Mail writes the length of a message above it, and a property list below.
_APPLE_LENGTH = re.compile(rb"\s*(\d{1,12})[ \t]*\r?\n(?=[\w-]+:)")
_HEADERS_END = re.compile(rb"\r?\n\r?\n|\Z")
_SPACED_NAME = re.compile(rb"(?m)^([A-Za-z][\w-]*)[ \t]+:")
# The line that begins a part, above its headers or an empty line.
_BOUNDARY = re.compile(rb"(?m)^--([^\r\n]{1,200}?)[ \t]*\r?\n(?=Content-[\w-]+:|\r?\n|[ \t]*\r?\n)")
_PART_BEGINNING = re.compile(rb"\s*--[^\r\n]{1,200}\r?\nContent-[\w-]+:", re.IGNORECASE)
_LAST_LINE_END = re.compile(rb"\r?\n\Z")
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/=\s]*")
_FEWEST_BASE64_DIGITS = 60
_HEAD_BYTES = 8192
# Multiparts inside multiparts: beyond, it is no mail.
_DEEPEST, _MOST_PARTS = 50, 5000


class _BoundedHeaders(policy.EmailPolicy):
    """The library's policy, with the headers of parts cut: it takes the square of the time of their length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return a header's name and its value."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER] if name.lower().startswith("content-") else value


def parse_message(content: bytes) -> EmailMessage:
    """Parse a message, whatever an editor or a mail program has put around its headers."""
    # Editors save messages with a byte order mark: the parser would take the headers for the text.
    if content.startswith(BYTE_ORDER_MARKS):
        content = decode_text(content).encode()
    content = content.lstrip()
    if b"\r\r\n" in content[:_HEAD_BYTES]:
        content = content.replace(b"\r\r\n", b"\r\n")
    if length := _APPLE_LENGTH.match(content):
        content = content[length.end() : length.end() + int(length[1])]
    end = next(match.start() for match in _HEADERS_END.finditer(content))
    headers = _SPACED_NAME.sub(rb"\1:", content[:end])
    # The type stubs know no policy of one's own.
    return message_from_bytes(
        headers + content[end:], policy=cast("policy.EmailPolicy[EmailMessage]", _BoundedHeaders())
    )


def read_type(part: Message) -> tuple[str, str]:
    """The media type that a part declares, or has because nothing is declared, as two words in lower case."""
    raw = read_raw_header(part, "Content-Type")
    if match := _TYPE.match(raw):
        return match[1].lower(), match[2].lower()
    if raw.strip().lower().startswith("multipart"):
        return "multipart", "mixed"
    main, _, kind = part.get_content_type().partition("/")
    return main, kind


def read_charset(part: Message) -> str | None:
    """The encoding that a part declares; None where it declares none."""
    return read_parameter(part, "Content-Type", "charset") or None


def list_parts(part: Message) -> Iterator[Message]:
    """The parts that hold no others, in their order; a forwarded message is one."""
    return _walk_parts(part, _DEEPEST)


def _walk_parts(part: Message, depth: int) -> Iterator[Message]:
    children = list_children(part) if depth else []
    yield from chain.from_iterable(_walk_parts(child, depth - 1) for child in children) if children else (part,)


def list_children(part: Message) -> list[Message]:
    """The parts of a multipart; none where it is no multipart."""
    main, kind = read_type(part)
    if main == "message":
        return []
    payload = part.get_payload()
    if isinstance(payload, list):
        return [each for each in payload if isinstance(each, Message)]
    content = decode_payload(part)
    if main == "multipart" or ((main, kind) == ("text", "plain") and _PART_BEGINNING.match(content)):
        # Without any boundary it is the text that it looks like.
        return _split_parts(content, read_parameter(part, "Content-Type", "boundary")) or (
            [] if main != "multipart" else [_wrap_text(content)]
        )
    return []


def _wrap_text(content: bytes) -> Message:
    return message_from_bytes(b"Content-Type: text/plain\n\n" + content, policy=policy.default)


def _split_parts(content: bytes, declared: str) -> list[Message]:
    """The parts between the declared boundary, else between the one that the content shows."""
    first = _BOUNDARY.search(content)
    for boundary in filter(None, (declared.encode(errors="replace"), first[1] if first else b"")):
        line = re.compile(rb"(?m)^--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)", re.IGNORECASE)
        places = [*islice(line.finditer(content), _MOST_PARTS)]
        # What precedes the first line and follows the last is for programs that do not know multiparts.
        ends = [*(match.start() for match in places[1:]), len(content)]
        parts = [content[match.end() : end] for match, end in zip(places, ends, strict=False) if not match[1]]
        if parts:
            # The line end above a boundary belongs to it.
            return [message_from_bytes(_LAST_LINE_END.sub(b"", each), policy=policy.default) for each in parts]
    return []


def decode_payload(part: Message) -> bytes:
    """The decoded content of a part; b"" where it is a multipart itself."""
    if not isinstance(part.get_payload(), str):
        return b""
    encoding = read_raw_header(part, "Content-Transfer-Encoding").strip().lower().replace("base-64", "base64")
    if encoding.startswith(("quoted", "x-uu", "uu")):
        return _to_bytes(part)
    # The library decodes base64 as it is declared only, and turns bytes above ASCII into letters of its choice.
    bare = copy(part)
    del bare["Content-Transfer-Encoding"]
    return _decode_base64(_to_bytes(bare)) if encoding.startswith("base64") else _decode_unlabelled(_to_bytes(bare))


def _to_bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decode_base64(raw: bytes) -> bytes:
    """Decode base64, and keep what a mailing list added below as it is; all of it where it is no base64."""
    lines = raw.splitlines(keepends=True)
    count = next((place for place, line in enumerate(lines) if not _BASE64_LINE.fullmatch(line)), len(lines))
    digits = b"".join(b"".join(lines[:count]).split())
    if not digits:
        return raw
    decoded = decode_base64(digits)
    return decoded + b"\n" * (count < len(lines)) + b"".join(lines[count:])


def _decode_unlabelled(raw: bytes) -> bytes:
    """The content, decoded where it is a file in base64 that nothing says so of."""
    head = b"".join(raw[:_HEAD_BYTES].split())
    if len(head) < _FEWEST_BASE64_DIGITS or not _BASE64_LINE.fullmatch(raw):
        return raw
    decoded = _decode_base64(raw)
    return decoded if is_binary(decoded[:_HEAD_BYTES]) else raw
