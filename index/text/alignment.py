"""When each slide of a deck is spoken of in a recording, from words and, where a video shows slides, from its shots.

A hidden Markov model over bins of a few seconds: the state is the slide on the screen, and what is said in a bin is in
part drawn from the words of that slide. Slides mostly follow each other; some are skipped, some come back. A shot tells
how likely it shows each slide; while it lasts, no other one comes. The probability of each slide in each bin is found
forward and backward (Rabiner, « A tutorial on hidden Markov models », 1989).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from index.text.analysis import STOP_WORDS, analyse_word, find_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ALIGNER_VERSION = 2
"""Incremented whenever the same words would give other starts."""

BIN_SECONDS = 2.5
"""About six words: a change of slide is placed no better than this by words alone."""

LEAST_CONFIDENCE = 0.7
"""Below this mean probability nothing is said of a slide."""

_LEAST_EVIDENCE = 5.0
"""Nats by which the words of a slide must be likelier under it: two or three rare words."""

_SHARE_OF_SLIDE = 0.3
"""The share of what is said that is taken from the slide; a wrong value costs little."""

_PLAIN_TALK = 0.2
"""Nats a word by which plain talk is likelier before the first slide: a word of a slide every 8 s outweighs it."""

_TEMPER = 0.6
"""Words of one sentence go together: each tells less than if it came alone."""

_MOST_LEAVING = 0.2
_LEAVING_AT_SHOT, _LEAVING_WITHIN_SHOT = 0.8, 1e-6
"""How likely the slide changes where a shot begins that shows one, and while it lasts."""

_NEXT, _SKIP, _BACK = 0.86, 0.10, 0.04
"""Of the changes of slide, those to the next one, beyond it, and to an earlier one."""

_SKIP_DECAY, _BACK_DECAY = 0.5, 0.8
_FEWEST_SLIDES, _FEWEST_WORDS = 2, 20
_TITLE_WEIGHT = 2
_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class SlideText:
    """What a slide says: `number` counts from 1 in the deck."""

    number: int
    title: str
    text: str
    notes: str = ""


@dataclass(frozen=True, slots=True)
class SpokenText:
    """What is said from `start` to `end`, in seconds of the recording."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class ShotEvidence:
    """A shot of the video that begins at `start` and, for each slide in order, by how much likelier it shows it (nats).

    Without `evidence` it shows something else than slides.
    """

    start: float
    evidence: tuple[float, ...] = ()


@dataclass(slots=True)
class _Bin:
    """A stretch of the recording, the stems that are said in it, and the shot of which it is a part."""

    start: float
    seconds: float
    shot: ShotEvidence | None
    stems: set[str] = field(default_factory=set)

    @property
    def is_cut(self) -> bool:
        """Whether its shot begins with it."""
        return self.shot is not None and self.shot.start == self.start

    @property
    def shows_slide(self) -> bool:
        """Whether its shot shows a slide of the deck."""
        return self.shot is not None and bool(self.shot.evidence)


@dataclass(frozen=True, slots=True)
class SlideStart:
    """The second at which a slide begins to be spoken of, and how sure that is (0 to 1)."""

    number: int
    start: float
    confidence: float


def align_slides(
    slides: Sequence[SlideText], spoken: Sequence[SpokenText], shots: Sequence[ShotEvidence] = ()
) -> tuple[SlideStart, ...]:
    """The starts of the slides that are spoken of, or shown, with enough confidence, in the order of time.

    A slide that comes back has several. Empty where the deck has little to do with what is said and shown.
    """
    bins = _cut_bins(spoken, shots)
    texts = [_count_words(each) for each in slides]
    few_words = sum(len(each.stems) for each in bins) < _FEWEST_WORDS
    if len(slides) < _FEWEST_SLIDES or (few_words and not any(each.evidence for each in shots)):
        return ()
    weights = _weigh_words(texts, bins)
    # State 0 stands for the welcome before the first slide: nothing that is said there is expected to be on a slide.
    told = [
        [_PLAIN_TALK * len(each.stems), *(sum(known.get(word, 0.0) for word in each.stems) for known in weights)]
        for each in bins
    ]
    seen = [[0.0, *each.shot.evidence] if each.shot and each.shows_slide and each.is_cut else [] for each in bins]
    likelihoods = [_to_likelihoods(words, picture) for words, picture in zip(told, seen, strict=True)]
    chances = _find_probabilities(likelihoods, _list_leaving(bins, len(slides) + 1))
    gained = [
        [a + b for a, b in zip(words, picture, strict=True)] if picture else words
        for words, picture in zip(told, seen, strict=True)
    ]
    return tuple(_list_starts(slides, bins, gained, chances))


