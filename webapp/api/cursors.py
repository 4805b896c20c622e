"""Where one is in a list: a text that says nothing to whoever holds it, and stays good while the list changes."""

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
    """A place as a cursor."""
    return wrapped(orjson.dumps(place))


def read(cursor: str, *kinds: type[str | int]) -> Place:
    """The place again, when it is made of these kinds of values. Raises ProblemError (410)."""
    try:
        place = orjson.loads(unwrapped(cursor))
    except ValueError:
        raise stale() from None
    if not isinstance(place, list) or [type(each) for each in place] != list(kinds):
        raise stale()
    return tuple(place)


def stale() -> ProblemError:
    """What is told of a cursor that leads nowhere."""
    return ProblemError(_GONE, _STALE)
