"""URL-safe base64, for cursors and resumption tokens: texts that programs hand back as they got them."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode_base64url(content: bytes) -> str:
    """Return bytes in URL-safe base64 (RFC 4648, section 5), without padding."""
    return urlsafe_b64encode(content).decode().rstrip("=")


def decode_base64url(text: str) -> bytes:
    """Return the bytes of such a text. Raises ValueError where it is not one."""
    # As many « = » as were left out: base64 wants a multiple of four characters.
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
