"""Identifiers that people read, copy and say aloud."""

from __future__ import annotations

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no letter that is mistaken for another one."""

_LENGTH = 10
"""50 random bits: among 100,000 documents, one chance in 200,000 that any two are equal; the primary key refuses it
then."""


def draw_id() -> str:
    """Draw a new random identifier."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
