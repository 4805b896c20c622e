"""Whether words stand in a passage as they are quoted, and the whole sentences around them. Pure functions.

What is compared is what a person reads aloud: letters without their case, digits, and signs that change a meaning.
Typography differs freely: spaces, quotation marks, apostrophes, hyphens, bullets. No word is left out or stemmed: one
digit, one accent or one « pas » makes other words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.model import Unit
from index.search import Fragment, find_sentences
from index.text import find_words

if TYPE_CHECKING:
    from index.model import Document, Locator
    from index.search import DocumentPassage

# Words that a quotation must have: two stand anywhere, and tell nothing of what the model has read.
_LEAST_WORDS = 3

# Characters of what is shown; speech written down without punctuation is one sentence of many minutes.
_MOST_SHOWN_CHARACTERS = 700

# Characters of a line that announces a list, at most: a longer one is a paragraph.
_LIST_CHARACTERS = 300

_IGNORED = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("’ʼ‘`´", "'"),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys('«»“”„"•▪‣◦·', " "),
        **dict.fromkeys(_IGNORED, ""),
        # Emphasis, which models add.
        "*": "",
        "…": "...",
        # Letters that some fonts join, and that a PDF may hold joined.
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "œ": "oe",
        "æ": "ae",
    }
)
_PUNCTUATION = frozenset("-,;:!?.()[]/%€'")
_BEFORE_DIGITS = frozenset(",.")
_ENDS = " .,;:!?'-"

# A number goes on over these: « 10 500 » is not 500, nor « 3,5 » 5.
_NUMBER_BEFORE = re.compile(r"\d[.,]?$|\d{1,3} $")
_NUMBER_AFTER = re.compile(r"[.,]\d| \d{3}(?!\d)")
_THOUSANDS = re.compile(r"\d{3}(?!\d)")

# Spaces that do not break are French typography.
_BREAKS = re.compile(r"[^\S\u00a0\u202f]+")
_LIST_ITEM = re.compile(r"\s*(?:[-–•▪‣◦·*]|\(?\w{1,3}[.)]|[a-zà-ÿœ])")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Whole sentences of a document with their place; the words that were quoted are marked.

    `title` is that of the slide or of the section.
    """

    document: Document
    locator: Locator
    title: str
    fragments: tuple[Fragment, ...]

    @property
    def text(self) -> str:
        """What is read."""
        return "".join(each.text for each in self.fragments)


def find_quotation(quotation: str, source: DocumentPassage) -> Quotation | None:
    """Return the sentences of a passage in which words stand as they are quoted; None where they do not."""
    passage = source.passage
    spoken = passage.locator.unit is Unit.TIME
    for text in (passage.text, passage.notes, passage.title):
        # Offsets are those of the composed text, which is what is shown.
        composed = unicodedata.normalize("NFC", text)
        if span := locate_words(quotation, composed):
            title = "" if text is passage.title else passage.title
            fragments = _cut_sentences(composed, span, spoken=spoken)
            return Quotation(source.document, passage.locator, title, fragments)
    return None


def locate_words(quotation: str, text: str) -> tuple[int, int] | None:
    """Return the offsets, in a text in NFC, of words that stand there as they are quoted, or None."""
    wanted = _simplify(unicodedata.normalize("NFC", quotation))[0].strip(_ENDS)
    simplified, offsets = _simplify(text)
    # The same words may stand within a longer number first, and by themselves further on.
    place = simplified.find(wanted) if wanted else -1
    while place >= 0:
        end = place + len(wanted)
        if _stands_alone(simplified, place, end):
            start, stop = offsets[place], offsets[end - 1] + 1
            return (start, stop) if _is_long_enough(wanted, text, start, stop) else None
        place = simplified.find(wanted, place + 1)
    return None


