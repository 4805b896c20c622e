"""Secrets that are drawn, shown once, and kept as a hash: of sessions, invitations and tools."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32
TOOL = "ruche_"
"""How a tool's token begins: people and scanners recognise one that was left where it should not be."""


def draw(prefix: str = "") -> str:
    """A new secret of 256 random bits, fit for an address or a cookie."""
    return f"{prefix}{secrets.token_urlsafe(_BYTES)}"


def hashed(token: str) -> str:
    """What is kept of a secret: of 256 random bits, a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()
