"""Captions of one line a cue: SSA and ASS (http://www.tcax.org/docs/ass-specs.htm), and the lyrics of LRC."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from extractors.readers.captions.cues import CaptionCue, clean_lines, remove_overrides

if TYPE_CHECKING:
    from collections.abc import Iterator

# The fields of an event where the file does not name them.
_FIELDS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_CLOCK = re.compile(r"\s*(?:(\d+):)?(\d+):(\d+)(?:[.,:](\d+))?\s*")
_LRC_TIME = re.compile(r"\s*\[\s*((?:\d+:)?\d+:\d+(?:[.,:]\d+)?)\s*\]")
_LRC_WORD_TIME = re.compile(r"<\d+:\d+(?:[.,:]\d+)?>")
_LRC_OFFSET = re.compile(r"^\[offset:\s*([+-]?\d{1,9})\s*\]", re.IGNORECASE | re.MULTILINE)


def parse_ssa(text: str) -> Iterator[CaptionCue]:
    """The cues by their start; comments are left out, and what draws."""
    cues = [_parse_event(fields) for fields in _read_events(text)]
    yield from sorted(cues, key=lambda cue: (cue.start is None, cue.start))


def _read_events(text: str) -> Iterator[dict[str, str]]:
    """The events of an SSA file, by the names of their fields in lower case."""
    names: tuple[str, ...] = _FIELDS
    is_event = False
    for line in text.split("\n"):
        keyword, _, rest = line.partition(":")
        if line.startswith("["):
            is_event = line.strip().lower() == "[events]"
        elif is_event and keyword.strip().lower() == "format":
            names = tuple(name.strip().lower() for name in rest.split(","))
        elif is_event and keyword.strip().lower() == "dialogue":
            # The text comes last, and holds commas.
            yield dict(zip(names, rest.split(",", len(names) - 1), strict=False))


def _parse_event(fields: dict[str, str]) -> CaptionCue:
    lines = clean_lines(remove_overrides(fields.get("text", "")).split("\n"))
    speaker = fields.get("name", fields.get("actor", "")).strip()
    if speaker and lines:
        lines = (f"{speaker} : {lines[0]}", *lines[1:])
    start, end = (_CLOCK.fullmatch(fields.get(name, "")) for name in ("start", "end"))
    if start is None or end is None or _to_seconds(start) > _to_seconds(end):
        return CaptionCue(None, 0, lines)
    return CaptionCue(_to_seconds(start), _to_seconds(end), lines)


def parse_lrc(text: str) -> Iterator[CaptionCue]:
    """The lines by their times, each ending where the next one begins; one with several times is sung several times."""
    offset = _LRC_OFFSET.search(text)
    # A positive one, in milliseconds, shows the lines earlier.
    earlier = int(offset[1]) / 1000 if offset else 0.0
    timed = list[tuple[float, str]]()
    for line in text.split("\n"):
        starts, place = list[float](), 0
        while match := _LRC_TIME.match(line, place):
            clock = _CLOCK.fullmatch(match[1])
            starts += [max(0.0, _to_seconds(clock) - earlier)] if clock else []
            place = match.end()
        timed += [(start, _LRC_WORD_TIME.sub("", line[place:])) for start in starts]
    timed.sort(key=lambda each: each[0])
    for (start, said), (end, _) in pairwise([*timed, *timed[-1:]]):
        yield CaptionCue(start, end, clean_lines([said]))


def _to_seconds(clock: re.Match[str]) -> float:
    hours, minutes, seconds, fraction = clock.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")
