"""Completes a question that is being typed, and finds documents similar to another."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING

from index.engines import Query, Sort
from index.query import And, InTitle, Or, Prefix, Weighted, any_capitals
from index.text import (
    MAX_NEIGHBOURS,
    STOP_WORDS,
    THEME_PREFIX,
    Word,
    analyse_text,
    analyse_word,
    fold_accents,
    tokenise,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from index.catalogue import Catalogue
    from index.engines import Engine, Hit
    from index.generations import LiveIndex
    from index.model import Document, Event
    from index.query import Lexicon, Match
    from index.vocabulary import Vocabulary

_MAX_EVENTS, _MAX_TITLES, _MAX_ENTRIES, _MAX_WORDS = 3, 4, 3, 4
# Events that are read at each letter typed; older ones are found by a search.
_RECENT_EVENTS = 200
# Words with the typed beginning that are checked: some may have been hidden since the lexicon was read.
_MAX_CANDIDATES = 40

# Keywords of a document, by which similar ones are searched, and letters that each has at least.
_MAX_KEYWORDS = 15
_MIN_KEYWORD_LETTERS = 4
_FOLDED_STOP_WORDS = frozenset(map(fold_accents, STOP_WORDS))


class SuggestionKind(Enum):
    """Where a suggestion comes from."""

    EVENT = "rendez-vous"
    TITLE = "titre"
    VOCABULARY = "vocabulaire"
    WORD = "mot"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested question; `document_id` or `event_id` is what its title opens, both empty for other kinds."""

    text: str
    kind: SuggestionKind
    document_id: str = ""
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class SuggestionSources:
    """What suggestions are made from; they show only what `groups`, the asker's, may see."""

    engine: Engine
    catalogue: Catalogue
    vocabulary: Vocabulary
    lexicon: Lexicon
    groups: frozenset[str]


def complete_question(typed: str, sources: SuggestionSources) -> tuple[Suggestion, ...]:
    """Return completions of the text typed so far: recent events, titles, entries of the vocabulary, then words."""
    read = [token.word for token in tokenise(typed)]
    # After a space the next word has not been begun.
    if not read or typed[-1:].isspace():
        return ()
    found = (
        *_complete_from_events(read, sources),
        *_complete_from_titles(read, sources),
        *_complete_from_vocabulary(fold_accents(typed.strip()), sources.vocabulary),
        *_complete_last_word(typed, read[-1].exact, sources),
    )
    # Of equal texts the first one stays, since later ones are overwritten in reverse order.
    unique = {fold_accents(each.text): each for each in reversed(found)}
    return tuple(each for each in found if unique[fold_accents(each.text)] is each)


def _complete_from_events(read: list[Word], sources: SuggestionSources) -> list[Suggestion]:
    """Return the latest events whose type, title and date hold all words typed, the last of them begun."""
    complete, begun = {word.stem for word in read[:-1]}, read[-1].exact.lower()
    found: list[Suggestion] = []
    for event in sources.catalogue.events.list_latest(sources.groups, _RECENT_EVENTS):
        words = [token.word for token in tokenise(_describe_event(event, sources.vocabulary))]
        begins = any(word.exact.lower().startswith(begun) for word in words)
        if begins and complete <= {word.stem for word in words}:
            text = f"{event.title} ({event.date.label})"
            found.append(Suggestion(text, SuggestionKind.EVENT, event_id=event.id))
    return found[:_MAX_EVENTS]


def _describe_event(event: Event, vocabulary: Vocabulary) -> str:
    kind = vocabulary.event_types.get(event.type)
    return " ".join((kind.label if kind else "", event.title, event.date.label))


def _complete_from_vocabulary(start: str, vocabulary: Vocabulary) -> list[Suggestion]:
    labels = (
        *(each.label for each in vocabulary.themes.values()),
        *(each.label for each in vocabulary.territories.values()),
        *(each.letters for each in vocabulary.acronyms.values()),
    )
    begins = [label for label in labels if fold_accents(label).startswith(start)]
    return [Suggestion(label, SuggestionKind.VOCABULARY) for label in begins[:_MAX_ENTRIES]]


def _complete_from_titles(read: list[Word], sources: SuggestionSources) -> list[Suggestion]:
    match = And((*(InTitle(word) for word in read[:-1]), InTitle(any_capitals(read[-1].exact, Prefix))))
    # By date: among titles that begin alike a score says little, and computing one at each letter typed takes time.
    hits = _find_hits(match, sources, _MAX_TITLES, Sort.DATE)
    documents = sources.catalogue.documents.find_each([hit.document_id for hit in hits], sources.groups)
    return [
        Suggestion(documents[hit.document_id].title, SuggestionKind.TITLE, hit.document_id)
        for hit in hits
        if hit.document_id in documents
    ]


def _complete_last_word(typed: str, start: str, sources: SuggestionSources) -> Iterator[Suggestion]:
    before = typed[: len(typed) - len(typed.rsplit(maxsplit=1)[-1])]
    # The lexicon may be a minute old: what is hidden since must not show.
    words = sources.lexicon.find_by_prefix(start.lower(), _MAX_CANDIDATES)
    # Who types an acronym has typed all of it: « café » is no end of « CAF ».
    if start.isupper() or start.upper() in sources.vocabulary.words_in_capitals:
        words = tuple(word for word in words if word.isupper())
    known = (word for word in words if sources.engine.has_word(word, sources.groups))
    for word in islice(known, _MAX_WORDS):
        if fold_accents(word) != start.lower():
            yield Suggestion(f"{before}{word}", SuggestionKind.WORD)


