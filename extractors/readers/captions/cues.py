"""Cues, in whatever format they were written: their text without mark-up, and the Sections that they make."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from extractors.model import Section, SectionUnit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_SPEAKER = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>", re.IGNORECASE)
# The tags of WebVTT, those of HTML that SubRip borrows, and the times inside a cue. Any other « < » is text.
_TAG = re.compile(
    r"</?(?:[bciusv]|lang|ruby|rt|font|span|em|strong|tt|p|div)(?:[.\s][^<>]*)?/?>|<[\d:.]+>", re.IGNORECASE
)
_LINE_BREAK = re.compile(r"<br\s*/?>|\[br\]", re.IGNORECASE)
# SSA overrides « {\an8} », which some programs leave in SubRip; a drawing stands between « {\p1} » and « {\p0} ».
_DRAWING = r"\{[^{}]*\\p[1-9][^{}]*\}.*?(?:\{[^{}]*\\p0[^{}]*\}|\Z)"
_OVERRIDE = re.compile(rf"{_DRAWING}|\{{\\[^{{}}]*\}}", re.DOTALL)
# A cue that follows the one before within these seconds may repeat its text: live captions scroll.
_TOUCHING_SECONDS = 0.2
# Fewer words that come twice are how people speak.
_FEWEST_REPEATED_WORDS = 3


@dataclass(frozen=True, slots=True)
class CaptionCue:
    """A cue of the file; times in seconds, `start` None where the timing cannot be parsed."""

    start: float | None
    end: float
    lines: tuple[str, ...]


def remove_overrides(text: str) -> str:
    r"""The text of an SSA event: without overrides and drawings, its breaks « \N » made line ends."""
    text = _OVERRIDE.sub("", text)
    return text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")


def clean_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines without mark-up, speakers named in front (« Nom : »); lines left empty are dropped."""
    cleaned = list[str]()
    for line in lines:
        # A fast path: most lines have no mark-up at all.
        if "<" in line or "{" in line or "&" in line or "[" in line:
            cleaned.extend(map(_strip_markup, _LINE_BREAK.split(line)))
        else:
            cleaned.append(" ".join(line.split()))
    return tuple(filter(None, cleaned))


def _strip_markup(line: str) -> str:
    named = _SPEAKER.sub(lambda match: f"{match[1].strip()} : ", line)
    return " ".join(html.unescape(_TAG.sub("", _OVERRIDE.sub("", named))).split())


def build_cue_sections(cues: Iterable[CaptionCue]) -> tuple[Section, ...]:
    """One Section for each cue that says something new, numbered by the cue's place in the file."""
    return tuple(_merge_cues(cues))


def _merge_cues(cues: Iterable[CaptionCue]) -> Iterator[Section]:
    """The Sections, one behind the cues: a cue that only extends the text before it is merged into its Section."""
    shown: tuple[str, ...] = ()
    waiting: Section | None = None
    for number, cue in enumerate(cues, 1):
        if cue.start is None or not cue.lines:
            continue
        touching = waiting is not None and cue.start <= (waiting.end or 0) + _TOUCHING_SECONDS
        text, grows = _remove_shown(shown, cue.lines) if touching else ("\n".join(cue.lines), False)
        shown = cue.lines
        if waiting is not None and touching and (grows or not text):
            waiting = replace(waiting, text=f"{waiting.text} {text}".strip(), end=max(cue.end, waiting.end or 0))
            continue
        if waiting is not None:
            yield waiting
        waiting = Section(SectionUnit.CUE, number, text, start=cue.start, end=cue.end)
    if waiting is not None:
        yield waiting


def _remove_shown(shown: tuple[str, ...], lines: tuple[str, ...]) -> tuple[str, bool]:
    """What the lines add to those shown before them, and whether they repeat all of these and go on.

    Captions scroll by whole lines or by a few words, or grow word by word.
    """
    if repeated := _count_overlap(shown, lines):
        return "\n".join(lines[repeated:]), False
    text = " ".join(shown)
    # Most cues say something new altogether.
    if lines[0].split(" ", 1)[0] not in text:
        return "\n".join(lines), False
    before, words = text.split(), " ".join(lines).split()
    count = _count_overlap(before, words)
    grows = bool(before) and count == len(before)
    dropped = count if grows or count >= _FEWEST_REPEATED_WORDS else 0
    return "\n".join(_drop_words(lines, dropped) if dropped else lines), grows


def _drop_words(lines: Iterable[str], count: int) -> Iterator[str]:
    """The lines without their first words; those left empty are dropped."""
    for line in lines:
        words = line.split()
        if len(words) > count:
            yield " ".join(words[count:])
        count = max(0, count - len(words))


def _count_overlap(shown: Sequence[str], lines: Sequence[str]) -> int:
    """How many of the first `lines` are the last that were `shown`, and so say nothing new."""
    if lines[0] not in shown:
        return 0
    longest = min(len(shown), len(lines))
    return next((count for count in range(longest, 0, -1) if shown[-count:] == lines[:count]), 0)
