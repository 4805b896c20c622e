"""Captions in TTML, which broadcasters and video services write (https://www.w3.org/TR/ttml2/)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from extractors.errors import Reason, UnreadableFileError
from extractors.readers.captions.cues import CaptionCue, clean_lines
from extractors.zips import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_CLOCK = re.compile(r"(\d+):(\d+):(\d+)(?:[.,](\d+)|:(\d+)(?:\.\d+)?)?")
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|f|t)?")
_FRAMES_A_SECOND = 30.0


@dataclass(frozen=True, slots=True)
class _Rates:
    """How many frames and ticks a second has."""

    frames: float
    ticks: float


def parse_ttml(text: str) -> Iterator[CaptionCue]:
    """The cues in the order of the file: its paragraphs, or their parts where only these have times."""
    try:
        # The text is decoded already: it must not be decoded again by what it declares.
        root = parse_xml(_DECLARATION.sub("", text, count=1).encode(), recover=True)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFileError(Reason.DAMAGED, str(error)) from error
    rates = _read_rates(root)
    for paragraph in (each for body in root.iter("{*}body") for each in body.iter("{*}p")):
        spans = [span for span in paragraph.iter("{*}span") if span.get("begin")]
        for element in spans if spans and not paragraph.get("begin") else (paragraph,):
            start, end = _find_times(element, rates)
            yield CaptionCue(start, max(end or 0.0, start or 0.0), clean_lines(_read_text(element).split("\0")))


def _read_rates(root: Element) -> _Rates:
    # Their namespace has changed with every version of the format.
    named = {etree.QName(name).localname: str(value) for name, value in root.items()}
    frames = _to_number(named.get("frameRate", "")) or _FRAMES_A_SECOND
    numbers = [_to_number(number) for number in re.split(r"[\s:]+", named.get("frameRateMultiplier", "1 1"))]
    ratio = numbers[0] / numbers[-1] if all(numbers) else 1.0
    return _Rates(frames * ratio, _to_number(named.get("tickRate", "")) or 1.0)


def _to_number(value: str) -> float:
    return float(value) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value.strip()) else 0.0


def _find_times(element: Element, rates: _Rates) -> tuple[float | None, float | None]:
    """When an element is shown, in seconds; its times count from the beginning of what holds it."""
    start, end = None, None
    for each in (*reversed(list(element.iterancestors())), element):
        base = start or 0.0
        begin, stop, duration = (_to_seconds(each.get(name, ""), rates) for name in ("begin", "end", "dur"))
        start = start if begin is None else base + begin
        if stop is not None or duration is not None:
            end = base + stop if stop is not None else (start or 0.0) + (duration or 0.0)
    return start, end


def _to_seconds(time: str, rates: _Rates) -> float | None:
    if clock := _CLOCK.fullmatch(time.strip()):
        hours, minutes, seconds, fraction, frames = clock.groups()
        whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        return whole + float(f"0.{fraction or 0}") + int(frames or 0) / rates.frames
    offset = _OFFSET.fullmatch(time.strip())
    if offset is None:
        return None
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "f": 1 / rates.frames, "t": 1 / rates.ticks}
    return float(offset[1]) * units[offset[2] or "s"]


def _read_text(element: Element) -> str:
    """The text with a NUL, which XML cannot hold, for each line break; line ends of the file are spaces."""
    pieces = list[str]()
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, each in walk:
        if event in {"comment", "pi"}:
            pieces.append(each.tail or "")
        elif event == "start" and etree.QName(each).localname in {"metadata", "title", "desc", "agent"}:
            walk.skip_subtree()
        elif event == "start":
            pieces.append("\0" if etree.QName(each).localname == "br" else each.text or "")
        elif each is not element:
            pieces.append(each.tail or "")
    return "".join(pieces)
