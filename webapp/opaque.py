"""What is given to programs to be handed back as it is: bytes as letters that every address takes."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode


def wrapped(held: bytes) -> str:
    """Bytes as letters (base64 of RFC 4648, section 5, without its padding)."""
    return urlsafe_b64encode(held).decode().rstrip("=")


def unwrapped(text: str) -> bytes:
    """The bytes again. Raises ValueError where the text is none of ours."""
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
