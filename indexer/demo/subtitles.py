"""Makes the captions of a replay: what was said, cut into cues at the pace of a speaker."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indexer.demo.notation import DemoSection, PlainParagraph
from indexer.demo.sources import DemoDocument
from indexer.demo.typesetting import DEMONSTRATION_MARK, add_hard_spaces

_CLAUSE = re.compile(r"[^.,;:?!…]+[.,;:?!…]*\s*")
_MOST_CHARACTERS = 70  # two lines on the screen, at most six seconds
_LEAST_CHARACTERS = 45  # under this, a finished sentence waits for the next one
_CHARACTERS_A_SECOND = 12.5
_PAUSE_MS = 350
_CHAPTER_PAUSE_MS = 3500

SILENCE_MS = 2000
"""Milliseconds before anybody speaks, in which the SubRip file shows its mark, and the video the cover of its deck."""


@dataclass(frozen=True)
class ReplayCue:
    """What is said between two moments, in milliseconds."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class ReplayChapter:
    """The part of a replay that comments one slide."""

    title: str
    cues: tuple[ReplayCue, ...]


def make_chapters(sections: Iterable[DemoSection]) -> tuple[ReplayChapter, ...]:
    """Make the chapters, one for each section, one after the other, their cues in increasing time."""
    moment, found = SILENCE_MS, []
    for section in sections:
        cues = tuple(_time_cues(_speech_text(section), moment))
        moment = cues[-1].end + _CHAPTER_PAUSE_MS
        found.append(ReplayChapter(section.title, cues))
    return tuple(found)


def write_webvtt(document: DemoDocument) -> bytes:
    """Give the captions as WebVTT, with a note, which no player shows, as a mark."""
    note = f"NOTE\n{DEMONSTRATION_MARK} – {add_hard_spaces(document.title)}"
    cues = [
        f"{_format_timestamp(cue.start, '.')} --> {_format_timestamp(cue.end, '.')}\n{_wrap_text(cue)}"
        for cue in _list_cues(document)
    ]
    return ("\n\n".join(["WEBVTT", note, *cues]) + "\n").encode()


def write_subrip(document: DemoDocument) -> bytes:
    """Give the captions as SubRip, which has no notes: the mark is its first cue."""
    mark = ReplayCue(0, 1900, f"[{DEMONSTRATION_MARK}]")
    cues = enumerate([mark, *_list_cues(document)], start=1)
    blocks = [
        f"{number}\n{_format_timestamp(cue.start, ',')} --> {_format_timestamp(cue.end, ',')}\n{_wrap_text(cue)}"
        for number, cue in cues
    ]
    return ("\n\n".join(blocks) + "\n").encode()


def _list_cues(document: DemoDocument) -> list[ReplayCue]:
    return [cue for chapter in make_chapters(document.sections) for cue in chapter.cues]


def _speech_text(section: DemoSection) -> str:
    return " ".join(block.text for block in section.blocks if isinstance(block, PlainParagraph))


def _time_cues(speech: str, start: int) -> Iterator[ReplayCue]:
    for text in _split_at_pauses(speech):
        # However short, a cue stays for two seconds: shorter ones cannot be read.
        end = start + max(2000, round(len(text) / _CHARACTERS_A_SECOND * 1000))
        yield ReplayCue(start, end, text)
        start = end + _PAUSE_MS


def _split_at_pauses(speech: str) -> Iterator[str]:
    """Cut a speech where a speaker would breathe: at punctuation, else between words."""
    held = ""
    for piece in (short for long in _CLAUSE.findall(speech) for short in _split_long_clause(long)):
        finished = held.rstrip().endswith((".", "?", "!")) and len(held) >= _LEAST_CHARACTERS
        if held and (finished or len(held) + len(piece.rstrip()) > _MOST_CHARACTERS):
            yield held.strip()
            held = ""
        held += piece
    yield held.strip()


def _split_long_clause(piece: str) -> list[str]:
    if len(piece.rstrip()) <= _MOST_CHARACTERS:
        return [piece]
    halves = len(piece) // _MOST_CHARACTERS + 1
    # Even lengths: a full cue followed by one lonely word is unpleasant to read.
    return [line + " " for line in textwrap.wrap(piece, min(_MOST_CHARACTERS, len(piece) // halves + 12))]


def _wrap_text(cue: ReplayCue) -> str:
    return "\n".join(textwrap.wrap(add_hard_spaces(cue.text), 42, break_on_hyphens=False))


def _format_timestamp(moment: int, separator: str) -> str:
    seconds, milliseconds = divmod(moment, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{separator}{milliseconds:03}"
