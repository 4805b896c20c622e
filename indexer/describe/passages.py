"""Cuts the sections of a file into the passages that a search finds. No word is lost, none is doubled.

A section of ordinary length is one passage. A long one is cut at ends of sentences. Captions, which come by the second,
are joined until a sentence ends.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from extractors import Section, SectionUnit
from index.model import Locator, Passage, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_WORDS = 200
"""A section of more words is cut."""

_TARGET_WORDS = 130
_WORD = re.compile(r"\S+\s*")
# A closing quotation mark or bracket belongs to the sentence before it.
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\s»”\")]+|\n+")
_SHORTEST_CUES, _LONGEST_CUES = 20.0, 40.0
"""Seconds of captions in one passage: what one reads at a glance, and does not mind listening to."""

_PAUSE = 3.0
"""Seconds without a word after which a passage ends: a hit leads to where its words are said."""

# The extractors know nothing of the index: each has its own enumeration.
_UNITS = {
    SectionUnit.PAGE: Unit.PAGE,
    SectionUnit.SLIDE: Unit.SLIDE,
    SectionUnit.HEADING: Unit.HEADING,
    SectionUnit.CUE: Unit.TIME,
    SectionUnit.SHEET: Unit.SHEET,
}


def cut_passages(sections: Iterable[Section]) -> tuple[Passage, ...]:
    """Cut a document's sections into passages, in reading order, texts in NFC and without control characters."""
    cues: list[Section] = []
    passages: list[Passage] = []
    for section in sections:
        if section.unit is SectionUnit.CUE:
            cues.append(section)
        else:
            passages += _cut_section(section, len(passages))
    # Only now, for a sentence may go on from one caption to the next.
    for joined in _join_cues(cues):
        passages.append(_make_passage(joined, joined.text, len(passages)))
    return tuple(passages)


def _cut_section(section: Section, first: int) -> Iterator[Passage]:
    for position, text in enumerate(_split_text(section.text)):
        # Notes belong to the slide as a whole: they stand once, with its first passage.
        yield _make_passage(section, text, first + position, section.notes if position == 0 else "")


def _make_passage(section: Section, text: str, ordinal: int, notes: str = "") -> Passage:
    locator = Locator(_UNITS[section.unit], section.number, section.start, section.end)
    title = clean_text(section.title)
    if section.hidden:
        # Members should know that those who attended did not see it.
        title = f"{title} (diapositive masquée)".strip()
    return Passage(ordinal, locator, clean_text(text), title, clean_text(notes), section.doubtful)


def _split_text(text: str) -> list[str]:
    """Split a text into pieces of about the wanted length, each ending with a sentence where there is one."""
    if len(text.split()) <= MOST_WORDS:
        return [text]
    pieces, current, count = [], "", 0
    for sentence in _split_sentences(text):
        words = len(sentence.split())
        # A piece of white space alone would be a passage without words.
        if current.strip() and count + words > _TARGET_WORDS:
            pieces.append(current)
            current, count = "", 0
        current, count = current + sentence, count + words
    return [*pieces, current] if current.strip() else pieces


def _split_sentences(text: str) -> Iterator[str]:
    """Split a text into sentences which, joined, give the text again; one that is too long is cut between words."""
    start = 0
    for found in _SENTENCE_END.finditer(text):
        yield from _split_long_sentence(text[start : found.end()])
        start = found.end()
    yield from _split_long_sentence(text[start:])


def _split_long_sentence(sentence: str) -> Iterator[str]:
    if len(sentence) <= _TARGET_WORDS:
        # A text has no more words than characters: nearly all sentences are short enough at sight.
        if sentence.strip():
            yield sentence
        return
    words = list(_WORD.finditer(sentence))
    for first in range(0, len(words), _TARGET_WORDS):
        # The first piece begins at 0: white space before its first word is kept.
        start = words[first].start() if first else 0
        last = min(first + _TARGET_WORDS, len(words)) - 1
        yield sentence[start : words[last].end()]


def _join_cues(cues: list[Section]) -> Iterator[Section]:
    """Join captions into groups of 20 to 40 seconds that end, if possible, with a sentence; none spans a pause."""
    group: list[Section] = []
    for cue in cues:
        if group and (_measure_seconds(group, cue) > _LONGEST_CUES or _follows_pause(group[-1], cue)):
            yield _merge_cues(group)
            group = []
        group.append(cue)
        if _measure_seconds(group, cue) >= _SHORTEST_CUES and cue.text.rstrip().endswith((".", "!", "?", "…", "»")):
            yield _merge_cues(group)
            group = []
    if group:
        yield _merge_cues(group)


def _measure_seconds(group: list[Section], last: Section) -> float:
    return (last.end or 0.0) - (group[0].start or 0.0)


def _follows_pause(last: Section, cue: Section) -> bool:
    return (cue.start or 0.0) - (last.end or 0.0) >= _PAUSE


def _merge_cues(group: list[Section]) -> Section:
    text = " ".join(cue.text for cue in group)
    doubtful = any(cue.doubtful for cue in group)
    first = group[0]
    return Section(SectionUnit.CUE, first.number, text, first.title, "", first.start, group[-1].end, doubtful=doubtful)


def clean_text(text: str) -> str:
    """Text in NFC, trimmed, without control characters: databases refuse some, screens all."""
    composed = without_spaces = unicodedata.normalize("NFC", text)
    for space in _SPACES:
        without_spaces = without_spaces.replace(space, " ")
    # Nearly every text is clean already, and is not looked at letter by letter.
    if without_spaces.isprintable():
        return composed.strip()
    return "".join(
        each for each in composed if each in "\n\t" or unicodedata.category(each) not in _UNPRINTABLE
    ).strip()


_SPACES = "\n\t\u00a0\u202f\u2009"
"""Spaces that `str.isprintable` refuses and that texts keep."""

_UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn"})
"""Categories of characters that go: control, surrogate, private and unassigned. Joiners (Cf) belong to words."""
