"""Slides and the seconds at which they are spoken of, from words alone."""

from __future__ import annotations

import random

import pytest

from benchmarks.bench_alignment import count_false, count_right
from benchmarks.generated import words
from benchmarks.generated_talks import make_talk
from index.text import SlideText, SpokenText, align_slides


def show_in_order(*numbers: int) -> tuple[tuple[SlideText, ...], tuple[SpokenText, ...]]:
    """Five slides of words of their own, and three minutes of talk over each of these, in their order."""
    vocabulary, weights = words()
    draw = random.Random(7)  # noqa: S311
    own = {number: vocabulary[500 + 20 * number : 515 + 20 * number] for number in range(1, 6)}
    slides = tuple(SlideText(number, " ".join(each[:3]), " ".join(each[3:])) for number, each in own.items())
    spoken = []
    for place, number in enumerate(numbers):
        for start in range(180 * place, 180 * place + 180, 30):
            said = [
                draw.choice(own[number]) if draw.random() < 0.2 else draw.choices(vocabulary, cum_weights=weights)[0]
                for _ in range(70)
            ]
            spoken.append(SpokenText(start, start + 30, " ".join(said)))
    return slides, tuple(spoken)


@pytest.mark.parametrize(
    "order", [(1, 2, 3, 4, 5), (1, 2, 4, 5), (1, 3, 2, 4, 5), (1, 2, 3, 2, 4)], ids=["all", "skip", "swap", "return"]
)
def test_slides_are_found_where_the_speaker_goes(order: tuple[int, ...]) -> None:
    """Each starts where its words begin; slides are skipped, swapped, and come back."""
    found = align_slides(*show_in_order(*order))
    assert tuple(each.number for each in found) == order
    assert [each.start for each in found] == pytest.approx([180 * place for place in range(len(order))], abs=15)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_generated_talks(seed: int) -> None:
    """Nine starts in ten are within fifteen seconds, hardly any is false."""
    talk = make_talk(seed)
    found = align_slides(talk.slides, talk.spoken)
    assert count_right(talk, found) >= 0.85 * len(talk.starts)
    assert count_false(talk, found) <= 2


def test_another_deck_says_nothing() -> None:
    """What has nothing to do with what is said has no minute."""
    assert align_slides(make_talk(3).slides, make_talk(4).spoken) == ()


@pytest.mark.parametrize(
    ("slides", "spoken"),
    [
        ((), show_in_order(1)[1]),
        (show_in_order(1)[0], ()),
        (show_in_order(1)[0][:1], show_in_order(1)[1]),
        ((SlideText(1, "", ""), SlideText(2, "", "")), show_in_order(1)[1]),
    ],
    ids=["no slide", "no word", "one slide", "slides without words"],
)
def test_nothing_is_made_of_nothing(slides: tuple[SlideText, ...], spoken: tuple[SpokenText, ...]) -> None:
    """Too little to compare gives no chapter, and no error."""
    assert align_slides(slides, spoken) == ()


def test_wrong_times_do_no_harm() -> None:
    """A cue that ends before it starts, or starts before zero, is put somewhere."""
    slides, spoken = show_in_order(1, 2)
    wrong = tuple(SpokenText(each.end - 40, each.start - 50, each.text) for each in spoken)
    assert all(each.start >= 0 for each in align_slides(slides, wrong))