def find_similar_ids(document: Document, sources: SuggestionSources, limit: int) -> tuple[str, ...]:
    """Return the ids of documents about the same subjects, found by the keywords of this one."""
    telling = _extract_keywords(document, sources)
    if not telling:
        return ()
    # One more than asked for: the document itself is found too.
    match = Or(tuple(Weighted(word, weight) for word, weight in telling))
    hits = _find_hits(match, sources, limit + 1)
    return tuple(hit.document_id for hit in hits if hit.document_id != document.id)[:limit]


def _find_hits(match: Match, sources: SuggestionSources, limit: int, sort: Sort = Sort.RELEVANCE) -> tuple[Hit, ...]:
    """Return the hits of a match, without facet counts and passages, which take longer than the search itself."""
    return sources.engine.search(
        Query(match, sources.groups, sort=sort, limit=limit, passages_per_document=0, facets=frozenset())
    ).hits


def _extract_keywords(document: Document, sources: SuggestionSources) -> list[tuple[Word, float]]:
    """Return the words that are frequent in a document and rare elsewhere, with weights from 0 to 1."""
    text = "\n".join(
        (
            document.title,
            *(f"{each.title}\n{each.text}" for each in sources.catalogue.documents.list_passages(document.id)),
        )
    )
    read = analyse_text(text)
    counts = Counter(zip(read.exact.split(), read.stem.split(), strict=True))
    # A word of this document alone finds no other one.
    scored = [
        (Word(exact, stem), math.log1p(count) / math.log1p(frequency))
        for (exact, stem), count in counts.items()
        if len(exact) >= _MIN_KEYWORD_LETTERS
        and exact not in _FOLDED_STOP_WORDS
        and (frequency := sources.lexicon.stem_frequency(stem)) > 1
    ]
    best = sorted(scored, key=lambda each: (-each[1], each[0].exact))[:_MAX_KEYWORDS]
    return [(word, score / best[0][1]) for word, score in best]


def _list_expressions(vocabulary: Vocabulary) -> Iterator[str]:
    for group in vocabulary.synonyms.values():
        yield from group
    for acronym in vocabulary.acronyms.values():
        yield from (acronym.letters, acronym.meaning, *acronym.aliases)
    for theme in vocabulary.themes.values():
        yield from (theme.label, *theme.aliases)
    for territory in vocabulary.territories.values():
        yield from (territory.label, *territory.aliases)


# Answers of `WordVisibility`, one for a word and a set of groups.
_MAX_CACHED_ANSWERS = 50_000


class WordVisibility:
    """Tells which words groups may see: by the words that are read, or else by the index, until it changes."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live
        self._cache: dict[tuple[str, frozenset[str]], bool] = {}
        self._index_state: tuple[Engine | None, int | None] = None, None

    def for_groups(self, engine: Engine, revision: int | None, groups: frozenset[str]) -> Callable[[str], bool]:
        """Return a predicate: whether these groups may see a word in this index, at this revision of it."""
        if words := self._live.words_at(engine, revision, groups):
            return lambda word: words.written_frequency(word) > 0
        if (engine, revision) != self._index_state:
            self._cache, self._index_state = {}, (engine, revision)
        # A local name: another thread may replace the cache once the index has changed.
        known = self._cache

        def is_visible(word: str) -> bool:
            seen = known.get((word, groups))
            if seen is None:
                seen = engine.has_word(word, groups)
                if len(known) < _MAX_CACHED_ANSWERS:
                    known[word, groups] = seen
            return seen

        return is_visible


def list_vocabulary_words(vocabulary: Vocabulary) -> Mapping[str, str]:
    """Return the expressions of the vocabulary that are one word, as they are written there, by their stem."""
    words: dict[str, str] = {}
    for expression in _list_expressions(vocabulary):
        if len(tokens := list(tokenise(expression))) == 1:
            words.setdefault(tokens[0].word.stem, expression)
    return words


def find_related_words(
    stems: Sequence[str], associations: Mapping[str, Sequence[str]], vocabulary_words: Mapping[str, str], limit: int
) -> tuple[str, ...]:
    """Return words of the vocabulary that go with any of the stems, first those that go with several.

    None of them has such a stem. `vocabulary_words` are those that may be proposed, by their stem: a stray word that
    stands beside others leads nowhere.
    """
    votes: Counter[str] = Counter()
    for stem in stems:
        for place, word in enumerate(associations.get(stem, ())):
            votes[word] += MAX_NEIGHBOURS - place
    asked = set(stems)
    ranked = (analyse_word(word).stem for word, _ in votes.most_common() if not word.startswith(THEME_PREFIX))
    return tuple(vocabulary_words[stem] for stem in ranked if stem in vocabulary_words and stem not in asked)[:limit]


def find_related_themes(stems: Sequence[str], associations: Mapping[str, Sequence[str]], limit: int) -> tuple[str, ...]:
    """Return the slugs of themes that go with any of the stems, first those that go with several."""
    votes = Counter(word for stem in stems for word in associations.get(stem, ()) if word.startswith(THEME_PREFIX))
    return tuple(word.removeprefix(THEME_PREFIX) for word, _ in votes.most_common(limit))
