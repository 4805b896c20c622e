"""Finds words that go together (« voir aussi »), from the catalogue's passages alone, without a model or network.

Two words are associated by their positive pointwise mutual information over passages: how much more often they occur
together than by chance. (Church and Hanks, « Word association norms, mutual information, and lexicography », 1990.)
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from heapq import nlargest
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

from index.analysis import STOP_WORDS, analyse_text, analyse_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from index.catalogue import SampledPassage
    from index.engine import Engine

# A word in fewer passages has occurred beside too few others.
_MIN_PASSAGES = 4

# A word in a larger share of the passages goes with everything.
_MAX_SHARE = 0.15

# The most frequent stems that are left; it bounds the number of pairs.
_MAX_STEMS = 3_000

# Answers of `WordVisibility`, one for a word and a set of groups.
_MAX_CACHED_ANSWERS = 50_000

_VAGUE_WORDS = frozenset(
    """
    ainsi alors après aucun aucune aussi autre autres avant avoir beaucoup bien cela celle celles celui ceux chaque
    contre depuis deux dont donc doit doivent encore entre faire fait fois ici jamais lors même mieux moins nouveau
    nouvelle parce pendant permet peut peuvent plus plusieurs plutôt premier première puis quatre quelque quelques
    rien sans selon seul seule soit souvent sera tous tout toute toutes toujours trois très vers voir
    lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin juillet août septembre
    octobre novembre décembre
    """.split()  # noqa: SIM905 - a list would stand one word a line
)
"""Words that one may search for, but that say nothing beside others: days and months go with all that happened then."""

_IGNORED_WORDS = STOP_WORDS | _VAGUE_WORDS

# Passages: fewer may be chance.
_MIN_COOCCURRENCES = 3
_MAX_NEIGHBOURS = 8
# Letters; shorter words are left out.
_MIN_LETTERS = 4


THEME_PREFIX = "theme:"
"""Stands before a theme's slug among the associations of a word; no word holds a colon."""


def compute_associations(sampled: Iterable[SampledPassage]) -> dict[str, tuple[str, ...]]:
    """Return for each stem the words, as most often written, and the themes that go with it, the closest first."""
    passages, written = _read_passages(sampled)
    kept = _select_stems(passages)
    # For each stem, the passages that hold it: pairs are counted stem by stem, not in one table of all pairs.
    holding: defaultdict[str, list[list[str]]] = defaultdict(list)
    for stems in passages:
        told = [stem for stem in stems if stem in kept]
        for stem in told:
            holding[stem].append(told)
    return {
        stem: tuple(max(written[other].items(), key=itemgetter(1))[0] for _, other in closest)
        for stem, theirs in holding.items()
        if not stem.startswith(THEME_PREFIX) and (closest := _rank_neighbours(stem, theirs, kept, len(passages)))
    }


def _rank_neighbours(
    stem: str, theirs: Iterable[Iterable[str]], kept: Mapping[str, int], total: int
) -> list[tuple[float, str]]:
    """Return the scores and stems that go best with a stem; `theirs` are the stems of each of its passages."""
    scored = []
    for other, count in Counter(chain.from_iterable(theirs)).items():
        if count >= _MIN_COOCCURRENCES and other != stem:
            information = math.log(count * total / (kept[stem] * kept[other]))
            # Mutual information alone favours rare pairs: it is weighed by how often they occur together.
            score = information * math.log(count)
            if score > 0:
                scored.append((score, other))
    return nlargest(_MAX_NEIGHBOURS, scored)


class WordVisibility:
    """Caches which words groups may see, until the index changes."""

    def __init__(self) -> None:
        self._cache: dict[tuple[str, frozenset[str]], bool] = {}
        self._index_state: tuple[Engine | None, int | None] = None, None

    def for_groups(self, engine: Engine, revision: int | None, groups: frozenset[str]) -> Callable[[str], bool]:
        """Return a predicate: whether these groups may see a word in this index, at this revision of it."""
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


def find_related_words(stems: Sequence[str], associations: Mapping[str, Sequence[str]], limit: int) -> tuple[str, ...]:
    """Return words that go with any of the stems, first those that go with several; none of them has such a stem."""
    votes: Counter[str] = Counter()
    for stem in stems:
        for place, word in enumerate(associations.get(stem, ())):
            votes[word] += _MAX_NEIGHBOURS - place
    asked = set(stems)
    return tuple(
        word
        for word, _ in votes.most_common()
        if not word.startswith(THEME_PREFIX) and analyse_word(word).stem not in asked
    )[:limit]


def find_related_themes(stems: Sequence[str], associations: Mapping[str, Sequence[str]], limit: int) -> tuple[str, ...]:
    """Return the slugs of themes that go with any of the stems, first those that go with several."""
    votes = Counter(word for stem in stems for word in associations.get(stem, ()) if word.startswith(THEME_PREFIX))
    return tuple(word.removeprefix(THEME_PREFIX) for word, _ in votes.most_common(limit))


def _read_passages(sampled: Iterable[SampledPassage]) -> tuple[list[set[str]], dict[str, dict[str, int]]]:
    """Return the stems and themes of each passage, and for each stem the number of passages of each of its forms."""
    passages: list[set[str]] = []
    stems, counts = _StemCache(), Counter[str]()
    for passage in sampled:
        words = analyse_text(passage.text).written_words
        themes = {f"{THEME_PREFIX}{slug}" for slug in passage.themes}
        counts.update(words)
        counts.update(themes)
        passages.append({stems[word] for word in words} - {_NO_STEM} | themes)
    written: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for word, count in counts.items():
        written[word if word.startswith(THEME_PREFIX) else stems[word]][word] = count
    return passages, written


class _StemCache(dict[str, str]):
    """Caches the stem of each word, empty for words that associations leave out."""

    def __missing__(self, word: str) -> str:
        tells = word.isalpha() and len(word) >= _MIN_LETTERS and word not in _IGNORED_WORDS
        self[word] = analyse_word(word).stem if tells else _NO_STEM
        return self[word]


_NO_STEM = ""


def _select_stems(passages: Sequence[set[str]]) -> dict[str, int]:
    counts = Counter(stem for stems in passages for stem in stems)
    most = max(_MIN_PASSAGES, _MAX_SHARE * len(passages))
    middling = [(stem, count) for stem, count in counts.most_common() if _MIN_PASSAGES <= count <= most]
    return dict(middling[:_MAX_STEMS])
