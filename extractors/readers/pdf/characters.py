"""The characters of a PDF page with their places and sizes: its title, right-to-left lines, letters spaced out."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, takewhile
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2.raw as pdfium

from extractors.text import to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# At least five letters in a row, each alone; fewer are initials, or the marks of a table.
_SPACED_OUT = re.compile(r"(?<!\S)[^\W\d_](?: +[^\W\d_]){4,}(?!\S)")
_LATIN_WORD = re.compile("[A-Za-zÀ-ÿ]{2,}")
_MAY_BE_SPACED_OUT = re.compile(r" [^\W\d_] [^\W\d_] [^\W\d_] ")
# A gap between letters that is this much wider than most parts words.
_WORD_GAP = 1.6
# Letters of a word stand no further apart than this many times their size.
_WIDEST_SPACING = 0.8
_MOST_CHARACTERS = 20_000
# Letters of a line that are measured for its size.
_MEASURED_LETTERS = 6
_TITLE_CHARACTERS, _FEWEST_LETTERS = 200, 4
# A title is at least this much larger than what is usual on the page, unless it is among the first lines. Lines close
# above and below belong to it if they are hardly smaller; it begins in this share of the page, counted from the top.
_LARGER_RATIO, _SAME_SIZE_RATIO, _SAME_TITLE_RATIO, _LINE_GAP, _TOP_SHARE = 1.2, 0.95, 0.85, 2.5, 0.7
_SLIGHTLY_LARGER_RATIO, _TOP_LINES, _COVER_SIZE = 1.08, 2, 18


class _Character(NamedTuple):
    """A character with its place: one that PDFium has added, as it adds spaces, has no width."""

    sign: str
    left: float
    right: float
    bottom: float
    size: float


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page: its text, and the place of its first character in that page's list of all.

    `text_page` is PDFium's own handle of the page.
    """

    text_page: Any
    text: str
    start: int

    def measure(self) -> list[_Character]:
        """All its characters with their places and sizes."""
        return [_measure(self.text_page, self.start + place, sign) for place, sign in enumerate(self.text)]

    def measure_letters(self) -> tuple[float, float]:
        """The size of its letters and how high they stand, by a few of them; (0, 0) where it has none."""
        letters = [place for place, sign in enumerate(self.text) if sign.isalnum()]
        step = len(letters) // _MEASURED_LETTERS + 1
        found = [_measure(self.text_page, self.start + place, "") for place in letters[::step]]
        sizes = Counter(round(each.size, 1) for each in found)
        size = max(sizes, key=lambda size: (sizes[size], size), default=0.0)
        return size, median([each.bottom for each in found] or [0.0])


@dataclass(frozen=True, slots=True)
class _SizedLine:
    """A line that has letters, with their size and the height of its foot."""

    line: _Line
    size: float
    bottom: float


def correct_lines(text_page: Any, text: str) -> str:
    """The text of a page, its right-to-left lines in the order of reading, words of spaced-out letters joined."""
    # Most pages have neither.
    if not (_RIGHT_TO_LEFT.search(text) or (_MAY_BE_SPACED_OUT.search(text) and _SPACED_OUT.search(text))):
        return text
    return "\n".join(map(_correct_line, _read_lines(text_page)))


def _correct_line(line: _Line) -> str:
    if _RIGHT_TO_LEFT.search(line.text):
        return _order_line(line.measure())
    if not _SPACED_OUT.search(line.text):
        return line.text
    characters = line.measure()
    return _SPACED_OUT.sub(lambda letters: _join_letters(characters[letters.start() : letters.end()]), line.text)


def _join_letters(letters: Sequence[_Character]) -> str:
    """Letters that stand apart as words: those between which the gap is clearly wider than most."""
    drawn = [each for each in letters if not each.sign.isspace()]
    gaps = [after.left - before.right for before, after in pairwise(drawn)]
    usual = median(gaps)
    # Columns of single letters stand further apart, or repeat themselves.
    is_table = len({each.sign for each in drawn}) * 2 <= len(drawn)
    if is_table or not 0 < usual <= _WIDEST_SPACING * median(each.size for each in drawn):
        return "".join(each.sign for each in letters)
    parts = (" " * (gap > _WORD_GAP * usual) + each.sign for gap, each in zip(gaps, drawn[1:], strict=True))
    return drawn[0].sign + "".join(parts)


def _order_line(line: Sequence[_Character]) -> str:
    """A line with right-to-left words in the order of reading, from the places of its characters.

    PDFium turns words around, but leaves their order, and turns addresses around with them. The whole line runs as most
    of its letters do; what runs the other way is turned once more (Unicode Standard Annex 9, in its simplest form).
    """
    drawn = sorted(
        (each for each in line if each.sign not in "\r\n" and each.right > each.left), key=lambda each: each.left
    )
    signs = "".join(_spell_gaps(drawn))
    kinds = Counter(map(_classify, signs))
    is_right_to_left = kinds["R"] > kinds["L"]
    ordered = _turn_runs(signs[::-1], "L") if is_right_to_left else _turn_runs(signs, "R")
    # Where letters are drawn over each other, their places say nothing.
    written = "".join(each.sign for each in line)
    known = (set(_LATIN_WORD.findall(written)), set(_LATIN_WORD.findall(written[::-1])))
    return ordered if set(_LATIN_WORD.findall(ordered)) in known or not known[0] else written


