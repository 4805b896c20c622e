"""Detects near-duplicates by MinHash: texts that share most word sequences share most of their signatures."""

from __future__ import annotations

import heapq
import zlib
from typing import TYPE_CHECKING

from index.text.analysis import analyse_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.model import Document, Passage

# Hashes kept of a text: the standard error of a similarity is then 0.06 at most.
_SIGNATURE_SIZE = 64

# Words in a row that are compared: with fewer, any two texts of the field would be alike.
_SHINGLE_WORDS = 4

# A text of fewer sequences, such as a deck of titles, is too short to compare.
_MIN_SHINGLES = 40

NEAR_DUPLICATE_THRESHOLD = 0.7
"""The similarity from which two documents are taken for versions of one."""


def signature(passages: Iterable[Passage]) -> tuple[int, ...]:
    """Return the smallest hashes of a document's word sequences, in order; empty for a text too short to compare."""
    # CRC-32 is no cryptographic hash, but fast and the same in all processes, unlike Python's `hash` of texts.
    words = [word for passage in passages for word in analyse_text(passage.text).exact.lower().split()]
    runs = set(
        map(
            zlib.crc32, map(str.encode, map(" ".join, zip(*(words[at:] for at in range(_SHINGLE_WORDS)), strict=False)))
        )
    )
    return tuple(heapq.nsmallest(_SIGNATURE_SIZE, runs)) if len(runs) >= _MIN_SHINGLES else ()


def jaccard(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Return about the share of word sequences that two texts have in common, 0 to 1 (Jaccard, bottom-k sketches)."""
    common = {*one} & {*other}
    # Most documents have nothing in common, and need no sorting.
    if not common:
        return 0.0
    # Sorting so few is faster than `heapq.nsmallest`, and a page compares each document with those before it.
    union = sorted({*one, *other})[:_SIGNATURE_SIZE]
    return len(common & {*union}) / len(union)


def group_near_duplicates(documents: list[Document]) -> dict[str, tuple[Document, ...]]:
    """Return by id, for each document to show, those after it that say nearly the same and are shown under it."""
    # Each is compared with the documents shown only, at most a page of them.
    first: list[Document] = []
    alike: dict[str, list[Document]] = {}
    for document in documents:
        leader = next(
            (each for each in first if jaccard(each.signature, document.signature) >= NEAR_DUPLICATE_THRESHOLD), None
        )
        if leader:
            alike[leader.id].append(document)
        else:
            first.append(document)
            alike[document.id] = []
    return {id_: tuple(others) for id_, others in alike.items()}
