"""WebVTT and SubRip captions: what is said, and when.

WebVTT: https://www.w3.org/TR/webvtt1/. SubRip has no specification; it is read as leniently as players read it.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from extractors.plain import clean
from extractors.sections import Extraction, Format, Section, Unit
from extractors.text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from extractors.limits import Limits

_TIME = r"(?:(\d+):)?(\d+):(\d\d)[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_ASIDE = re.compile(r"(WEBVTT|NOTE|STYLE|REGION)(\s|\Z)")
_SPEAKER = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
# Cues that touch this closely, in seconds, are taken for one text that scrolls.
_TOUCHING = 0.2


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue as written, in seconds; `start` is None where its timing cannot be read."""

    start: float | None
    end: float
    lines: tuple[str, ...]


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section a cue, with its seconds; what scrolls from cue to cue is kept once."""
    cues = list(_cues(clean(read_text(path, limits))))
    sections = cue_sections(cues)
    unreadable = sum(cue.start is None for cue in cues)
    return Extraction(
        Format.CAPTIONS,
        sections,
        duration=max((section.end or 0 for section in sections), default=None),
        warnings=tuple(_warnings(unreadable, readable=bool(sections))),
    )


def _warnings(unreadable: int, *, readable: bool) -> Iterator[str]:
    if unreadable == 1:
        yield "Un sous-titre a un minutage illisible : il a été ignoré."
    elif unreadable:
        yield f"{unreadable} sous-titres ont un minutage illisible : ils ont été ignorés."
    elif not readable:
        yield "Aucun sous-titre n’a été trouvé dans ce fichier."


def _cues(text: str) -> Iterator[Cue]:
    """Every cue in order; a block without a timing is the rest of the cue before it, which a blank line cut in two."""
    waiting: Cue | None = None
    for block in text.split("\n\n"):
        lines = block.strip("\n").split("\n")
        if _ASIDE.match(lines[0]):
            continue
        for timing, said in _timed(lines):
            if timing:
                if waiting is not None:
                    yield waiting
                waiting = _cue(timing, said)
            elif waiting is not None:
                waiting = replace(waiting, lines=waiting.lines + said_lines(said))
    if waiting is not None:
        yield waiting


def _timed(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each timing with what is said then; the timing is empty where the block has none."""
    timings = [position for position, line in enumerate(lines) if "-->" in line]
    if not timings:
        yield "", lines
    for timing, following in pairwise([*timings, len(lines)]):
        said = lines[timing + 1 : following]
        # The number of the next cue, where no blank line parts it from this one.
        if following < len(lines) and said and said[-1].strip().isdigit():
            said.pop()
        yield lines[timing], said


def _cue(timing: str, said: Iterable[str]) -> Cue:
    match, lines = _TIMING.fullmatch(timing), said_lines(said)
    if match is None:
        return Cue(None, 0, lines)
    start, end = _seconds(*match.groups()[:4]), _seconds(*match.groups()[4:])
    return Cue(start if start <= end else None, end, lines)


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def _plain(line: str) -> str:
    # Most lines have no mark-up at all.
    if "<" in line or "{" in line or "&" in line:
        named = _SPEAKER.sub(lambda match: f"{match[1].strip()} : ", line)
        line = html.unescape(_TAG.sub("", named))
    return " ".join(line.split())


def cue_sections(cues: Iterable[Cue]) -> tuple[Section, ...]:
    """The cues that say something new, each numbered by its place in the file."""
    return tuple(_sections(cues))


def said_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines without their mark-up, speakers named; those that are left empty are dropped."""
    return tuple(filter(None, map(_plain, lines)))


def _sections(cues: Iterable[Cue]) -> Iterator[Section]:
    shown: tuple[str, ...] = ()
    waiting: Section | None = None
    for number, cue in enumerate(cues, 1):
        if cue.start is None or not cue.lines:
            continue
        touching = waiting is not None and cue.start <= (waiting.end or 0) + _TOUCHING
        fresh = cue.lines[_overlap(shown, cue.lines) if touching else 0 :]
        shown, text = cue.lines, "\n".join(fresh)
        if waiting is not None and touching and (not text or text.startswith(waiting.text + " ")):
            waiting = replace(waiting, text=text or waiting.text, end=max(cue.end, waiting.end or 0))
            continue
        if waiting is not None:
            yield waiting
        waiting = Section(Unit.CUE, number, text, start=cue.start, end=cue.end)
    if waiting is not None:
        yield waiting


def _overlap(shown: tuple[str, ...], lines: tuple[str, ...]) -> int:
    """How many of the first lines were the last ones on screen already."""
    longest = min(len(shown), len(lines))
    return next((count for count in range(longest, 0, -1) if shown[-count:] == lines[:count]), 0)