def _cut_bins(spoken: Sequence[SpokenText], shots: Sequence[ShotEvidence]) -> list[_Bin]:
    """The bins of a recording, cut where shots begin; words of a text are spread over its seconds by their place."""
    said = sorted(_place_stems(spoken))
    end = max(
        [second + BIN_SECONDS for second, _ in said[-1:]] + [each.start + BIN_SECONDS for each in shots], default=0
    )
    cuts = sorted({BIN_SECONDS * place for place in range(int(end / BIN_SECONDS) + 1)} | {each.start for each in shots})
    starts = [each.start for each in shots]
    bins = []
    for start, following in zip(cuts, [*cuts[1:], end + BIN_SECONDS], strict=True):
        shot = bisect_right(starts, start) - 1
        bins.append(_Bin(start, following - start, shots[shot] if shot >= 0 else None))
    for second, stem in said:
        bins[bisect_right(cuts, second) - 1].stems.add(stem)
    return bins


def _place_stems(spoken: Sequence[SpokenText]) -> Iterator[tuple[float, str]]:
    for each in spoken:
        length = max(1, len(each.text))
        for stem, place in _list_stems(each.text):
            yield max(0.0, each.start + (each.end - each.start) * place / length), stem


def _list_stems(text: str) -> Iterator[tuple[str, int]]:
    """The stems of a text that are no stop words, with their places."""
    for word, start, _ in find_words(text):
        if word not in STOP_WORDS:
            yield analyse_word(word).stem, start


def _count_words(slide: SlideText) -> Counter[str]:
    counted = Counter(word for word, _ in _list_stems(f"{slide.text}\n{slide.notes}"))
    for word, _ in _list_stems(slide.title):
        counted[word] += _TITLE_WEIGHT
    return counted


def _weigh_words(texts: Sequence[Counter[str]], bins: Sequence[_Bin]) -> list[dict[str, float]]:
    """For each slide, how much likelier its words are while it is shown (nats); other words are left out.

    What is said anyhow is judged by the recording and by the whole deck: words of every slide tell nothing.
    """
    anyhow = Counter(word for each in bins for word in each.stems)
    for each in texts:
        anyhow.update(each)
    total = sum(anyhow.values())
    weights = []
    for each in texts:
        size = sum(each.values())
        weights.append(
            {
                word: math.log(1 - _SHARE_OF_SLIDE + _SHARE_OF_SLIDE * (count / size) / (anyhow[word] / total))
                for word, count in each.items()
            }
        )
    return weights


def _to_likelihoods(words: Sequence[float], picture: Sequence[float]) -> list[float]:
    together = [_TEMPER * each for each in words]
    if picture:
        together = [a + b for a, b in zip(together, picture, strict=True)]
    most = max(together)
    return [math.exp(each - most) for each in together]


def _list_leaving(bins: Sequence[_Bin], states: int) -> list[float]:
    """How likely the slide changes where each bin begins."""
    # As many changes as slides are expected, whatever the length of the talk.
    often = min(_MOST_LEAVING, states * BIN_SECONDS / sum(each.seconds for each in bins))
    return [
        (_LEAVING_AT_SHOT if each.is_cut else _LEAVING_WITHIN_SHOT)
        if each.shows_slide
        else often * min(1.0, each.seconds / BIN_SECONDS)
        for each in bins
    ]


