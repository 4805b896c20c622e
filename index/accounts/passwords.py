"""Passwords: what is required of them, and the Argon2 hash that is all that is stored."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from index.accounts.errors import WeakPasswordError
from index.web_processes import Places

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256
"""Characters. Length is what resists guessing; a longer one than LONGEST only keeps the service busy hashing."""

_FEWEST_DIFFERENT = 5

_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
"""64 MiB, three passes: the second recommendation of RFC 9106 on one thread; see docs/adr/0011-accounts.md."""

_CONCURRENT_HASHES = Places("mots-de-passe", 2)
"""Each hash takes 64 MiB and a core: a hundred sign-ins at once must not take the service down."""

# Without i, l, o, 0 and 1.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5
"""Twenty letters and digits that nobody confuses, 99 bits, in groups that can be read aloud."""


def check_password(password: str, *known: str) -> None:
    """Raise WeakPasswordError for a password that is too short, too long, too uniform, or half made of a `known` text.

    `known` is what others know of the person: address, its local part, name. No rule on kinds of characters.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WeakPasswordError(f"Le mot de passe doit compter de {SHORTEST_PASSWORD} à {LONGEST_PASSWORD} caractères.")
    # « aaaaaaaaaaaa » is long enough, and soon guessed.
    if len(set(password.lower())) < _FEWEST_DIFFERENT:
        raise WeakPasswordError("Le mot de passe emploie trop peu de caractères différents : variez-les.")
    # Only where it is half of the password: a long passphrase may well hold a name.
    if any(len(each) >= len(password) / 2 and each.lower() in password.lower() for each in known if each):
        raise WeakPasswordError("Le mot de passe ne doit pas reprendre votre nom ni votre adresse.")


def generate_password() -> str:
    """Draw a password that nobody can guess, to be shown once."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def hash_password(password: str) -> str:
    """The Argon2id hash of a password: slow and large by design."""
    with _CONCURRENT_HASHES.hold():
        return _HASHER.hash(password)


def matches_hash(stored_hash: str | None, password: str) -> bool:
    """Whether a password has this hash. Without a hash (no such account) the answer is False, after as long a time."""
    with _CONCURRENT_HASHES.hold():
        # No hash is of a password of 257 characters: cutting there bounds the work, and accepts nothing more.
        try:
            return (
                _HASHER.verify(stored_hash or _hash_of_nobody(), password[: LONGEST_PASSWORD + 1])
                and stored_hash is not None
            )
        except (Argon2Error, InvalidHashError):
            return False


@cache
def _hash_of_nobody() -> str:
    """A hash to compare with where there is no account, so that the time taken does not tell which addresses exist."""
    return _HASHER.hash(secrets.token_hex())


def is_outdated_hash(stored_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored_hash)
