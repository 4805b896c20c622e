"""How well slides find their second, from words alone and from what videos show, on generated talks of known truth."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.generated_talks import make_talk
from benchmarks.generated_videos import FRAMES_A_SECOND, choose_look, write_pages, write_video
from benchmarks.report import Table, Target, figure
from extractors.frames import list_shots, match_shots, picture_pages
from index.text import ShotEvidence, align_slides

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.generated_talks import Talk
    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from index.text.alignment import SlideStart

_TALKS, _FIRST_SEED = 40, 1_000
"""Other talks than those on which the aligner was made."""

_FIRST_VIDEO = 3_000
_SMOOTH_FRAMES, _SMOOTH_SECONDS = 25, 1_500
"""What a meeting's software records: frames a second; one talk of at most so many seconds is filmed so."""

_NEAR_SECONDS, _FRAME_SECONDS = 15.0, 2.0
_MOST_WRONG, _MOST_WRONG_SHOWN, _MOST_FALSE = 0.1, 0.02, 0.02


def run(bench: Workbench) -> Iterator[Finding]:
    """Starts near theirs, and starts where the slide is not shown: within 15 seconds by words, 2 with a video."""
    yield from _measure_words(bench)
    yield from _measure_frames(bench)


def _measure_words(bench: Workbench) -> Iterator[Finding]:
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


def _measure_frames(bench: Workbench) -> Iterator[Finding]:
    seeds = range(_FIRST_VIDEO, _FIRST_VIDEO + bench.of(_TALKS, 1))
    filmed = [_film(seed, FRAMES_A_SECOND) for seed in seeds]
    shown = sum(each.shown for each in filmed)
    stated, false = sum(each.stated for each in filmed), sum(each.false for each in filmed)
    right = sum(each.right for each in filmed)
    yield Table(
        f"{len(filmed)} generated videos, words and frames",
        ("", ""),
        (
            ("slides shown", f"{shown}"),
            ("start within 2 s, %", figure(100 * right / shown)),
            ("the same, frames alone, %", figure(100 * sum(each.right_alone for each in filmed) / shown)),
            ("starts stated", f"{stated}"),
            ("of these, where the slide is not shown (2 s around), %", figure(100 * false / max(1, stated))),
            ("the same, frames alone, starts", f"{sum(each.false_alone for each in filmed)}"),
            ("processor a minute of video, median, s", figure(statistics.median(each.looking for each in filmed))),
            ("processor of matching, median, s", figure(statistics.median(each.matching for each in filmed))),
        ),
    )
    yield Target("slides of a video whose start is not within 2 s", 1 - right / shown, _MOST_WRONG_SHOWN, "%")
    yield Target("starts of a video where the slide is not shown", false / max(1, stated), _MOST_FALSE, "%")
    short = [seed for seed in seeds if make_talk(seed).seconds <= _SMOOTH_SECONDS]
    for smooth in (_film(seed, _SMOOTH_FRAMES) for seed in short[:1]):
        yield Table(
            f"A generated video at {_SMOOTH_FRAMES} frames a second",
            ("", ""),
            (
                ("slides shown", f"{smooth.shown}"),
                ("start within 2 s", f"{smooth.right}"),
                ("processor a minute of video, s", figure(smooth.looking)),
            ),
        )


class _Filmed(NamedTuple):
    """What was found in one video; `looking` is processor seconds a minute of it, `matching` processor seconds."""

    shown: int
    stated: int
    right: int
    false: int
    right_alone: int
    false_alone: int
    looking: float
    matching: float


def _film(seed: int, frames_a_second: int) -> _Filmed:
    talk = make_talk(seed)
    look = choose_look(talk, seed)
    with tempfile.TemporaryDirectory() as name:
        video = Path(name) / "video.mkv"
        write_video(talk, look, video, frames_a_second)
        pages = picture_pages(write_pages(talk, look, Path(name)))
        started = time.process_time()
        shots = list_shots(video)
        looked = time.process_time()
        shown = match_shots(shots, pages)
        matched = time.process_time()
    evidence = [ShotEvidence(each.start, each.evidence) for each in shown]
    both, alone = (align_slides(talk.slides, spoken, evidence) for spoken in (talk.spoken, ()))
    return _Filmed(
        shown=len(talk.starts),
        stated=len(both),
        right=count_right(talk, both, _FRAME_SECONDS),
        false=count_false(talk, both, _FRAME_SECONDS),
        right_alone=count_right(talk, alone, _FRAME_SECONDS),
        false_alone=count_false(talk, alone, _FRAME_SECONDS),
        looking=(looked - started) / talk.seconds * 60,
        matching=matched - looked,
    )


def count_right(talk: Talk, found: tuple[SlideStart, ...], near: float = _NEAR_SECONDS) -> int:
    """How many slides of a talk have a start within `near` seconds of theirs."""
    return sum(
        any(each.number == number and abs(each.start - second) <= near for each in found)
        for number, second in talk.starts
    )


def count_false(talk: Talk, found: tuple[SlideStart, ...], near: float = _NEAR_SECONDS) -> int:
    """How many starts are of a slide that is not shown then, nor within `near` seconds."""
    ends = [*(second for _, second in talk.starts[1:]), talk.seconds]
    return sum(
        not any(
            each.number == number and start - near <= each.start <= end + near
            for (number, start), end in zip(talk.starts, ends, strict=True)
        )
        for each in found
    )
