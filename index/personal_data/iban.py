"""Finds IBANs, bank account numbers (ISO 13616): a country, two check digits, then a structure of that country."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum import iban, numdb

from index.personal_data.findings import (
    DIGIT_PATTERN,
    MASK,
    Finding,
    PersonalDataKind,
    list_readings,
    to_digits,
    to_letters,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_BBAN_PART = re.compile(r"(\d+)!([nac])")
# Printed in groups of four, with any of these between; at most two in a row.
_GAPS = " \t\n\r\u00a0\u202f\u2009.-–·_"
_LONGEST_GAP = 2
# Two letters and two digits, one of which may be misread, not inside a word but perhaps stuck to « IBAN ».
_START = re.compile(
    rf"(?:(?<![^\W_])|(?<=IBAN))(?P<country>[A-Za-z]{{2}})[{re.escape(_GAPS)}]?(?=\d{DIGIT_PATTERN}|{DIGIT_PATTERN}\d)"
)
# Letters in a run of letters and digits that may be misread digits; each doubles the readings to try.
_MAX_DOUBTFUL = 4
_GROUP_SIZE = 4


def _load_structures() -> dict[str, str]:
    """Return by country a letter for each character after the check digits: n a digit, a a capital, c either."""
    registry = numdb.get("iban")
    return {
        country: "".join(kind * int(length) for length, kind in _BBAN_PART.findall(properties["bban"]))
        for _, country, _, properties, _ in registry.prefixes
    }


_STRUCTURES = _load_structures()


def find_ibans(text: str) -> Iterator[Finding]:
    """Yield the account numbers of a text whose structure and check digits are right."""
    for started in _START.finditer(text):
        country = started["country"].upper()
        structure = _STRUCTURES.get(country)
        if structure is None:
            continue
        written, end = _read_characters(text, started.end(), 2 + len(structure))
        if value := _verify_number(country, structure, written):
            yield Finding(PersonalDataKind.IBAN, started.start(), end, _mask_number(value), value)


def _read_characters(text: str, start: int, length: int) -> tuple[str, int]:
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


def _verify_number(country: str, structure: str, written: str) -> str:
    """Return the number in its normal form, empty if it is none; characters that OCR confuses are tried both ways."""
    # Some countries allow letters everywhere: without this check, one sentence in a hundred would pass for a number.
    if 2 * sum(map(str.isdigit, written)) < len(written) or not written:
        return ""
    heads = country + to_digits(written[:2])
    tails = [heads]
    for kind, part in _split_by_kind(structure, written[2:]):
        choices = {"n": [to_digits(part)], "a": [to_letters(part)]}.get(kind) or list_readings(part, _MAX_DOUBTFUL)
        tails = [tail + choice for tail in tails for choice in choices]
    # Without the countries' own checks: the structure and the check digits of the IBAN are enough.
    return next((value for value in tails if iban.is_valid(value, check_country=False)), "")


def _split_by_kind(structure: str, written: str) -> Iterator[tuple[str, str]]:
    for run in re.finditer(r"(.)\1*", structure):
        yield run[1], written[run.start() : run.end()]


def _mask_number(value: str) -> str:
    shown = value[:_GROUP_SIZE] + MASK * (len(value) - _GROUP_SIZE)
    return " ".join(shown[at : at + _GROUP_SIZE] for at in range(0, len(shown), _GROUP_SIZE))
