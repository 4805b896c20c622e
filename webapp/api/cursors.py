"""Cursors: opaque texts that say where one is in a list, and stay valid while the list changes."""

from __future__ import annotations

import orjson

from webapp.errors import Explanation, ProblemError
from webapp.opaque import unwrapped, wrapped

_GONE = 410

_STALE = Explanation(
    "Curseur périmé",
    "Ce curseur n’est pas de cette liste, ou ce qu’il désigne a changé depuis.",
    "Reprenez la liste depuis le début, sans le paramètre «\u00a0curseur\u00a0».",
)

Place = tuple[str | int, ...]


def written(*place: str | int) -> str:
    """Encode the key of a row as a cursor."""
    # JSON keeps texts and numbers apart, as decoding checks.
    return wrapped(orjson.dumps(place))


def read(cursor: str, *kinds: type[str | int]) -> Place:
    """Decode a cursor whose key has values of these types. Raises ProblemError (410)."""
    try:
        place = orjson.loads(unwrapped(cursor))
    except ValueError:
        raise stale() from None
    # `type` rather than `isinstance`: a boolean is no integer here.
    if not isinstance(place, list) or [type(each) for each in place] != list(kinds):
        raise stale()
    return tuple(place)


def stale() -> ProblemError:
    """Return the error for a cursor that is malformed, of another list, or outdated."""
    return ProblemError(_GONE, _STALE)
