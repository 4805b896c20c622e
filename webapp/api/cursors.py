"""Cursors: opaque texts that say where one is in a list, and stay valid while the list changes."""

from __future__ import annotations

import orjson

from webapp.server import ErrorExplanation, ProblemError, decode_base64url, encode_base64url

_GONE_STATUS = 410

_STALE_CURSOR = ErrorExplanation(
    "Curseur périmé",
    "Ce curseur n’est pas de cette liste, ou ce qu’il désigne a changé depuis.",
    "Reprenez la liste depuis le début, sans le paramètre «\u00a0curseur\u00a0».",
)

CursorKey = tuple[str | int, ...]


def encode_cursor(*key: str | int) -> str:
    """Encode the key of a row as a cursor."""
    # JSON keeps texts and numbers apart, as decoding checks.
    return encode_base64url(orjson.dumps(key))


def decode_cursor(cursor: str, *kinds: type[str | int]) -> CursorKey:
    """Decode a cursor whose key has values of these types. Raises ProblemError (410)."""
    try:
        place = orjson.loads(decode_base64url(cursor))
    except ValueError:
        raise stale_cursor_error() from None
    # `type` rather than `isinstance`: a boolean is no integer here.
    if not isinstance(place, list) or [type(each) for each in place] != list(kinds):
        raise stale_cursor_error()
    return tuple(place)


def stale_cursor_error() -> ProblemError:
    """Return the error for a cursor that is malformed, of another list, or outdated."""
    return ProblemError(_GONE_STATUS, _STALE_CURSOR)
