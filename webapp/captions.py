"""WebVTT captions (https://www.w3.org/TR/webvtt1/), written from the passages of a transcript."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from index.model import Passage

_CUE_CHARACTERS = 84
"""Characters that a person reads at once under a video: two lines of 42."""

_DEFAULT_SECONDS = 5.0
"""Seconds that a passage without an end is shown."""


def render_webvtt(passages: Iterable[Passage]) -> str:
    """Return passages as a WebVTT file.

    The indexer gathers many cues into one passage; here a passage is cut again into cues of two lines, and its time is
    shared out among them by their length.
    """
    cues = (cue for passage in passages for cue in _split_cues(passage))
    return "\n\n".join(("WEBVTT", *cues)) + "\n"


def _split_cues(passage: Passage) -> Iterator[str]:
    lines = [line for row in passage.text.splitlines() for line in textwrap.wrap(row, _CUE_CHARACTERS)]
    start = passage.locator.start or 0.0
    end = passage.locator.end or start + _DEFAULT_SECONDS
    letters = sum(map(len, lines))
    for line in lines:
        # Of the time left, by the letters left: rounding never pushes the last cue beyond the end.
        until = start + (end - start) * len(line) / letters
        letters -= len(line)
        yield f"{_format_timestamp(start)} --> {_format_timestamp(until)}\n{_escape_cue(line)}"
        start = until


def _format_timestamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _escape_cue(text: str) -> str:
    # « > » too: « --> » in a cue's text would be read as the timing of another cue.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
