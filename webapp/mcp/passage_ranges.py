"""Which passages of a document are read at once: from a place to a place, up to a size. Pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.model import ExplainedError, Unit, parse_timecode
from webapp.server import quote_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.model import Passage

MAX_ANSWER_CHARACTERS = 20_000
"""Of one answer: about ten pages, which an assistant reads at once without losing sight of the question."""

_SECONDS_PATTERN = re.compile(r"t-(\d{1,9})")
_DURATION_PATTERN = re.compile(r"(?:(\d{1,4}) ?h ?)?(?:(\d{1,4}) ?min ?)?(?:(\d{1,4}) ?s)?")
# Index of the next passage, index of the last one, beginning of the content's digest.
_CURSOR_PATTERN = re.compile(r"(\d{1,9})-(\d{1,9})-([0-9a-f]{8})")


class PlaceUnknownError(ExplainedError):
    """The document has nothing at this place."""


class CursorRefusedError(ExplainedError):
    """The cursor was not given for this document as it is now."""


@dataclass(frozen=True, slots=True)
class PassageRange:
    """The passages of one answer; `cursor` asks for those that follow, "" at the end."""

    passages: tuple[Passage, ...]
    cursor: str = ""


def select_range(passages: Sequence[Passage], start: str, end: str, digest: str) -> PassageRange:
    """Return the passages from a place to a place, both included; "" is the document's first or last passage.

    Raises PlaceUnknownError.
    """
    first = find_positions(passages, start)[0] if start else 0
    last = find_positions(passages, end)[-1] if end else len(passages) - 1
    return _take_passages(passages, first, last, digest)


def continue_range(passages: Sequence[Passage], cursor: str, digest: str) -> PassageRange:
    """Return what follows the answer that gave this cursor. Raises CursorRefusedError when the document has changed."""
    given = _CURSOR_PATTERN.fullmatch(cursor)
    # Indexes mean nothing in another version of the document: the digest tells whether it is the same.
    if given is None or given[3] != digest[:8]:
        raise CursorRefusedError(
            f"Ce curseur ne convient pas\u00a0: le document a changé depuis, ou il vient d’un autre. "
            f"Rouvrez le document sans {quote_text('curseur')}."
        )
    return _take_passages(passages, int(given[1]), int(given[2]), digest)


def find_positions(passages: Sequence[Passage], place: str) -> list[int]:
    """Return the indexes of a place's passages, at least one; for a time, that of the passage being said then.

    Raises PlaceUnknownError.
    """
    # A place is given by its anchor or as it is cited: « diapositive-12 » or « diapositive 12 ».
    normalised = " ".join(place.casefold().split())
    found = [at for at, each in enumerate(passages) if normalised in {each.locator.anchor, each.locator.label}]
    second = _parse_second(normalised)
    if not found and second is not None:
        # The passage that is being said is the last one that has begun.
        spoken = [at for at, each in enumerate(passages) if each.locator.unit is Unit.TIME]
        found = [at for at in spoken if (passages[at].locator.start or 0.0) <= second][-1:]
    if not found:
        raise PlaceUnknownError(
            f"Ce document n’a pas de texte à l’endroit {quote_text(place)}. {_explain_extent(passages)}"
        )
    return found


def describe_extent(passages: Sequence[Passage]) -> str:
    """Describe from where to where a document goes: « de page 1 à page 12 »."""
    if not passages:
        return ""
    first = passages[0].locator
    # Passages of another unit come with the document, and are no places to read up to.
    last = [each.locator for each in passages if each.locator.unit is first.unit][-1]
    return f"de {first.label} à {last.label}"


def _explain_extent(passages: Sequence[Passage]) -> str:
    return f"Il va {describe_extent(passages)}." if passages else "Aucun texte n’a pu y être lu."


def _parse_second(place: str) -> int | None:
    if given := _SECONDS_PATTERN.fullmatch(place):
        return int(given[1])
    if (second := parse_timecode(place)) is not None:
        return int(second)
    # People write times in words as well.
    duration = _DURATION_PATTERN.fullmatch(place)
    if duration is None or not any(duration.groups()):
        return None
    hours, minutes, seconds = (int(each or 0) for each in duration.groups())
    return hours * 3600 + minutes * 60 + seconds


def _take_passages(passages: Sequence[Passage], first: int, last: int, digest: str) -> PassageRange:
    kept: list[Passage] = []
    size = 0
    for at in range(first, min(last, len(passages) - 1) + 1):
        size += sum(map(len, (passages[at].title, passages[at].text, passages[at].notes)))
        # One passage at least, whatever its size: whoever asks for the rest must get on.
        if kept and size > MAX_ANSWER_CHARACTERS:
            return PassageRange(tuple(kept), f"{at}-{last}-{digest[:8]}")
        kept.append(passages[at])
    return PassageRange(tuple(kept))
