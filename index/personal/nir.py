"""The NIR, the French social security number: 13 characters and a key of two digits.

Its structure and key: https://fr.wikipedia.org/wiki/Numéro_de_sécurité_sociale_en_France.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum.fr import nir

from index.personal.finding import Finding, Kind, grouped
from index.personal.misread import DIGIT, digits

if TYPE_CHECKING:
    from collections.abc import Iterator

_GAP = r"[\s.\-–·_/|]{0,2}"
_KEY_GAP = r"(?:[\s.\-–·_/|:;,(]{0,3}(?:[Cc][Ll][ÉéEe]\s?[:=]?\s?)?)"
_SEX = r"[1-478lI]"
"""1 and 2; 3 and 4 while an entry in the register is under way; 7 and 8 for temporary numbers."""

_D = DIGIT
# Gaps stand where people write them, and overseas departments have three digits: a gap on either side of the third.
_STEM = rf"{_SEX}{_GAP}{_D}{_D}{_GAP}{_D}{_D}{_GAP}{_D}(?:{_D}|[ABab]){_GAP}{_D}{_GAP}{_D}{_D}{_GAP}{_D}{{3}}"
_BLANK = r"[^\S\n]"
_BOXES = rf"(?<!\d{_BLANK}){_SEX}(?:{_BLANK}{_D}){{5}}{_BLANK}(?:{_D}|[ABab])(?:{_BLANK}{_D}){{8}}(?!{_BLANK}\d\b)"
"""One digit a box, as forms print it."""

_BEFORE, _AFTER = r"(?:(?<![^\W_])|(?<=NIR))(?<!\d[.,])", r"(?![^\W_]|[.,]\d)"
_WITH_KEY = re.compile(rf"{_BEFORE}(?:{_STEM}{_KEY_GAP}{_D}{_D}|{_BOXES}){_AFTER}")
_CUE = r"\b(?:NIR|NSS|s[ée]cu(?:rit[ée]\s+sociale)?|immatriculation)\b"
_WITHOUT_KEY = re.compile(rf"{_CUE}[^\d\n]{{0,25}}?{_BEFORE}({_STEM}){_AFTER}", re.IGNORECASE)
"""Thirteen digits alone may be anything; after such a word they are what it says."""

_KEY_WORD = re.compile(r"cl[ée]", re.IGNORECASE)
_GAPS = re.compile(r"[^0-9A-Za-z]")
_MOST_MISREAD = 6
_ADDRESS, _LONGEST_ADDRESS = ("://", "www.", "@"), 300
_MONTHS = frozenset(range(1, 13)) | frozenset(range(20, 43)) | frozenset(range(50, 100))
"""Beyond 12, the month was not known."""

_NORMAL = re.compile(r"\d{5}(?:2[AB]|(?!00)\d\d)\d{6}(?:\d\d)?")
_WIDTHS = (1, 2, 2, 2, 3, 3, 2)


def find(text: str) -> Iterator[Finding]:
    """The numbers of a text whose key is right, and those without key that the text itself announces."""
    taken = set()
    for found in _WITH_KEY.finditer(text):
        if not _in_address(text, found.start()) and (value := _verified(found[0])):
            taken.add(found.start())
            yield _finding(found.start(), found.end(), value)
    for found in _WITHOUT_KEY.finditer(text):
        if found.start(1) not in taken and (value := next(_read(_compact(found[1])), "")):
            yield _finding(found.start(1), found.end(1), value)


def _finding(start: int, end: int, value: str) -> Finding:
    return Finding(Kind.NIR, start, end, grouped(value[:3], len(value), _WIDTHS), value)


def _compact(written: str) -> str:
    return _GAPS.sub("", _KEY_WORD.sub("", written))


def _in_address(text: str, start: int) -> bool:
    """Whether a place is inside a web address, whose long numbers name pictures and pages."""
    word = text[max(0, start - _LONGEST_ADDRESS) : start].rsplit(maxsplit=1)
    return bool(word) and not text[start - 1].isspace() and any(mark in word[-1] for mark in _ADDRESS)


def _verified(written: str) -> str:
    """The number in its normal form when its structure and key are right, else nothing."""
    return next((value for value in _read(_compact(written)) if nir.is_valid(value)), "")


def _read(compact: str) -> Iterator[str]:
    """The ways to read a number: « 2B » is Corsica, or 28 misread."""
    departments = [digits(compact[5:7])]
    if compact[5:7].upper() in ("2A", "2B"):
        departments.insert(0, compact[5:7].upper())
    if sum(not each.isdigit() for each in compact) > _MOST_MISREAD:
        return
    for department in departments:
        value = digits(compact[:5]) + department + digits(compact[7:])
        if _NORMAL.fullmatch(value) and int(value[3:5]) in _MONTHS:
            yield value
