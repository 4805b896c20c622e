"""How well slides find their second from words alone, on generated talks whose truth is known."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from benchmarks.generated_talks import make_talk
from benchmarks.report import Table, Target, figure
from index.text import align_slides

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.generated_talks import Talk
    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from index.text.alignment import SlideStart

_TALKS, _FIRST_SEED = 40, 1_000
"""Other talks than those on which the aligner was made."""

_NEAR_SECONDS = 15.0
_MOST_WRONG, _MOST_FALSE = 0.1, 0.02


def run(bench: Workbench) -> Iterator[Finding]:
    """Starts within 15 seconds, and starts where the slide is not shown."""
    right = false = stated = shown = 0
    by_notes: dict[bool, list[float]] = {True: [], False: []}
    spent = []
    for seed in range(_FIRST_SEED, _FIRST_SEED + bench.of(_TALKS, 2)):
        talk = make_talk(seed)
        started = time.process_time()
        found = align_slides(talk.slides, talk.spoken)
        spent.append(time.process_time() - started)
        near = count_right(talk, found)
        right, shown, stated = right + near, shown + len(talk.starts), stated + len(found)
        false += count_false(talk, found)
        by_notes[talk.with_notes].append(100 * near / len(talk.starts))
    strangers = sum(
        len(align_slides(make_talk(seed).slides, make_talk(seed + 500).spoken))
        for seed in range(_FIRST_SEED, _FIRST_SEED + bench.of(10, 1))
    )
    yield Table(
        f"{len(spent)} generated talks, words alone",
        ("", ""),
        (
            ("slides shown", f"{shown}"),
            ("start within 15 s, %", figure(100 * right / shown)),
            ("the same, talks with notes, mean %", figure(statistics.mean(by_notes[True]))),
            ("the same, talks without notes, mean %", figure(statistics.mean(by_notes[False] or [0.0]))),
            ("starts stated", f"{stated}"),
            ("of these, where the slide is not shown (15 s around), %", figure(100 * false / max(1, stated))),
            ("starts stated for decks of other talks", f"{strangers}"),
            ("processor a talk, slowest, s", figure(max(spent))),
        ),
    )
    yield Target("slides whose start is not within 15 s", 1 - right / shown, _MOST_WRONG, "%")
    yield Target("starts where the slide is not shown", false / max(1, stated), _MOST_FALSE, "%")


def count_right(talk: Talk, found: tuple[SlideStart, ...]) -> int:
    """How many slides of a talk have a start within 15 seconds of theirs."""
    return sum(
        any(each.number == number and abs(each.start - second) <= _NEAR_SECONDS for each in found)
        for number, second in talk.starts
    )


def count_false(talk: Talk, found: tuple[SlideStart, ...]) -> int:
    """How many starts are of a slide that is not shown then, nor within 15 seconds."""
    ends = [*(second for _, second in talk.starts[1:]), talk.seconds]
    return sum(
        not any(
            each.number == number and start - _NEAR_SECONDS <= each.start <= end + _NEAR_SECONDS
            for (number, start), end in zip(talk.starts, ends, strict=True)
        )
        for each in found
    )
