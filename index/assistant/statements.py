"""Reads what a model answers, as it comes: objects of JSON, each with words quoted and the numbers of passages."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

QUOTATION_KEY, PASSAGE_KEY, LIST_KEY = "citation", "passage", "phrases"
"""The keys that the model is asked for."""

_MOST_STATEMENTS = 30
# Characters of an answer that are read: the model was asked for far fewer.
_MOST_CHARACTERS = 40_000

_MOST_QUOTED_CHARACTERS = 2_000

# The object around the list is left open: its objects are read one by one.
_OPENING = re.compile(r'\{\s*"[^"]{0,60}"\s*:\s*\[\s*(?=\{)')
_DECODER = json.JSONDecoder()
_DIGITS = re.compile(r"\d{1,4}")


@dataclass(frozen=True, slots=True)
class Statement:
    """Words that a model says to stand in a passage; `number` is the passage's, from 1, None where it tells none."""

    quotation: str
    number: int | None


def read_statements(pieces: Iterable[str]) -> Iterator[Statement | None]:
    """Yield the statements of an answer that comes in pieces, as soon as each is whole; None for each broken one."""
    return islice(_read_all(pieces), _MOST_STATEMENTS)


def _read_all(pieces: Iterable[str]) -> Iterator[Statement | None]:
    text, position = "", 0
    for piece in pieces:
        text += piece
        # An object ends with a brace: without one, nothing is whole that was not before.
        while "}" in piece and (found := _read_object(text, position)):
            value, position = found
            yield from _list_statements(value)
        # A model that repeats itself never ends by itself.
        if len(text) > _MOST_CHARACTERS:
            break
    while (start := text.find("{", position)) >= 0:
        if found := _read_object(text, position):
            value, position = found
            yield from _list_statements(value)
        else:
            # Broken: what follows it may be whole.
            position = start + 1
            yield None


def _read_object(text: str, position: int) -> tuple[Any, int] | None:
    """Return the next object with the position after it, None where it is not whole; that of a list is left open."""
    start = text.find("{", position)
    while start >= 0 and (opening := _OPENING.match(text, start)):
        start = opening.end()
    if start < 0:
        return None
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None


def _list_statements(value: Any) -> Iterator[Statement | None]:
    if not isinstance(value, dict):
        return
    # Whatever else the model adds, such as a sentence of its own, is not read.
    if QUOTATION_KEY in value:
        quotation = value[QUOTATION_KEY]
        is_text = isinstance(quotation, str) and quotation.strip() and len(quotation) <= _MOST_QUOTED_CHARACTERS
        yield Statement(quotation, _read_number(value.get(PASSAGE_KEY))) if is_text else None
        return
    # An object around the list that came whole: under whatever name the model gave the list.
    for inside in value.values():
        for each in inside if isinstance(inside, list) else ():
            if isinstance(each, dict):
                yield from _list_statements(each)


def _read_number(told: Any) -> int | None:
    """Return the number of a passage: models write 3, "3", "[3]" or [3]."""
    found = _DIGITS.search(json.dumps(told)) if told is not None else None
    return int(found.group()) if found else None
