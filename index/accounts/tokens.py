"""Secrets of sessions, invitations and API tokens: drawn, shown once, stored as a hash."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32
TOOL_PREFIX = "ruche_"
"""How an API token begins: people and secret scanners recognise one that was left where it should not be."""


def draw_token(prefix: str = "") -> str:
    """Draw a secret of 256 random bits, fit for an address or a cookie."""
    return f"{prefix}{secrets.token_urlsafe(_BYTES)}"


def hash_token(token: str) -> str:
    """The SHA-256 of a secret, in hexadecimal: what the catalogue stores."""
    # A plain, fast hash is enough: 256 random bits cannot be guessed, unlike a password.
    return hashlib.sha256(token.encode()).hexdigest()
