"""Cuts the sections of a file into the passages that a search finds. No word is lost, none is doubled.

A section of ordinary length is one passage. A long one is cut at ends of sentences. Captions, which come by the second,
are joined until a sentence ends.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from extractors import Section, Unit
from index import model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_WORDS = 200
"""A section of more words is cut."""

_WANTED_WORDS = 130
_WORD = re.compile(r"\S+\s*")
# A closing quotation mark or bracket belongs to the sentence before it.
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\s»”\")]+|\n+")
_SHORTEST_CUES, _LONGEST_CUES = 20.0, 40.0
"""Seconds of captions in one passage: what one reads at a glance, and does not mind listening to."""

# The extractors know nothing of the index: each has its own enumeration.
_UNITS = {
    Unit.PAGE: model.Unit.PAGE,
    Unit.SLIDE: model.Unit.SLIDE,
    Unit.HEADING: model.Unit.HEADING,
    Unit.CUE: model.Unit.TIME,
    Unit.SHEET: model.Unit.SHEET,
}


def cut(sections: Iterable[Section]) -> tuple[model.Passage, ...]:
    """Cut a document's sections into passages, in reading order, texts in NFC and without control characters."""
    cues: list[Section] = []
    passages: list[model.Passage] = []
    for section in sections:
        if section.unit is Unit.CUE:
            cues.append(section)
        else:
            passages += _cut_section(section, len(passages))
    # Only now, for a sentence may go on from one caption to the next.
    for joined in _joined(cues):
        passages.append(_passage(joined, joined.text, len(passages)))
    return tuple(passages)


def _cut_section(section: Section, first: int) -> Iterator[model.Passage]:
    for position, text in enumerate(_pieces(section.text)):
        # Notes belong to the slide as a whole: they stand once, with its first passage.
        yield _passage(section, text, first + position, section.notes if position == 0 else "")


def _passage(section: Section, text: str, ordinal: int, notes: str = "") -> model.Passage:
    locator = model.Locator(_UNITS[section.unit], section.number, section.start, section.end)
    title = clean(section.title)
    if section.hidden:
        # Members should know that those who attended did not see it.
        title = f"{title} (diapositive masquée)".strip()
    return model.Passage(ordinal, locator, clean(text), title, clean(notes))


def _pieces(text: str) -> list[str]:
    """Split a text into pieces of about the wanted length, each ending with a sentence where there is one."""
    if len(text.split()) <= MOST_WORDS:
        return [text]
    pieces, current, count = [], "", 0
    for sentence in _sentences(text):
        words = len(sentence.split())
        # A piece of white space alone would be a passage without words.
        if current.strip() and count + words > _WANTED_WORDS:
            pieces.append(current)
            current, count = "", 0
        current, count = current + sentence, count + words
    return [*pieces, current] if current.strip() else pieces


def _sentences(text: str) -> Iterator[str]:
    """Split a text into sentences which, joined, give the text again; one that is too long is cut between words."""
    start = 0
    for found in _SENTENCE_END.finditer(text):
        yield from _bounded(text[start : found.end()])
        start = found.end()
    yield from _bounded(text[start:])


def _bounded(sentence: str) -> Iterator[str]:
    if len(sentence) <= _WANTED_WORDS:
        # A text has no more words than characters: nearly all sentences are short enough at sight.
        if sentence.strip():
            yield sentence
        return
    words = list(_WORD.finditer(sentence))
    for first in range(0, len(words), _WANTED_WORDS):
        # The first piece begins at 0: white space before its first word is kept.
        start = words[first].start() if first else 0
        last = min(first + _WANTED_WORDS, len(words)) - 1
        yield sentence[start : words[last].end()]


def _joined(cues: list[Section]) -> Iterator[Section]:
    """Join captions into groups of 20 to 40 seconds that end, where possible, with a sentence."""
    group: list[Section] = []
    for cue in cues:
        if group and _span(group, cue) > _LONGEST_CUES:
            yield _one(group)
            group = []
        group.append(cue)
        if _span(group, cue) >= _SHORTEST_CUES and cue.text.rstrip().endswith((".", "!", "?", "…", "»")):
            yield _one(group)
            group = []
    if group:
        yield _one(group)


def _span(group: list[Section], last: Section) -> float:
    return (last.end or 0.0) - (group[0].start or 0.0)


def _one(group: list[Section]) -> Section:
    text = " ".join(cue.text for cue in group)
    return Section(Unit.CUE, group[0].number, text, group[0].title, "", group[0].start, group[-1].end)


def clean(text: str) -> str:
    """Text in NFC, trimmed, without control characters: databases refuse some, screens all."""
    whole = seen = unicodedata.normalize("NFC", text)
    for space in _SPACES:
        seen = seen.replace(space, " ")
    # Nearly every text is clean already, and is not looked at letter by letter.
    if seen.isprintable():
        return whole.strip()
    return "".join(each for each in whole if each in "\n\t" or unicodedata.category(each) not in _UNPRINTABLE).strip()


_SPACES = "\n\t\u00a0\u202f\u2009"
"""Spaces that `str.isprintable` refuses and that texts keep."""

_UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn"})
"""Categories of characters that go: control, surrogate, private and unassigned. Joiners (Cf) belong to words."""
