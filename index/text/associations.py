"""Words that go together, learnt from the passages of the library, without any model or network.

Two words are associated by their positive pointwise mutual information over passages: how much oftener they occur
together than by chance (Church and Hanks, « Word association norms, mutual information, and lexicography », 1990).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

from index.text.analysis import STOP_WORDS, analyse_word, find_written_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from index.model import SampledPassage


# A word in fewer passages has occurred beside too few others.
_MIN_PASSAGES = 4


# A word in a larger share of the passages goes with everything.
_MAX_SHARE = 0.15


# The most frequent stems that are left; it bounds the number of pairs.
_MAX_STEMS = 3_000


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


MAX_NEIGHBOURS = 8


# Letters; shorter words are left out.
_MIN_LETTERS = 4


THEME_PREFIX = "theme:"
"""Stands before a theme's slug among the associations of a word; no word holds a colon."""


def compute_associations(sampled: Iterable[SampledPassage]) -> dict[str, tuple[str, ...]]:
    """Return for each stem the words, as most often written, and the themes that go with it, the closest first."""
    passages, written = _read_passages(sampled)
    kept = _select_stems(passages)
    logarithms = [0.0, *map(math.log, range(1, len(passages) + 1))]
    # For each stem, the passages that hold it: pairs are counted stem by stem, not in one table of all pairs.
    holding: defaultdict[str, list[list[str]]] = defaultdict(list)
    for stems in passages:
        told = [stem for stem in stems if stem in kept]
        for stem in told:
            holding[stem].append(told)
    return {
        # Of two forms written as often, always the same: sets of words have another order in each process.
        stem: tuple(max(written[other].items(), key=itemgetter(1, 0))[0] for _, other in closest)
        for stem, theirs in holding.items()
        if not stem.startswith(THEME_PREFIX) and (closest := _rank_neighbours(stem, theirs, kept, logarithms))
    }


def _rank_neighbours(
    stem: str, theirs: Iterable[Iterable[str]], kept: Mapping[str, int], logarithms: Sequence[float]
) -> list[tuple[float, str]]:
    """Return the scores and stems that go best with a stem; `theirs` are the stems of each of its passages.

    `logarithms` are those of 0 (any number) to the number of passages.
    """
    own, total = kept[stem], len(logarithms) - 1
    # Mutual information alone favours rare pairs: it is weighed by how often they occur together. Most pairs occur
    # together as chance has it: their score, which would not be positive, is not computed.
    scores = [
        (math.log(count * total / (own * kept[other])) * logarithms[count], other)
        for other, count in Counter(chain.from_iterable(theirs)).items()
        if count >= _MIN_COOCCURRENCES and count * total > own * kept[other] and other != stem
    ]
    # Sorted whole: of a hundred, that is quicker than to look for the first few.
    return sorted(scores, reverse=True)[:MAX_NEIGHBOURS]


def _read_passages(sampled: Iterable[SampledPassage]) -> tuple[list[set[str]], dict[str, dict[str, int]]]:
    """Return the stems and themes of each passage, and for each stem the number of passages of each of its forms."""
    stems = _StemCache()
    told = [(find_written_words(each.text), [f"{THEME_PREFIX}{slug}" for slug in each.themes]) for each in sampled]
    counts = Counter(chain.from_iterable(chain(words, themes) for words, themes in told))
    passages = [set(map(stems.__getitem__, words)).union(themes) - {_NO_STEM} for words, themes in told]
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
