"""Telling near-duplicates: two texts that share most of their word sequences share most of their sketch."""

from __future__ import annotations

import heapq
import zlib
from typing import TYPE_CHECKING

from index.analysis import streams

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.model import Document, Passage

_SIZE = 64
_RUN = 4
"""Words in a row that are compared: fewer would find any two texts of the field alike."""

_LEAST_RUNS = 40
"""A text of fewer runs, such as a deck of titles, is too short to tell."""

ALIKE = 0.7
"""Share of common sketch above which two documents are versions of one."""


def sketch(passages: Iterable[Passage]) -> tuple[int, ...]:
    """The smallest hashes of a document's runs of words, in order; empty for a text too short to compare."""
    words = [word for passage in passages for word in streams(passage.text).exact.split()]
    runs = set(map(zlib.crc32, map(str.encode, map(" ".join, zip(*(words[at:] for at in range(_RUN)), strict=False)))))
    return tuple(heapq.nsmallest(_SIZE, runs)) if len(runs) >= _LEAST_RUNS else ()


def likeness(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The share of runs that two documents have in common, about (Jaccard's, by bottom-k sketches): 0 to 1."""
    common = {*one} & {*other}
    # Most documents have nothing in common: the rest of the sum is spared.
    if not common:
        return 0.0
    union = heapq.nsmallest(_SIZE, {*one, *other})
    return len(common & {*union}) / len(union)


def leaders(documents: list[Document]) -> dict[str, tuple[Document, ...]]:
    """The documents to show, each with those after it that say nearly the same and are shown under it."""
    first: list[Document] = []
    alike: dict[str, list[Document]] = {}
    for document in documents:
        leader = next((each for each in first if likeness(each.sketch, document.sketch) >= ALIKE), None)
        if leader:
            alike[leader.id].append(document)
        else:
            first.append(document)
            alike[document.id] = []
    return {id_: tuple(others) for id_, others in alike.items()}