def _is_long_enough(wanted: str, text: str, start: int, stop: int) -> bool:
    """Whether a quotation has some words, or is the whole of a line."""
    if sum(1 for _ in find_words(wanted)) >= _LEAST_WORDS:
        return True
    before, after = text[:start].rpartition("\n")[2], text[stop:].partition("\n")[0]
    return not any(each.isalnum() for each in before + after)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no word or number goes on before or after a part of a text."""
    before, after = text[:start][-4:], text[end:][:4]
    # « CAFs » is not « CAF ».
    if before[-1:].isalnum() and text[start].isalnum():
        return False
    if after[:1].isalnum() and text[end - 1].isalnum():
        return False
    number = _NUMBER_BEFORE.search(before) if text[start].isdigit() else None
    # « en 2019 50 personnes » is no number of six digits: thousands come by three.
    if number and (not number.group().endswith(" ") or _THOUSANDS.match(text, start)):
        return False
    return not (text[end - 1].isdigit() and _NUMBER_AFTER.match(after))


def _simplify(text: str) -> tuple[str, list[int]]:
    """Return a text in lower case without its typography, and for each of its characters its offset in the text."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, written in enumerate(text):
        # One letter may become two (« œ »): both have the place of the one.
        for each in written.lower().translate(_TYPOGRAPHY):
            character = " " if each.isspace() else each
            if character == " ":
                # One space between words, none before punctuation; after it, one that keeps two numbers apart.
                if not characters or characters[-1] == " ":
                    continue
            elif characters and characters[-1] == " ":
                _drop_needless_space(character, characters, offsets)
            characters.append(character)
            offsets.append(offset)
    return "".join(characters), offsets


def _drop_needless_space(following: str, characters: list[str], offsets: list[int]) -> None:
    before = characters[-2] if len(characters) > 1 else ""
    joins_numbers = before in _BEFORE_DIGITS and following.isdigit()
    if following in _PUNCTUATION or (before in _PUNCTUATION and not joins_numbers):
        characters.pop()
        offsets.pop()


def _cut_sentences(text: str, span: tuple[int, int], *, spoken: bool) -> tuple[Fragment, ...]:
    """Return the whole sentences that hold a part of a text, that part marked.

    Whole, because half of « ne verse pas l’aide » says the contrary; with the line that announces a list, for the same
    reason.
    """
    start, end = span
    sentences = find_sentences(text, spoken=spoken)
    around = [each for each in sentences if each[0] < end and each[1] > start] or [span]
    first, last = min(around[0][0], start), max(around[-1][1], end)
    announced = _find_announcement(text, sentences, first)
    lead = (Fragment(f"{_BREAKS.sub(' ', text[slice(*announced)]).strip()} "),) if announced else ()
    before, after = text[first:start], text[end:last]
    # What was quoted is never cut, whatever its length: it is what was verified.
    if last - first > _MOST_SHOWN_CHARACTERS:
        room = max(0, _MOST_SHOWN_CHARACTERS - (end - start)) // 2
        before, after = _keep_end(before, room), _keep_start(after, room)
    parts = ((before, False), (text[start:end], True), (after, False))
    return (*lead, *(Fragment(_BREAKS.sub(" ", part), marked) for part, marked in parts if part))


def _find_announcement(text: str, sentences: list[tuple[int, int]], first: int) -> tuple[int, int] | None:
    """Return the line, ended by « : », of the list that a sentence is an item of; None where there is none."""
    if not _LIST_ITEM.match(text, first):
        return None
    for start, end in reversed([each for each in sentences if each[1] <= first]):
        if text[start:end].rstrip().endswith(":") and end - start <= _LIST_CHARACTERS:
            return start, end
        # A sentence that is no item ends the list: what stands above it announces another one.
        if not _LIST_ITEM.match(text, start):
            return None
    return None


def _keep_end(text: str, size: int) -> str:
    return text if len(text) <= size else f"… {text[len(text) - size :].partition(' ')[2]}"


def _keep_start(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[:size].rpartition(' ')[0]} …"
