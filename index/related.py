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

from index.analysis import STOP_WORDS, analyse, streams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from index.catalogue import Sampled
    from index.engine import Engine

# A word in fewer passages has occurred beside too few others.
_LEAST_PASSAGES = 4

# A word in a larger share of the passages goes with everything.
_MOST_SHARE = 0.15

# The most frequent stems that are left; it bounds the number of pairs.
_MOST_WORDS = 3_000

# Answers of `WordVisibility`, one for a word and a set of groups.
_MOST_KNOWN = 50_000

_EMPTY = frozenset(
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

_UNTELLING = STOP_WORDS | _EMPTY

# Passages: fewer may be chance.
_LEAST_TOGETHER = 3
_NEIGHBOURS = 8
# Letters; shorter words are left out.
_SHORTEST = 4


THEME = "theme:"
"""Stands before a theme's slug among the associations of a word; no word holds a colon."""


def associations(sampled: Iterable[Sampled]) -> dict[str, tuple[str, ...]]:
    """Return for each stem the words, as most often written, and the themes that go with it, the closest first."""
    passages, written = _read(sampled)
    kept = _kept(passages)
    # For each stem, the passages that hold it: pairs are counted stem by stem, not in one table of all pairs.
    holding: defaultdict[str, list[list[str]]] = defaultdict(list)
    for stems in passages:
        told = [stem for stem in stems if stem in kept]
        for stem in told:
            holding[stem].append(told)
    return {
        stem: tuple(max(written[other].items(), key=itemgetter(1))[0] for _, other in closest)
        for stem, theirs in holding.items()
        if not stem.startswith(THEME) and (closest := _closest(stem, theirs, kept, len(passages)))
    }


def _closest(
    stem: str, theirs: Iterable[Iterable[str]], kept: Mapping[str, int], total: int
) -> list[tuple[float, str]]:
    """Return the scores and stems that go best with a stem; `theirs` are the stems of each of its passages."""
    scored = []
    for other, count in Counter(chain.from_iterable(theirs)).items():
        if count >= _LEAST_TOGETHER and other != stem:
            information = math.log(count * total / (kept[stem] * kept[other]))
            # Mutual information alone favours rare pairs: it is weighed by how often they occur together.
            score = information * math.log(count)
            if score > 0:
                scored.append((score, other))
    return nlargest(_NEIGHBOURS, scored)


class Sight:
    """Caches which words groups may see, until the index changes."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, frozenset[str]], bool] = {}
        self._of: tuple[Engine | None, int | None] = None, None

    def of(self, engine: Engine, revision: int | None, groups: frozenset[str]) -> Callable[[str], bool]:
        """Return a predicate: whether these groups may see a word in this index, at this revision of it."""
        if (engine, revision) != self._of:
            self._known, self._of = {}, (engine, revision)
        # A local name: another thread may replace the cache once the index has changed.
        known = self._known

        def sees(word: str) -> bool:
            seen = known.get((word, groups))
            if seen is None:
                seen = engine.knows(word, groups)
                if len(known) < _MOST_KNOWN:
                    known[word, groups] = seen
            return seen

        return sees


def related(stems: Sequence[str], known: Mapping[str, Sequence[str]], limit: int) -> tuple[str, ...]:
    """Return words that go with any of the stems, first those that go with several; none of them has such a stem."""
    votes: Counter[str] = Counter()
    for stem in stems:
        for place, word in enumerate(known.get(stem, ())):
            votes[word] += _NEIGHBOURS - place
    asked = set(stems)
    return tuple(
        word for word, _ in votes.most_common() if not word.startswith(THEME) and analyse(word).stem not in asked
    )[:limit]


def related_themes(stems: Sequence[str], known: Mapping[str, Sequence[str]], limit: int) -> tuple[str, ...]:
    """Return the slugs of themes that go with any of the stems, first those that go with several."""
    votes = Counter(word for stem in stems for word in known.get(stem, ()) if word.startswith(THEME))
    return tuple(word.removeprefix(THEME) for word, _ in votes.most_common(limit))


def _read(sampled: Iterable[Sampled]) -> tuple[list[set[str]], dict[str, dict[str, int]]]:
    """Return the stems and themes of each passage, and for each stem the number of passages of each of its forms."""
    passages: list[set[str]] = []
    stems, counts = _Stems(), Counter[str]()
    for passage in sampled:
        words = streams(passage.text).written
        themes = {f"{THEME}{slug}" for slug in passage.themes}
        counts.update(words)
        counts.update(themes)
        passages.append({stems[word] for word in words} - {_NONE} | themes)
    written: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for word, count in counts.items():
        written[word if word.startswith(THEME) else stems[word]][word] = count
    return passages, written


class _Stems(dict[str, str]):
    """Caches the stem of each word, empty for words that associations leave out."""

    def __missing__(self, word: str) -> str:
        tells = word.isalpha() and len(word) >= _SHORTEST and word not in _UNTELLING
        self[word] = analyse(word).stem if tells else _NONE
        return self[word]


_NONE = ""


def _kept(passages: Sequence[set[str]]) -> dict[str, int]:
    counts = Counter(stem for stems in passages for stem in stems)
    most = max(_LEAST_PASSAGES, _MOST_SHARE * len(passages))
    middling = [(stem, count) for stem, count in counts.most_common() if _LEAST_PASSAGES <= count <= most]
    return dict(middling[:_MOST_WORDS])
