"""Helping a person who types: completions of the question, words and themes that go with it, documents like another."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from index.analysis import STOP_WORDS, analyse, fold, streams, tokens
from index.engine import And, InTitle, Or, Prefix, Query, Sort, Weighted, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.catalogue import Catalogue
    from index.engine import Engine
    from index.model import Document
    from index.spelling import Lexicon
    from index.vocabulary import Vocabulary

_TITLES, _ENTRIES, _WORDS = 4, 3, 4
_TELLING_WORDS = 25
"""Words that tell what a document is about."""

_SHORTEST_TELLING = 4


class Kind(Enum):
    """Where a suggestion comes from."""

    TITLE = "titre"
    VOCABULARY = "vocabulaire"
    WORD = "mot"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A whole question that one may mean; `document_id` is the document whose title it is."""

    text: str
    kind: Kind
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """What is known of the library, and the groups of the person who asks: nothing else is told."""

    engine: Engine
    catalogue: Catalogue
    vocabulary: Vocabulary
    lexicon: Lexicon
    groups: frozenset[str]


def complete(typed: str, sources: Sources) -> tuple[Suggestion, ...]:
    """What a person who has typed so much may be about to ask: entries of the vocabulary, titles, then words."""
    read = [token.word for token in tokens(typed)]
    if not read or typed[-1:].isspace():
        return ()
    found = (
        *_entries(fold(typed.strip()), sources.vocabulary),
        *_titles(read, sources),
        *_last_words(typed, read[-1].exact, sources),
    )
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
    # The newest first: among titles that begin alike, no rank tells more, and none has to be worked out at each letter.
    hits = sources.engine.search(Query(match, sources.groups, sort=Sort.DATE, limit=_TITLES, passages=0)).hits
    documents = sources.catalogue.documents([hit.document_id for hit in hits], sources.groups)
    return [
        Suggestion(documents[hit.document_id].title, Kind.TITLE, hit.document_id)
        for hit in hits
        if hit.document_id in documents
    ]


def _last_words(typed: str, start: str, sources: Sources) -> Iterator[Suggestion]:
    before = typed[: len(typed) - len(typed.rsplit(maxsplit=1)[-1])]
    for word in sources.lexicon.beginning(start, _WORDS):
        # The lexicon is everyone's: a word that only hidden documents hold must not be told.
        if sources.engine.knows(word, sources.groups) and fold(word) != start:
            yield Suggestion(f"{before}{word}", Kind.WORD)


def more_like(document: Document, sources: Sources, limit: int) -> tuple[Document, ...]:
    """Documents about the same things, by the words that tell this one apart."""
    telling = _telling(document, sources)
    if not telling:
        return ()
    match = Or(tuple(Weighted(word, weight) for word, weight in telling))
    hits = sources.engine.search(Query(match, sources.groups, limit=limit + 1, passages=0)).hits
    found = sources.catalogue.documents([hit.document_id for hit in hits], sources.groups)
    others = (found[hit.document_id] for hit in hits if hit.document_id in found and hit.document_id != document.id)
    return tuple(others)[:limit]


def _telling(document: Document, sources: Sources) -> list[tuple[Word, float]]:
    """The words that are frequent in a document and rare elsewhere, with their weights, at most 1."""
    text = "\n".join(
        (document.title, *(f"{each.title}\n{each.text}" for each in sources.catalogue.passages(document.id)))
    )
    stop = {fold(word) for word in STOP_WORDS}
    counts = Counter(
        word for word in streams(text).exact.split() if len(word) >= _SHORTEST_TELLING and word not in stop
    )
    words = [analyse(exact) for exact, _ in counts.most_common(200)]
    frequencies = sources.engine.frequencies(words)
    scored = [
        (word, math.log1p(counts[word.exact]) / math.log1p(frequency))
        for word, frequency in zip(words, frequencies, strict=True)
        if frequency > 1
    ]
    best = sorted(scored, key=lambda each: (-each[1], each[0].exact))[:_TELLING_WORDS]
    return [(word, score / best[0][1]) for word, score in best]
