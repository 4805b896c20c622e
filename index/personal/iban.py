"""Finds IBANs, bank account numbers (ISO 13616): a country, two check digits, then a structure of that country."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum import iban, numdb

from index.personal.finding import HIDDEN, Finding, Kind
from index.personal.misread import DIGIT, digits, letters, readings

if TYPE_CHECKING:
    from collections.abc import Iterator

_PART = re.compile(r"(\d+)!([nac])")
# Printed in groups of four, with any of these between; at most two in a row.
_GAPS = " \t\n\r\u00a0\u202f\u2009.-–·_"
_LONGEST_GAP = 2
# Two letters and two digits, one of which may be misread, not inside a word but perhaps stuck to « IBAN ».
_START = re.compile(rf"(?:(?<![^\W_])|(?<=IBAN))(?P<country>[A-Za-z]{{2}})[{re.escape(_GAPS)}]?(?=\d{DIGIT}|{DIGIT}\d)")
# Letters in a run of letters and digits that may be misread digits; each doubles the readings to try.
_MOST_DOUBTFUL = 4
_GROUP = 4


def _structures() -> dict[str, str]:
    """Return by country a letter for each character after the check digits: n a digit, a a capital, c either."""
    registry = numdb.get("iban")
    return {
        country: "".join(kind * int(length) for length, kind in _PART.findall(properties["bban"]))
        for _, country, _, properties, _ in registry.prefixes
    }


_STRUCTURES = _structures()


def find(text: str) -> Iterator[Finding]:
    """Yield the account numbers of a text whose structure and check digits are right."""
    for started in _START.finditer(text):
        country = started["country"].upper()
        structure = _STRUCTURES.get(country)
        if structure is None:
            continue
        written, end = _run(text, started.end(), 2 + len(structure))
        if value := _verified(country, structure, written):
            yield Finding(Kind.IBAN, started.start(), end, _masked(value), value)


def _run(text: str, start: int, length: int) -> tuple[str, int]:
    """Return `length` letters and digits from a place on, without gaps, and where they end.

    The text is empty where there are fewer, or where one more follows at once.
    """
    run: list[str] = []
    gap, at = 0, start
    while at < len(text) and len(run) < length:
        each = text[at]
        if each.isascii() and each.isalnum():
            run.append(each)
            gap = 0
        elif each in _GAPS and gap < _LONGEST_GAP:
            gap += 1
        else:
            return "", at
        at += 1
    goes_on = at < len(text) and text[at].isalnum()
    return ("", at) if len(run) < length or goes_on else ("".join(run), at)


def _verified(country: str, structure: str, written: str) -> str:
    """Return the number in its normal form, empty if it is none; characters that OCR confuses are tried both ways."""
    # Some countries allow letters everywhere: without this check, one sentence in a hundred would pass for a number.
    if 2 * sum(map(str.isdigit, written)) < len(written) or not written:
        return ""
    heads = country + digits(written[:2])
    tails = [heads]
    for kind, part in _parts(structure, written[2:]):
        choices = {"n": [digits(part)], "a": [letters(part)]}.get(kind) or readings(part, _MOST_DOUBTFUL)
        tails = [tail + choice for tail in tails for choice in choices]
    # Without the countries' own checks: the structure and the check digits of the IBAN are enough.
    return next((value for value in tails if iban.is_valid(value, check_country=False)), "")


def _parts(structure: str, written: str) -> Iterator[tuple[str, str]]:
    for run in re.finditer(r"(.)\1*", structure):
        yield run[1], written[run.start() : run.end()]


def _masked(value: str) -> str:
    shown = value[:_GROUP] + HIDDEN * (len(value) - _GROUP)
    return " ".join(shown[at : at + _GROUP] for at in range(0, len(shown), _GROUP))
