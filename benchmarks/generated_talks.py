"""Talks over decks, made up with the second at which each slide comes: the truth that an aligner does not know.

A speaker says part of what slides and notes say, mostly common words otherwise, skips slides, comes back to some, swaps
two, and digresses. Words follow Zipf's law; those of one deck are shared by its slides in part.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.generated import words
from index.text import SlideText, SpokenText

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUBJECT, _OWN, _SHARED, _TITLE = 60, 14, 6, 4
"""Words that a deck's slides share; those of one slide alone, those that it takes of the former, those of its title."""

_RANKS, _COMMON = (60, 6_000), 800
_NOTED, _PLAIN = 30, 30
"""Words of notes: those of the slide, and common ones."""

_MINUTES, _MINUTES_A_SLIDE, _FEWEST = (10, 90), (1.2, 3.0), 5
_WORDS_A_SECOND, _PAUSE = 2.3, 4
_PASSAGE_SECONDS, _DIGRESSION_SECONDS, _WELCOME_SECONDS = (20.0, 40.0), (15, 45), (0, 60)
_SLIDE_SHARE = (0.12, 0.3)
"""The share of what is said over a slide that is of the slide or of its notes."""

_CHANCES = {
    "skipped": 0.08,
    "swapped": 0.5,
    "title read": 0.5,
    "digression": 0.15,
    "from notes": 0.6,
    "of the subject": 0.06,
    "pause": 0.03,
    "misheard": 0.12,
}


@dataclass(frozen=True, slots=True)
class Talk:
    """A deck, what is said over it, and when each slide comes (number, second), in the order of time."""

    slides: tuple[SlideText, ...]
    spoken: tuple[SpokenText, ...]
    starts: tuple[tuple[int, float], ...]
    seconds: float
    with_notes: bool
    digressions: tuple[tuple[float, float], ...] = ()
    """From when to when the speaker says what has nothing to do with the slide, which may leave the screen."""


def make_talk(seed: int) -> Talk:
    """A talk of 10 to 90 minutes; every second one has speaker's notes."""
    speaker = _Speaker(random.Random(seed))  # noqa: S311 - repeatable, no secret
    draw, with_notes = speaker.draw, seed % 2 == 0
    seconds = 60 * draw.uniform(*_MINUTES)
    count = max(_FEWEST, round(seconds / 60 / draw.uniform(*_MINUTES_A_SLIDE)))
    slides = tuple(speaker.make_slide(number, with_notes=with_notes) for number in range(1, count + 1))
    speaker.talk(draw.uniform(*_WELCOME_SECONDS), None, 0.0)
    order, starts = speaker.choose_order(count), []
    for number in order:
        starts.append((number, speaker.now))
        speaker.present(slides[number - 1], draw.uniform(0.4, 1.6) * seconds / len(order))
    return Talk(slides, tuple(speaker.join_words()), tuple(starts), speaker.now, with_notes, tuple(speaker.digressions))


@dataclass
class _Speaker:
    """Whoever talks: the words said so far, with their seconds."""

    draw: random.Random
    now: float = 0.0
    said: list[tuple[float, str]] = field(default_factory=list)
    digressions: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.vocabulary, self.weights = words()
        self.subject = self.draw.sample(self.vocabulary[slice(*_RANKS)], _SUBJECT)

    def happens(self, what: str) -> bool:
        return self.draw.random() < _CHANCES[what]

    def make_slide(self, number: int, *, with_notes: bool) -> SlideText:
        own = self.draw.sample(self.vocabulary[slice(*_RANKS)], _OWN) + self.draw.sample(self.subject, _SHARED)
        self.draw.shuffle(own)
        notes = self.draw.choices(own, k=_NOTED) + self.draw.choices(self.vocabulary[:_COMMON], k=_PLAIN)
        return SlideText(number, " ".join(own[:_TITLE]), " ".join(own[_TITLE:]), " ".join(notes) if with_notes else "")

    def choose_order(self, count: int) -> list[int]:
        """The slides as they are shown: some skipped, two swapped, some repeated later."""
        order = [number for number in range(1, count + 1) if number == 1 or not self.happens("skipped")]
        if len(order) >= _FEWEST and self.happens("swapped"):
            place = self.draw.randrange(1, len(order) - 1)
            order[place], order[place + 1] = order[place + 1], order[place]
        for _ in range(self.draw.randint(0, 2)):
            place = self.draw.randrange(2, len(order))
            if (back := self.draw.choice(order[: place - 1])) not in order[place - 1 : place + 1]:
                order.insert(place, back)
        return order

    def present(self, slide: SlideText, seconds: float) -> None:
        """Say something over a slide for so long."""
        until, share = self.now + seconds, self.draw.uniform(*_SLIDE_SHARE)
        if self.happens("title read"):
            for word in slide.title.split():
                self._say(word)
        if self.happens("digression"):
            self.talk(self.now + 0.3 * seconds, slide, share)
            began = self.now
            self.talk(self.now + self.draw.uniform(*_DIGRESSION_SECONDS), None, 0.0)
            self.digressions.append((began, self.now))
        self.talk(until, slide, share)

    def talk(self, until: float, slide: SlideText | None, share: float) -> None:
        """Go on until a second: so much of the slide, plain words otherwise."""
        while self.now < until:
            self._say(self._choose(slide, share))
            if self.happens("pause"):
                self.now += _PAUSE / _WORDS_A_SECOND

    def _say(self, word: str) -> None:
        self.said.append((self.now, word))
        self.now += 1 / _WORDS_A_SECOND

    def _choose(self, slide: SlideText | None, share: float) -> str:
        if slide and self.draw.random() < share:
            noted = slide.notes and self.happens("from notes")
            return self.draw.choice((slide.notes if noted else f"{slide.title} {slide.text}").split())
        if slide and self.happens("of the subject"):
            return self.draw.choice(self.subject)
        return self.draw.choices(self.vocabulary, cum_weights=self.weights)[0]

    def join_words(self) -> Iterator[SpokenText]:
        """What was said as passages of captions, some words misheard."""
        place = 0
        while place < len(self.said):
            start = self.said[place][0]
            until, end = start + self.draw.uniform(*_PASSAGE_SECONDS), place
            while end < len(self.said) and self.said[end][0] < until:
                end += 1
            text = [
                self.draw.choice(self.vocabulary) if self.happens("misheard") else word
                for _, word in self.said[place:end]
            ]
            yield SpokenText(start, self.said[end - 1][0] + 1 / _WORDS_A_SECOND, " ".join(text))
            place = end