def _spell_gaps(drawn: Sequence[_Character]) -> Iterator[str]:
    """The signs from left to right, with a space where a gap is as wide as one."""
    for before, each in pairwise([None, *drawn]):
        if each is None:
            continue
        is_gap = before is not None and each.left - before.right > 0.15 * max(each.size, 1)
        if is_gap and before is not None and not before.sign.isspace() and not each.sign.isspace():
            yield " "
        yield each.sign


def _classify(sign: str) -> str:
    """R for a letter that runs to the left, L for one that runs to the right and for figures, "" for other signs."""
    kind = unicodedata.bidirectional(sign)
    return "R" if kind in {"R", "AL"} else "L" if kind in {"L", "EN", "AN"} else ""


def _turn_runs(signs: str, kind: str) -> str:
    """Turn around each run of this kind, with the signs inside it and none at its ends."""
    opposite = "L" if kind == "R" else "R"
    pieces, start = list[str](), 0
    while start < len(signs):
        if _classify(signs[start]) != kind:
            pieces.append(signs[start])
            start += 1
            continue
        run = list(takewhile(lambda sign: _classify(sign) != opposite, signs[start:]))
        while _classify(run[-1]) != kind:
            run.pop()
        # The sign that ends an address belongs to it.
        pieces.append("".join(reversed(run)))
        start += len(run)
    return "".join(pieces)


def guess_page_title(text_page: Any, height: float) -> str:
    """The lines in the largest letters of a page; "" if they are hardly larger than the others, or far down."""
    written = (line for line in _read_lines(text_page) if sum(map(str.isalpha, line.text)) >= _FEWEST_LETTERS)
    lines = [_SizedLine(line, *line.measure_letters()) for line in written]
    greatest = max((line.size for line in lines if line.bottom > (1 - _TOP_SHARE) * height), default=0)
    others = [line.size for line in lines if line.size < _SAME_SIZE_RATIO * greatest for _ in line.line.text]
    first = next((place for place, line in enumerate(lines) if line.size == greatest), 0)
    # A page of nothing but large letters is a cover, and what stands at the top needs to be little larger.
    usual = median(others) if others else _COVER_SIZE / _LARGER_RATIO
    is_top = bool(lines) and lines[first].bottom >= sorted(line.bottom for line in lines)[-_TOP_LINES:][0]
    if greatest < usual * (_SLIGHTLY_LARGER_RATIO if is_top and others else _LARGER_RATIO):
        return ""
    least = max(_SAME_TITLE_RATIO * greatest, _LARGER_RATIO * usual)
    above = [*_take_title(lines[first::-1], least)][:0:-1]
    title_lines = [*above, *_take_title(lines[first:], min(least, _SAME_SIZE_RATIO * greatest))]
    title = to_single_line(" ".join(_correct_line(line.line) for line in title_lines))
    return title if _is_made_of_words(title) else ""


def _take_title(lines: Sequence[_SizedLine], least: float) -> Iterator[_SizedLine]:
    """The first line and those that follow it closely, upwards or downwards, in letters of at least this size."""
    last: _SizedLine | None = None
    for line in lines:
        is_near = last is None or 0 < abs(last.bottom - line.bottom) <= _LINE_GAP * max(line.size, last.size)
        if line.size < least or not is_near:
            return
        yield line
        last = line


def _is_made_of_words(title: str) -> bool:
    """Whether a title is made of words, unlike logos, forms and lists of numbers."""
    words = title.split()
    letters = sum(sign.isalpha() for sign in title)
    long = sum(len(word) > 2 for word in words)  # noqa: PLR2004  « de », « à »
    return (
        letters >= max(_FEWEST_LETTERS, 0.6 * len(title)) and len(title) <= _TITLE_CHARACTERS and 3 * long >= len(words)
    )


def _read_lines(text_page: Any) -> Iterator[_Line]:
    """The lines of a page in the order of the file; of a page that has too many characters, the first ones."""
    start, count, text = 0, text_page.count_chars(), text_page.get_text_range()
    # The text leaves out what it cannot say: then places are counted character by character.
    if len(text) != count or count > _MOST_CHARACTERS:
        text = "".join(_read_sign(text_page, number) for number in range(min(count, _MOST_CHARACTERS)))
    for line in text.split("\n"):
        yield _Line(text_page.raw, line.rstrip("\r"), start)
        start += len(line) + 1


def _read_sign(text_page: Any, number: int) -> str:
    code = pdfium.FPDFText_GetUnicode(text_page, number)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"  # noqa: PLR2004  Unicode's ends


def _measure(text_page: Any, number: int, sign: str) -> _Character:
    rectangle, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    pdfium.FPDFText_GetLooseCharBox(text_page, number, rectangle)
    pdfium.FPDFText_GetMatrix(text_page, number, matrix)
    # The size that is drawn: many programs write in size 1 and enlarge it.
    size = pdfium.FPDFText_GetFontSize(text_page, number) * (matrix.c**2 + matrix.d**2) ** 0.5
    return _Character(sign, rectangle.left, rectangle.right, rectangle.bottom, size)
