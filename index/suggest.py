"""Completes a question that is being typed, and finds documents similar to another."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING

from index.analysis import STOP_WORDS, fold, streams, tokens
from index.engine import And, InTitle, Or, Prefix, Query, Sort, Weighted, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.catalogue import Catalogue
    from index.engine import Engine, Hit, Match
    from index.model import Document
    from index.spelling import Lexicon
    from index.vocabulary import Vocabulary

_TITLES, _ENTRIES, _WORDS = 4, 3, 4
# Words with the typed beginning that are checked: the asker may not see all of them.
_LOOKED_AT = 40

# Keywords of a document, by which similar ones are searched, and letters that each has at least.
_TELLING_WORDS = 15
_SHORTEST_TELLING = 4
_STOP = frozenset(map(fold, STOP_WORDS))


class Kind(Enum):
    """Where a suggestion comes from."""

    TITLE = "titre"
    VOCABULARY = "vocabulaire"
    WORD = "mot"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested question; `document_id` is the document whose title it is, empty for other kinds."""

    text: str
    kind: Kind
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """What suggestions are made from; they show only what `groups`, the asker's, may see."""

    engine: Engine
    catalogue: Catalogue
    vocabulary: Vocabulary
    lexicon: Lexicon
    groups: frozenset[str]


def complete(typed: str, sources: Sources) -> tuple[Suggestion, ...]:
    """Return completions of the text typed so far: entries of the vocabulary, titles, then words."""
    read = [token.word for token in tokens(typed)]
    # After a space the next word has not been begun.
    if not read or typed[-1:].isspace():
        return ()
    found = (
        *_entries(fold(typed.strip()), sources.vocabulary),
        *_titles(read, sources),
        *_last_words(typed, read[-1].exact, sources),
    )
    # Of equal texts the first one stays, since later ones are overwritten in reverse order.
    unique = {fold(each.text): each for each in reversed(found)}
    return tuple(each for each in found if unique[fold(each.text)] is each)


def _entries(start: str, vocabulary: Vocabulary) -> list[Suggestion]:
    labels = (
        *(each.label for each in vocabulary.themes.values()),
        *(each.label for each in vocabulary.territories.values()),
        *(each.letters for each in vocabulary.acronyms.values()),
    )
    begins = [label for label in labels if fold(label).startswith(start)]
    return [Suggestion(label, Kind.VOCABULARY) for label in begins[:_ENTRIES]]


def _titles(read: list[Word], sources: Sources) -> list[Suggestion]:
    match = And((*(InTitle(word) for word in read[:-1]), InTitle(Prefix(read[-1].exact))))
    # By date: among titles that begin alike a score says little, and computing one at each letter typed takes time.
    hits = _alone(match, sources, _TITLES, Sort.DATE)
    documents = sources.catalogue.documents([hit.document_id for hit in hits], sources.groups)
    return [
        Suggestion(documents[hit.document_id].title, Kind.TITLE, hit.document_id)
        for hit in hits
        if hit.document_id in documents
    ]


def _last_words(typed: str, start: str, sources: Sources) -> Iterator[Suggestion]:
    before = typed[: len(typed) - len(typed.rsplit(maxsplit=1)[-1])]
    # The lexicon is that of all documents: a word that only hidden ones hold must neither show nor take a place.
    words = sources.lexicon.beginning(start, _LOOKED_AT)
    known = (word for word in words if sources.engine.knows(word, sources.groups))
    for word in islice(known, _WORDS):
        if fold(word) != start:
            yield Suggestion(f"{before}{word}", Kind.WORD)


def more_like(document: Document, sources: Sources, limit: int) -> tuple[str, ...]:
    """Return the ids of documents about the same subjects, found by the keywords of this one."""
    telling = _telling(document, sources)
    if not telling:
        return ()
    # One more than asked for: the document itself is found too.
    match = Or(tuple(Weighted(word, weight) for word, weight in telling))
    hits = _alone(match, sources, limit + 1)
    return tuple(hit.document_id for hit in hits if hit.document_id != document.id)[:limit]


def _alone(match: Match, sources: Sources, limit: int, sort: Sort = Sort.RELEVANCE) -> tuple[Hit, ...]:
    """Return the hits of a match, without facet counts and passages, which take longer than the search itself."""
    return sources.engine.search(
        Query(match, sources.groups, sort=sort, limit=limit, passages=0, counted=frozenset())
    ).hits


def _telling(document: Document, sources: Sources) -> list[tuple[Word, float]]:
    """Return the words that are frequent in a document and rare elsewhere, with weights from 0 to 1."""
    text = "\n".join(
        (document.title, *(f"{each.title}\n{each.text}" for each in sources.catalogue.passages(document.id)))
    )
    read = streams(text)
    counts = Counter(zip(read.exact.split(), read.stem.split(), strict=True))
    # A word of this document alone finds no other one.
    scored = [
        (Word(exact, stem), math.log1p(count) / math.log1p(frequency))
        for (exact, stem), count in counts.items()
        if len(exact) >= _SHORTEST_TELLING and exact not in _STOP and (frequency := sources.lexicon.kin(stem)) > 1
    ]
    best = sorted(scored, key=lambda each: (-each[1], each[0].exact))[:_TELLING_WORDS]
    return [(word, score / best[0][1]) for word, score in best]
