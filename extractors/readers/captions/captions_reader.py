"""The reader of caption files: WebVTT, SubRip, SBV, TTML, SSA and ASS, LRC."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.formats import Format
from extractors.model import Extraction
from extractors.readers.captions.cues import build_cue_sections
from extractors.readers.captions.event_lines import parse_lrc, parse_ssa
from extractors.readers.captions.timed_blocks import parse_blocks
from extractors.readers.captions.timed_text import parse_ttml
from extractors.text import clean_text, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from extractors.model import Limits
    from extractors.readers.captions.cues import CaptionCue

_TTML = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->).)*-->\s*)*<(\w+:)?tt[\s>]", re.DOTALL)
_SSA = re.compile(r"\s*\[Script Info\]|^\[Events\]", re.IGNORECASE | re.MULTILINE)
_LRC = re.compile(r"(\s*\[\w+:[^\]\n]*\])+")


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each cue, with its times; text that scrolls from cue to cue is kept once."""
    decoded = read_text(path, limits)
    cues = list(_parse_cues(decoded.text.replace("\0", "")))
    sections = build_cue_sections(cues)
    unreadable = sum(cue.start is None for cue in cues)
    return Extraction(
        Format.CAPTIONS,
        sections,
        duration=max((section.end or 0 for section in sections), default=None),
        warnings=(*decoded.warnings, *_list_warnings(unreadable, readable=bool(sections))),
    )


def _parse_cues(text: str) -> Iterator[CaptionCue]:
    if _TTML.match(text):
        return parse_ttml(text)
    text = clean_text(text)
    if _SSA.match(text):
        return parse_ssa(text)
    return parse_lrc(text) if _LRC.match(text) else parse_blocks(text)


def _list_warnings(unreadable: int, *, readable: bool) -> Iterator[str]:
    if unreadable == 1:
        yield "Un sous-titre a un minutage illisible : il a été ignoré."
    elif unreadable:
        yield f"{unreadable} sous-titres ont un minutage illisible : ils ont été ignorés."
    elif not readable:
        yield "Aucun sous-titre n’a été trouvé dans ce fichier."
