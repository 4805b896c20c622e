"""Captions whose cues have a line of times above their text: WebVTT, SubRip and SBV.

WebVTT: https://www.w3.org/TR/webvtt1/. SubRip and SBV have no specification; they are read as leniently as players do.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from extractors.readers.captions.cues import CaptionCue, clean_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

# As nearly all programs write them.
_PLAIN_TIMING = re.compile(r"(?:(\d+):)?(\d\d):(\d\d)[.,](\d\d\d) --> (?:(\d+):)?(\d\d):(\d\d)[.,](\d\d\d)(?: .*)?")
# Hours and milliseconds may be missing; programs write a colon or a comma before the latter, and spaces anywhere.
_TIME = r"-?((?:\d+\s*:\s*)?\d+\s*:\s*\d+(?:\s*:\s*\d+)?)(?:\s*[.,;]\s*(\d+))?\s*:?"
_ARROW = r"(?:[-–—]+\s*>|-+&gt;|=+>|[–—]+|→)"
_TIMING = re.compile(rf"\s*{_TIME}\s*{_ARROW}\s*{_TIME}(?:\s.*)?", re.IGNORECASE)
_SBV_TIMING = re.compile(r"\s*(\d+:\d+:\d+)\.(\d+)\s*,\s*(\d+:\d+:\d+)\.(\d+)\s*")
# What was meant as times: figures and signs on one side of the arrow at least, and no words before it.
_BROKEN_TIMING = re.compile(r"\s*(?:[\d\s:.,;-]*\d[\d\s:.,;]*-->.*|[\d\s:.,;]*-->\s*\d[\d\s:.,;]*)")
# Blocks of WebVTT that are no cues (4.1); SubRip has none.
_ASIDE = re.compile(r"(NOTE|STYLE|REGION)(\s|\Z)")
_ANY_ASIDE = re.compile(r"^(NOTE|STYLE|REGION)\b", re.MULTILINE)
_MILLISECOND_DIGITS = 3
# With the settings that follow it in WebVTT.
_LONGEST_TIMING = 400
_NO_TIMES = (None, 0.0)


def parse_blocks(text: str) -> Iterator[CaptionCue]:
    """All cues in order; what stands below a blank line and has no times goes on with the cue above it."""
    is_webvtt, lines = text.startswith("WEBVTT"), text.split("\n")
    has_asides = is_webvtt and _ANY_ASIDE.search(text) is not None
    # The cheap test first: most lines are text.
    timed = [(number, line) for number, line in enumerate(lines) if ":" in line or "-->" in line]
    timings = [(number, times) for number, line in timed if (times := _read_times(line))]
    # What stands above the first cue is a header; a number there says that the cues are numbered.
    header = _strip_blank(lines[: timings[0][0]]) if timings else []
    is_numbered = bool(header) and header[-1].strip().isdigit()
    for (timing, (start, end)), (following, _) in pairwise([*timings, (len(lines), _NO_TIMES)]):
        said = lines[timing + 1 : following]
        if following < len(lines):
            said = _remove_identifier(said, is_webvtt=is_webvtt, is_numbered=is_numbered)
        yield CaptionCue(start, end, clean_lines(_remove_asides(said) if has_asides else said))


def _read_times(line: str) -> tuple[float | None, float] | None:
    """The start and end of a line of times, in seconds, the start None where they are broken; None for other lines."""
    if len(line) > _LONGEST_TIMING:
        return None
    if plain := _PLAIN_TIMING.fullmatch(line):
        hours, minutes, seconds, fraction, *ending = plain.groups()
        start = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction) / 1000
        hours, minutes, seconds, fraction = ending
        end = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction) / 1000
    elif match := _SBV_TIMING.fullmatch(line) or _TIMING.fullmatch(line):
        start, end = _to_seconds(match[1], match[2]), _to_seconds(match[3], match[4])
    else:
        return _NO_TIMES if _BROKEN_TIMING.fullmatch(line) else None
    # A cue that ends before it starts has a wrong timing: there is no second at which to open it.
    return (start if start <= end else None), end


def _strip_blank(lines: list[str]) -> list[str]:
    """The lines without the blank ones at the end."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def _remove_identifier(said: list[str], *, is_webvtt: bool, is_numbered: bool) -> list[str]:
    """The lines of a cue without the number or the name of the next one, which follows them."""
    lines = _strip_blank(said)
    if is_numbered and lines and lines[-1].strip().isdigit():
        return lines[:-1]
    # A name stands right above the times, below a blank line.
    is_named = is_webvtt and len(lines) > 1 and len(lines) == len(said) and not lines[-2].strip()
    return lines[:-1] if is_named else lines


def _remove_asides(said: list[str]) -> list[str]:
    """The lines without comments and style sheets: blocks between blank lines, the first of which is the cue's own."""
    kept, is_aside = said[:1], False
    for above, line in pairwise(said):
        if not above.strip():
            is_aside = bool(_ASIDE.match(line))
        if not is_aside:
            kept.append(line)
    return kept


def _to_seconds(clock: str, fraction: str | None) -> float:
    """Seconds of « 01:02:03 » and « 500 »; a fourth number, or a third of three digits, is the fraction too."""
    numbers = [number.strip() for number in clock.split(":")]
    if fraction is None and (len(numbers) == 4 or len(numbers[-1]) == _MILLISECOND_DIGITS):  # noqa: PLR2004  hours to fractions
        fraction = numbers.pop()
    seconds = 0
    for number in numbers:
        seconds = seconds * 60 + int(number)
    return seconds + int((fraction or "0")[:_MILLISECOND_DIGITS].ljust(_MILLISECOND_DIGITS, "0")) / 1000
