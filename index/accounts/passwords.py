"""Passwords: what is asked of them, and the Argon2 hash that is all that is kept."""

from __future__ import annotations

import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from index.accounts.errors import WeakPasswordError

SHORTEST, LONGEST = 12, 256
"""Characters. Length is what resists; longer than the longest is an attempt to keep the service busy."""

_FEWEST_DIFFERENT = 5

_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
"""64 MiB, three passes: the second recommendation of RFC 9106 on one thread; see docs/adr/0011-accounts.md."""

_AT_ONCE = BoundedSemaphore(2)
"""Each takes 64 MiB and a core: a hundred sign-ins at once must not take the service down."""

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5
"""Twenty letters and digits that nobody confuses, 99 bits, in groups that one can read aloud."""


def check(password: str, *known: str) -> None:
    """Raise WeakPasswordError for a password that is too short, too plain, or made of what is known of a person."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPasswordError(f"Le mot de passe doit compter de {SHORTEST} à {LONGEST} caractères.")
    if len(set(password.lower())) < _FEWEST_DIFFERENT:
        raise WeakPasswordError("Le mot de passe emploie trop peu de caractères différents : variez-les.")
    if any(len(each) >= len(password) / 2 and each.lower() in password.lower() for each in known if each):
        raise WeakPasswordError("Le mot de passe ne doit pas reprendre votre nom ni votre adresse.")


def generate() -> str:
    """A password that nobody guesses, to be shown once."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether a password is the one whose hash was kept; takes its time where none was."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _nobody(), password[: LONGEST + 1]) and kept is not None
        except (Argon2Error, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    """What is compared where there is no account: the answer takes as long as where there is one."""
    return _HASHER.hash(secrets.token_hex())


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(kept)
