"""Finds NIRs, French social security numbers: 13 characters and a key of two digits.

Structure and key: https://fr.wikipedia.org/wiki/Numéro_de_sécurité_sociale_en_France.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum.fr import nir

from index.personal_data.findings import DIGIT_PATTERN, Finding, PersonalDataKind, mask_in_groups, to_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

# What people and forms put between groups, two characters at most.
_GAP = r"[\s.\-–·_/|]{0,2}"
# Before the key also « clé : » and the like.
_KEY_GAP = r"(?:[\s.\-–·_/|:;,(]{0,3}(?:[Cc][Ll][ÉéEe]\s?[:=]?\s?)?)"
# 1 and 2; 3 and 4 while registration is under way; 7 and 8 for temporary numbers; l and I are misread 1.
_SEX = r"[1-478lI]"

_D = DIGIT_PATTERN
# Gaps where people write them: departments overseas have three digits, so a gap may be on either side of the third.
_STEM = rf"{_SEX}{_GAP}{_D}{_D}{_GAP}{_D}{_D}{_GAP}{_D}(?:{_D}|[ABab]){_GAP}{_D}{_GAP}{_D}{_D}{_GAP}{_D}{{3}}"
_BLANK = r"[^\S\n]"
_BOXES = rf"(?<!\d{_BLANK}){_SEX}(?:{_BLANK}{_D}){{5}}{_BLANK}(?:{_D}|[ABab])(?:{_BLANK}{_D}){{8}}(?!{_BLANK}\d\b)"
"""The form with one digit in each box, as printed forms have it, key included."""

# Neither inside a word or a longer number, nor decimals of one; « NIR » may be stuck to it.
_BEFORE, _AFTER = r"(?:(?<![^\W_])|(?<=NIR))(?<!\d[.,])", r"(?![^\W_]|[.,]\d)"
_WITH_KEY = re.compile(rf"{_BEFORE}(?:{_STEM}{_KEY_GAP}{_D}{_D}|{_BOXES}){_AFTER}")
_ANNOUNCEMENT = r"\b(?:NIR|NSS|s[ée]cu(?:rit[ée]\s+sociale)?|immatriculation)\b"
_WITHOUT_KEY = re.compile(rf"{_ANNOUNCEMENT}[^\d\n]{{0,25}}?{_BEFORE}({_STEM}){_AFTER}", re.IGNORECASE)
"""A number without key, which counts only after a word that announces it: thirteen digits may be anything."""

_KEY_WORD = re.compile(r"cl[ée]", re.IGNORECASE)
_GAPS = re.compile(r"[^0-9A-Za-z]")
_MAX_MISREAD = 6
_ADDRESS_MARKS, _LONGEST_ADDRESS = ("://", "www.", "@"), 300
_MONTHS = frozenset(range(1, 13)) | frozenset(range(20, 43)) | frozenset(range(50, 100))
"""Months of birth; values beyond 12 are given where the month is not known."""

# Corsica is 2A or 2B; no department is 00.
_NORMAL_FORM = re.compile(r"\d{5}(?:2[AB]|(?!00)\d\d)\d{6}(?:\d\d)?")
_GROUP_WIDTHS = (1, 2, 2, 2, 3, 3, 2)


def find_nirs(text: str) -> Iterator[Finding]:
    """Yield the numbers of a text whose key is right, and those without key that a word before them announces."""
    taken = set()
    for found in _WITH_KEY.finditer(text):
        if not _is_in_address(text, found.start()) and (value := _verify_number(found[0])):
            taken.add(found.start())
            yield _build_finding(found.start(), found.end(), value)
    for found in _WITHOUT_KEY.finditer(text):
        if found.start(1) not in taken and (value := next(_list_readings(_strip_gaps(found[1])), "")):
            yield _build_finding(found.start(1), found.end(1), value)


def _build_finding(start: int, end: int, value: str) -> Finding:
    return Finding(PersonalDataKind.NIR, start, end, mask_in_groups(value[:3], len(value), _GROUP_WIDTHS), value)


def _strip_gaps(written: str) -> str:
    return _GAPS.sub("", _KEY_WORD.sub("", written))


def _is_in_address(text: str, start: int) -> bool:
    """Whether a position is inside a web or mail address, whose long numbers name pictures and pages."""
    word = text[max(0, start - _LONGEST_ADDRESS) : start].rsplit(maxsplit=1)
    return bool(word) and not text[start - 1].isspace() and any(mark in word[-1] for mark in _ADDRESS_MARKS)


def _verify_number(written: str) -> str:
    """Return the number in its normal form if its structure and key are right, else an empty string."""
    return next((value for value in _list_readings(_strip_gaps(written)) if nir.is_valid(value)), "")


def _list_readings(compact: str) -> Iterator[str]:
    """Yield the ways to read a number in which digits may be misread: « 2B » is Corsica, or a misread 28."""
    departments = [to_digits(compact[5:7])]
    if compact[5:7].upper() in ("2A", "2B"):
        departments.insert(0, compact[5:7].upper())
    # A word of letters that look like digits is no number.
    if sum(not each.isdigit() for each in compact) > _MAX_MISREAD:
        return
    for department in departments:
        value = to_digits(compact[:5]) + department + to_digits(compact[7:])
        if _NORMAL_FORM.fullmatch(value) and int(value[3:5]) in _MONTHS:
            yield value
