"""Takes a message or a file out of the signature that wraps it (S/MIME, RFC 8551); format: RFC 5652, with X.690.

Nothing is verified: a search finds what a message says, whoever says it.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from extractors.readers.mail.mail_headers import decode_base64

if TYPE_CHECKING:
    from collections.abc import Iterator

# The object identifier of signed data (5.1); that of encrypted data is another.
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_OCTETS, _CONSTRUCTED_OCTETS = 0x04, 0x24
_INDEFINITE, _LONG = 0x80, 0x80
_END = b"\0\0"
# The same in letters, as some programs write it, with or without the lines of RFC 7468 around.
_LETTERS = re.compile(rb"\s*(?:-----BEGIN [A-Z0-9 ]+-----\s+)?(MI[A-Za-z0-9+/=\s]+)(?:-----END [A-Z0-9 ]+-----\s*)?")
# Far more than signed data has.
_DEEPEST = 20


class _Element(NamedTuple):
    """An element of BER (X.690): its tag, where its content lies, and where the next one begins."""

    tag: int
    start: int
    stop: int
    following: int


def unwrap_attachment(name: str, content: bytes) -> tuple[str, bytes]:
    """An attachment as (name, content); the message or the file itself where it is a signature that holds one."""
    letters = _LETTERS.fullmatch(content)
    held = unwrap_signed(decode_base64(b"".join(letters[1].split())) if letters else content)
    # « contrat.pdf.p7m » holds « contrat.pdf », « smime.p7m » a message.
    inner = PurePosixPath(name).stem
    return (inner if PurePosixPath(inner).suffix else "message signé.eml", held) if held else (name, content)


def unwrap_signed(content: bytes) -> bytes:
    """The content that this signature holds; b"" where it is beside it, encrypted or damaged."""
    try:
        kind, wrapped = _list_children(content, _read_element(content, 0))
        if content[kind.start : kind.stop] != _SIGNED_DATA:
            return b""
        (signed,) = _list_children(content, wrapped)
        _, _, enclosed, *_ = _list_children(content, signed)
        _, data = _list_children(content, enclosed)
        return b"".join(_join_octets(content, data))
    except (IndexError, ValueError):
        return b""


def _join_octets(content: bytes, element: _Element) -> Iterator[bytes]:
    """The pieces of a string of octets, which may be cut into others."""
    for each in _list_children(content, element):
        if each.tag == _OCTETS:
            yield content[each.start : each.stop]
        elif each.tag == _CONSTRUCTED_OCTETS:
            yield from _join_octets(content, each)


def _list_children(content: bytes, parent: _Element) -> list[_Element]:
    children, at = list[_Element](), parent.start
    while at < parent.stop:
        children.append(_read_element(content, at))
        at = children[-1].following
    return children


def _read_element(content: bytes, at: int, depth: int = 0) -> _Element:
    """Raises IndexError or ValueError where there is none."""
    tag, length = content[at], content[at + 1]
    start = at + 2
    if length == _INDEFINITE:
        if depth == _DEEPEST:
            raise ValueError("too deep")
        stop = start
        while content[stop : stop + 2] != _END:
            stop = _read_element(content, stop, depth + 1).following
        return _Element(tag, start, stop, stop + len(_END))
    if length > _LONG:
        count = length - _LONG
        start, length = start + count, int.from_bytes(content[start : start + count], "big")
    if start + length > len(content):
        raise ValueError("cut")
    return _Element(tag, start, start + length, start + length)
