"""Makes the captions of a replay: what was said, cut into cues at the pace of a speaker."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indexer.demo.documents import Document
from indexer.demo.markup import Paragraph, Section
from indexer.demo.typography import DEMONSTRATION_MARK, spaced

_PIECE = re.compile(r"[^.,;:?!…]+[.,;:?!…]*\s*")
_LONGEST = 70  # two lines on the screen, at most six seconds
_SHORTEST = 45  # under this, a finished sentence waits for the next one
_CHARACTERS_A_SECOND = 12.5
_BREATH_MS = 350
_CHAPTER_BREATH_MS = 3500


@dataclass(frozen=True)
class Cue:
    """What is said between two moments, in milliseconds."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Chapter:
    """The part of a replay that comments one slide."""

    title: str
    cues: tuple[Cue, ...]


def chapters(sections: Iterable[Section]) -> tuple[Chapter, ...]:
    """Make the chapters, one for each section, one after the other, their cues in increasing time."""
    # Two seconds of silence first, in which the SubRip file shows its mark.
    moment, found = 2000, []
    for section in sections:
        cues = tuple(_timed(_spoken(section), moment))
        moment = cues[-1].end + _CHAPTER_BREATH_MS
        found.append(Chapter(section.title, cues))
    return tuple(found)


def write_webvtt(document: Document) -> bytes:
    """Give the captions as WebVTT, with a note, which no player shows, as a mark."""
    note = f"NOTE\n{DEMONSTRATION_MARK} – {spaced(document.title)}"
    cues = [f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{_lines(cue)}" for cue in _all_cues(document)]
    return ("\n\n".join(["WEBVTT", note, *cues]) + "\n").encode()


def write_subrip(document: Document) -> bytes:
    """Give the captions as SubRip, which has no notes: the mark is its first cue."""
    mark = Cue(0, 1900, f"[{DEMONSTRATION_MARK}]")
    cues = enumerate([mark, *_all_cues(document)], start=1)
    blocks = [f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{_lines(cue)}" for number, cue in cues]
    return ("\n\n".join(blocks) + "\n").encode()


def _all_cues(document: Document) -> list[Cue]:
    return [cue for chapter in chapters(document.sections) for cue in chapter.cues]


def _spoken(section: Section) -> str:
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


def _timed(speech: str, start: int) -> Iterator[Cue]:
    for text in _breaths(speech):
        # However short, a cue stays for two seconds: shorter ones cannot be read.
        end = start + max(2000, round(len(text) / _CHARACTERS_A_SECOND * 1000))
        yield Cue(start, end, text)
        start = end + _BREATH_MS


def _breaths(speech: str) -> Iterator[str]:
    """Cut a speech where a speaker would breathe: at punctuation, else between words."""
    held = ""
    for piece in (short for long in _PIECE.findall(speech) for short in _short(long)):
        finished = held.rstrip().endswith((".", "?", "!")) and len(held) >= _SHORTEST
        if held and (finished or len(held) + len(piece.rstrip()) > _LONGEST):
            yield held.strip()
            held = ""
        held += piece
    yield held.strip()


def _short(piece: str) -> list[str]:
    if len(piece.rstrip()) <= _LONGEST:
        return [piece]
    halves = len(piece) // _LONGEST + 1
    # Even lengths: a full cue followed by one lonely word is unpleasant to read.
    return [line + " " for line in textwrap.wrap(piece, min(_LONGEST, len(piece) // halves + 12))]


def _lines(cue: Cue) -> str:
    return "\n".join(textwrap.wrap(spaced(cue.text), 42, break_on_hyphens=False))


def _clock(moment: int, separator: str) -> str:
    seconds, milliseconds = divmod(moment, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{separator}{milliseconds:03}"