def _find_probabilities(likelihoods: Sequence[Sequence[float]], leaving: Sequence[float]) -> list[list[float]]:
    """The probability of each slide in each bin."""
    count = len(likelihoods[0])
    # A recording begins with the first slide, or with what comes before the deck.
    forward = [_normalise([_SKIP_DECAY**slide + _LEAST for slide in range(count)])]
    forward[0] = _normalise([a * b for a, b in zip(forward[0], likelihoods[0], strict=True)])
    for each, left in zip(likelihoods[1:], leaving[1:], strict=True):
        moved = _move(forward[-1], left)
        forward.append(_normalise([a * b for a, b in zip(moved, each, strict=True)]))
    backward = [1.0] * count
    chances = [forward[-1]]
    for place in range(len(likelihoods) - 2, -1, -1):
        seen = [a * b for a, b in zip(backward, likelihoods[place + 1], strict=True)]
        backward = _normalise(_move_back(seen, leaving[place + 1]))
        chances.append(_normalise([a * b for a, b in zip(forward[place], backward, strict=True)]))
    return chances[::-1]


def _move(chances: Sequence[float], leaving: float) -> list[float]:
    """The chances one bin later. Sums over all slides before and after are running ones: cost is linear."""
    count = len(chances)
    moved = [(1 - leaving) * each for each in chances]
    skipped = 0.0
    for slide in range(1, count):
        moved[slide] += leaving * (_NEXT * chances[slide - 1] + _SKIP * skipped)
        skipped = _SKIP_DECAY * skipped + (1 - _SKIP_DECAY) * chances[slide - 1]
    returned = 0.0
    for slide in range(count - 2, -1, -1):
        returned = _BACK_DECAY * returned + (1 - _BACK_DECAY) * chances[slide + 1]
        moved[slide] += leaving * _BACK * returned
    return moved


def _move_back(chances: Sequence[float], leaving: float) -> list[float]:
    """The same in the other direction of time: what each slide now makes of the chances one bin later."""
    count = len(chances)
    moved = [(1 - leaving) * each for each in chances]
    skipped = 0.0
    for slide in range(count - 2, -1, -1):
        moved[slide] += leaving * (_NEXT * chances[slide + 1] + _SKIP * skipped)
        skipped = _SKIP_DECAY * skipped + (1 - _SKIP_DECAY) * chances[slide + 1]
    returned = 0.0
    for slide in range(1, count):
        returned = _BACK_DECAY * returned + (1 - _BACK_DECAY) * chances[slide - 1]
        moved[slide] += leaving * _BACK * returned
    return moved


def _normalise(values: Iterable[float]) -> list[float]:
    kept = list(values)
    total = sum(kept)
    return [each / total for each in kept] if total > 0 else [1 / len(kept)] * len(kept)


def _list_starts(
    slides: Sequence[SlideText],
    bins: Sequence[_Bin],
    evidence: Sequence[Sequence[float]],
    chances: Sequence[Sequence[float]],
) -> Iterator[SlideStart]:
    """The stretches over which one slide is the likeliest, where that is sure enough."""
    best = [max(range(len(each)), key=each.__getitem__) for each in chances]
    last = 0
    for state, together in groupby(enumerate(best), key=itemgetter(1)):
        places = [place for place, _ in together]
        confidence = sum(chances[place][state] for place in places) / len(places)
        gained = sum(evidence[place][state] for place in places)
        if state == 0 or confidence < LEAST_CONFIDENCE or gained < _LEAST_EVIDENCE:
            continue
        # A stretch that doubt alone has cut goes on.
        if state != last:
            # A slide that is spoken of before it is shown begins when it is shown.
            first = next((place for place in places if bins[place].shows_slide), places[0])
            yield SlideStart(slides[state - 1].number, bins[first].start, confidence)
        last = state
