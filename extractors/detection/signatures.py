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
# « Date : … » may begin any text; this many different headers make it a message.
_ENOUGH_HEADERS = 3


def match_binary_signature(head: bytes) -> Format | None:
    """The binary format whose signature these first bytes bear; None for what may be text."""
    return next((kind for signature, kind in _BINARY if signature.match(head)), None)


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
