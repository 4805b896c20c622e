"""WebVTT and SubRip captions: the spoken text with its times.

WebVTT: https://www.w3.org/TR/webvtt1/. SubRip has no specification; it is read as leniently as players read it.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from extractors.formats import Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.text import clean_text, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from extractors.model import Limits

# Hours are optional in WebVTT; SubRip writes a comma before the milliseconds.
_TIME = r"(?:(\d+):)?(\d+):(\d\d)[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
# Blocks that are no cues (WebVTT, 4.1).
_NOT_A_CUE = re.compile(r"(WEBVTT|NOTE|STYLE|REGION)(\s|\Z)")
_SPEAKER = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
# HTML-like tags of both formats, and SSA overrides « {\an8} », which some programs leave in SubRip.
_TAG = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
# A cue that follows the one before within these seconds may repeat its text: live captions scroll.
_TOUCHING_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class CaptionCue:
    """A cue of the file; times in seconds, `start` None where the timing cannot be parsed."""

    start: float | None
    end: float
    lines: tuple[str, ...]


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each cue, with its times; text that scrolls from cue to cue is kept once."""
    cues = list(_parse_cues(clean_text(read_text(path, limits))))
    sections = build_cue_sections(cues)
    unreadable = sum(cue.start is None for cue in cues)
    return Extraction(
        Format.CAPTIONS,
        sections,
        duration=max((section.end or 0 for section in sections), default=None),
        warnings=tuple(_list_warnings(unreadable, readable=bool(sections))),
    )


def _list_warnings(unreadable: int, *, readable: bool) -> Iterator[str]:
    if unreadable == 1:
        yield "Un sous-titre a un minutage illisible : il a été ignoré."
    elif unreadable:
        yield f"{unreadable} sous-titres ont un minutage illisible : ils ont été ignorés."
    elif not readable:
        yield "Aucun sous-titre n’a été trouvé dans ce fichier."


def _parse_cues(text: str) -> Iterator[CaptionCue]:
    """All cues in order. A block without a timing continues the cue before it, which a blank line cut in two."""
    waiting: CaptionCue | None = None
    for block in text.split("\n\n"):
        lines = block.strip("\n").split("\n")
        if _NOT_A_CUE.match(lines[0]):
            continue
        for timing, said in _split_by_timing(lines):
            if timing:
                if waiting is not None:
                    yield waiting
                waiting = _parse_cue(timing, said)
            elif waiting is not None:
                waiting = replace(waiting, lines=waiting.lines + clean_lines(said))
    if waiting is not None:
        yield waiting


def _split_by_timing(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each timing line of a block with the lines below it; the timing is "" where the block has none."""
    timings = [position for position, line in enumerate(lines) if "-->" in line]
    if not timings:
        yield "", lines
    for timing, following in pairwise([*timings, len(lines)]):
        said = lines[timing + 1 : following]
        # Without a blank line between two cues, the last line is the number of the next one.
        if following < len(lines) and said and said[-1].strip().isdigit():
            said.pop()
        yield lines[timing], said


def _parse_cue(timing: str, said: Iterable[str]) -> CaptionCue:
    match, lines = _TIMING.fullmatch(timing), clean_lines(said)
    if match is None:
        return CaptionCue(None, 0, lines)
    start, end = _to_seconds(*match.groups()[:4]), _to_seconds(*match.groups()[4:])
    # A cue that ends before it starts has a wrong timing: there is no second at which to open it.
    return CaptionCue(start if start <= end else None, end, lines)


def _to_seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def _strip_markup(line: str) -> str:
    # A fast path: most lines have no mark-up at all.
    if "<" in line or "{" in line or "&" in line:
        named = _SPEAKER.sub(lambda match: f"{match[1].strip()} : ", line)
        line = html.unescape(_TAG.sub("", named))
    return " ".join(line.split())


def build_cue_sections(cues: Iterable[CaptionCue]) -> tuple[Section, ...]:
    """One Section for each cue that says something new, numbered by the cue's place in the file."""
    return tuple(_merge_cues(cues))


def clean_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines without mark-up, speakers named in front (« Nom : »); lines left empty are dropped."""
    return tuple(filter(None, map(_strip_markup, lines)))


def _merge_cues(cues: Iterable[CaptionCue]) -> Iterator[Section]:
    """The Sections, one behind the cues: a cue that only extends the text before it is merged into its Section."""
    shown: tuple[str, ...] = ()
    waiting: Section | None = None
    for number, cue in enumerate(cues, 1):
        if cue.start is None or not cue.lines:
            continue
        touching = waiting is not None and cue.start <= (waiting.end or 0) + _TOUCHING_SECONDS
        fresh = cue.lines[_count_overlap(shown, cue.lines) if touching else 0 :]
        shown, text = cue.lines, "\n".join(fresh)
        if waiting is not None and touching and (not text or text.startswith(waiting.text + " ")):
            waiting = replace(waiting, text=text or waiting.text, end=max(cue.end, waiting.end or 0))
            continue
        if waiting is not None:
            yield waiting
        waiting = Section(SectionUnit.CUE, number, text, start=cue.start, end=cue.end)
    if waiting is not None:
        yield waiting


def _count_overlap(shown: tuple[str, ...], lines: tuple[str, ...]) -> int:
    """How many of the first `lines` are the last lines that were `shown`, and so say nothing new."""
    longest = min(len(shown), len(lines))
    return next((count for count in range(longest, 0, -1) if shown[-count:] == lines[:count]), 0)
