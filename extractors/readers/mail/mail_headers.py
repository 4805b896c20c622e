"""The headers of messages and of their parts (RFC 5322, RFC 2047, RFC 2231), as mail programs take them."""

from __future__ import annotations

import binascii
import re
from email.utils import getaddresses
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

from extractors.text import decode_text, to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

# Spaces around the signs are wrong, and met; so are words that are cut inside a character.
_WORD = re.compile(r"=\?\s*([^?\s*]{1,60})(?:\*[^?]*)?\s*\?\s*([bq])\s*\?(.*?)\?=", re.IGNORECASE | re.DOTALL)
_BYTE = re.compile(rb"=([0-9a-f]{2})", re.IGNORECASE)
_NO_BASE64 = re.compile(rb"[^a-z0-9+/=]+", re.IGNORECASE)
# The value of a parameter in quotes, else all before the next one.
_PARAMETER = re.compile(
    r"""[;\s]\s*([a-z-]+)(?:\*(\d+))?(\*)?\s*=\s*(?:"((?:\\["\\]|[^"])*)"?|'([^';]*)'(?=\s*(?:;|\Z))|([^;]*))""",
    re.IGNORECASE,
)
LONGEST_HEADER = 8000
"""Characters read of a header with parameters, which is hardly longer than a few lines."""

_ESCAPE = re.compile(r"\\([\"\\])")


def read_header(message: Message, name: str) -> str:
    """A header on a single line, decoded; "" where it is missing."""
    return to_single_line(decode_words(read_raw_header(message, name)))


def read_raw_header(message: Message, name: str) -> str:
    """A header as it is written, unfolded; "" where it is missing."""
    raw = next((str(value) for key, value in message.raw_items() if key.strip().lower() == name.lower()), "")
    # Old programs write bytes of any encoding, which the parser keeps as surrogates.
    text = decode_text(raw.encode(errors="surrogateescape"))
    return "".join(text.splitlines())


def read_people(message: Message, name: str) -> list[str]:
    """The names in a header of addresses, or the address where one has no name."""
    raw = read_raw_header(message, name)
    try:
        return [decode_words(called) or address for called, address in getaddresses([raw])]
    except RecursionError:
        # Comments within comments, by thousands: nobody's name.
        return []


def decode_words(text: str) -> str:
    """Decode the encoded words in a header; those of one encoding that follow each other are decoded together."""
    return "".join(decode_text(content, charset) for charset, content in _join_words(text))


class _Piece(NamedTuple):
    charset: str
    content: bytes


def _join_words(text: str) -> Iterator[_Piece]:
    """The pieces of a header: encoded words, joined, and what stands between them as UTF-8."""
    waiting, place = _Piece("", b""), 0
    for word in _WORD.finditer(text):
        between = text[place : word.start()]
        charset, content, place = word[1].lower(), _decode_word(word[2], word[3]), word.end()
        # White space between two words is part of neither.
        if not between.strip() and waiting.charset == charset:
            waiting = _Piece(charset, waiting.content + content)
            continue
        yield waiting
        if between.strip() or not waiting.charset:
            yield _Piece("utf-8", between.encode(errors="replace"))
        waiting = _Piece(charset, content)
    yield waiting
    yield _Piece("utf-8", text[place:].encode(errors="replace"))


def _decode_word(encoding: str, written: str) -> bytes:
    raw = written.encode(errors="replace")
    if encoding in "qQ":
        return _BYTE.sub(lambda match: bytes.fromhex(match[1].decode()), raw.replace(b"_", b" "))
    return decode_base64(_NO_BASE64.sub(b"", raw))


def decode_base64(digits: bytes) -> bytes:
    """Decode digits of base64, which may be padded in several places, or cut."""
    pieces = filter(None, digits.split(b"="))
    # One digit alone holds no byte.
    whole = (piece[: len(piece) - (len(piece) % 4 == 1)] for piece in pieces)
    return b"".join(binascii.a2b_base64(piece + b"=" * (-len(piece) % 4)) for piece in whole)


def read_parameter(message: Message, header: str, name: str) -> str:
    """A parameter of a header, decoded, whichever way programs write it; "" where it is missing."""
    found = [
        match
        for match in _PARAMETER.finditer(read_raw_header(message, header)[:LONGEST_HEADER])
        if match[1].lower() == name
    ]
    numbered = sorted((match for match in found if match[2] and len(match[2]) < 4), key=lambda match: int(match[2]))  # noqa: PLR2004  a name is cut in a few pieces
    pieces = numbered or found[:1]
    if any(match[3] for match in pieces):
        return _decode_extended(pieces)
    return to_single_line(decode_words("".join(map(_read_value, pieces))))


def _read_value(match: re.Match[str]) -> str:
    quoted, single, plain = match.group(4, 5, 6)
    if quoted is not None:
        return _ESCAPE.sub(r"\1", quoted)
    return (single if single is not None else plain).strip()


def _decode_extended(pieces: list[re.Match[str]]) -> str:
    """A value of RFC 2231, « utf-8'fr'pi%C3%A8ce.pdf », which may be cut in pieces."""
    charset, _, first = ["", "", *_read_value(pieces[0]).split("'", 2)][-3:]
    values = [first, *map(_read_value, pieces[1:])]
    content = b"".join(
        unquote_to_bytes(value) if match[3] else value.encode() for match, value in zip(pieces, values, strict=True)
    )
    return to_single_line(decode_text(content, charset))
