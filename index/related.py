"""Words that go together: « voir aussi », learnt from the passages of the catalogue, without any model or network.

Two words are related by their positive pointwise mutual information over passages: how much oftener they meet than
chance would have it. (Church and Hanks, « Word association norms, mutual information, and lexicography », 1990.)
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

_LEAST_PASSAGES = 4
"""A word that stands in fewer passages has met too few others to tell."""

_MOST_SHARE = 0.15
"""A word that stands in more of the passages goes with everything."""

_MOST_WORDS = 3_000
_MOST_KNOWN = 50_000
"""Words, by who may see them, that are remembered."""

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
"""Words that are worth finding and lead nowhere; days and months go with all that took place then."""

_UNTELLING = STOP_WORDS | _EMPTY

_LEAST_TOGETHER = 3
_NEIGHBOURS = 8
_SHORTEST = 4


THEME = "theme:"
"""What stands before a theme's slug among the words that go with a word: no word holds a colon."""


def associations(sampled: Iterable[Sampled]) -> dict[str, tuple[str, ...]]:
    """By stem, the written words and the themes that go with it, the closest first."""
    passages, written = _read(sampled)
    kept = _kept(passages)
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
    """What goes best with a stem, of all that its passages hold, with its score."""
    scored = []
    for other, count in Counter(chain.from_iterable(theirs)).items():
        if count >= _LEAST_TOGETHER and other != stem:
            information = math.log(count * total / (kept[stem] * kept[other]))
            # Rare pairs are overrated by information alone: it is weighed by how often they met.
            score = information * math.log(count)
            if score > 0:
                scored.append((score, other))
    return nlargest(_NEIGHBOURS, scored)


class Sight:
    """Which words askers may see, each looked up once as long as the index stays as it is."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, frozenset[str]], bool] = {}
        self._of: tuple[Engine | None, int | None] = None, None

    def of(self, engine: Engine, revision: int | None, groups: frozenset[str]) -> Callable[[str], bool]:
        """Whether these groups may see a word, in an index that has learnt up to a revision."""
        if (engine, revision) != self._of:
            self._known, self._of = {}, (engine, revision)
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
    """Words that go with all of a question's words, those that go with several of them first."""
    votes: Counter[str] = Counter()
    for stem in stems:
        for place, word in enumerate(known.get(stem, ())):
            votes[word] += _NEIGHBOURS - place
    asked = set(stems)
    return tuple(
        word for word, _ in votes.most_common() if not word.startswith(THEME) and analyse(word).stem not in asked
    )[:limit]


def related_themes(stems: Sequence[str], known: Mapping[str, Sequence[str]], limit: int) -> tuple[str, ...]:
    """The slugs of the themes that go with a question's words, those that go with several of them first."""
    votes = Counter(word for stem in stems for word in known.get(stem, ()) if word.startswith(THEME))
    return tuple(word.removeprefix(THEME) for word, _ in votes.most_common(limit))


def _read(sampled: Iterable[Sampled]) -> tuple[list[set[str]], dict[str, dict[str, int]]]:
    """Each passage's stems and themes, and by stem the forms in which it was written."""
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
    """The stem of each word that tells something, worked out once; nothing for the others."""

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
