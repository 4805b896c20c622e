"""Signatures: formats that the first bytes or the first lines of a file give away."""

from __future__ import annotations

import re

from extractors.formats import Format

_BINARY = tuple((re.compile(kind.spec.signs.binary, re.DOTALL), kind) for kind in Format if kind.spec.signs.binary)
_TEXT = tuple((re.compile(kind.spec.signs.text), kind) for kind in Format if kind.spec.signs.text)
_HEADER_BLOCK = re.compile(r"\s*((?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t]+\S[^\n]*\n)*)+)")
_MAIL_HEADER = re.compile(
    r"^(from|to|subject|date|mime-version|message-id|received|return-path|delivered-to|content-type|x-[\w-]+):",
    re.IGNORECASE | re.MULTILINE,
)
_MULTIPART_RELATED = re.compile(r"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
# Headers that transport adds: a page that a browser saved as MHTML has none of them.
_TRANSPORT_HEADER = re.compile(r"^(to|received|delivered-to|return-path):", re.IGNORECASE | re.MULTILINE)
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
"""What a zip begins with: an entry, or its end record where it has none."""
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Encrypted messages: enveloped, encrypted or authenticated data (RFC 5652, RFC 5083), and OpenPGP (RFC 9580, 6.2).
_ENCRYPTED = re.compile(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x06(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x03\x06]"
    rb"|\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17)|\s*-----BEGIN PGP MESSAGE-----"
    # The first of these in base64.
    rb"|\s*(?:-----BEGIN [A-Z0-9 ]+-----\s+)?"
    rb"MI(?:[A-Za-z0-9+/]{4}YJKoZIhvcNAQcD|(?:A|[A-Za-z0-9+/]{5})GCSqGSIb3DQEHA6)",
    re.DOTALL,
)
# « Date : … » may begin any text; this many different headers make it a message.
_ENOUGH_HEADERS = 3


def match_binary_signature(head: bytes) -> Format | None:
    """The binary format whose signature these first bytes bear; None for what may be text."""
    return next((kind for signature, kind in _BINARY if signature.match(head)), None)


def is_binary(head: bytes) -> bool:
    """Whether these first bytes are those of a format that is no text."""
    return head.startswith((*ZIP_SIGNATURES, OLE_SIGNATURE)) or match_binary_signature(head) is not None


def is_encrypted_message(head: bytes) -> bool:
    """Whether these first bytes are those of a message or a file that only its addressee can read."""
    return bool(_ENCRYPTED.match(head))


def match_text_signature(text: str) -> Format | None:
    """The text format whose signature this beginning of a text bears; None for any other text."""
    found = next((kind for signature, kind in _TEXT if signature.match(text)), None)
    return found or _match_mail_headers(text.replace("\r\n", "\n"))


def _match_mail_headers(text: str) -> Format | None:
    """EMAIL or HTML (for MHTML) where the text begins with the headers of a message, else None."""
    headers = _HEADER_BLOCK.match(text)
    if headers is None or len({name.lower() for name in _MAIL_HEADER.findall(headers[1])}) < _ENOUGH_HEADERS:
        return None
    return Format.HTML if is_mhtml(headers[1]) else Format.EMAIL


def is_mhtml(text: str) -> bool:
    """Whether a message is a page saved by a browser (MHTML): multipart/related, and never sent to anybody."""
    headers = text.replace("\r\n", "\n").split("\n\n", 1)[0]
    return bool(_MULTIPART_RELATED.search(headers)) and not _TRANSPORT_HEADER.search(headers)
