"""The IBAN, an account's number: a country, a key of two digits, then what the country's banks lay down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum import iban, numdb

from index.personal.finding import HIDDEN, Finding, Kind
from index.personal.misread import DIGIT, digits, letters, readings

if TYPE_CHECKING:
    from collections.abc import Iterator

_PART = re.compile(r"(\d+)!([nac])")
_GAPS = " \t\n\r\u00a0\u202f\u2009.-–·_"
_LONGEST_GAP = 2
_START = re.compile(rf"(?:(?<![^\W_])|(?<=IBAN))(?P<country>[A-Za-z]{{2}})[{re.escape(_GAPS)}]?(?=\d{DIGIT}|{DIGIT}\d)")
_MOST_DOUBTFUL = 4
_GROUP = 4


def _structures() -> dict[str, str]:
    """Country -> a letter for each character after the key: n for a digit, a for a capital, c for either."""
    registry = numdb.get("iban")
    return {
        country: "".join(kind * int(length) for length, kind in _PART.findall(properties["bban"]))
        for _, country, _, properties, _ in registry.prefixes
    }


_STRUCTURES = _structures()


def find(text: str) -> Iterator[Finding]:
    """The account numbers of a text whose structure and key are right."""
    for started in _START.finditer(text):
        country = started["country"].upper()
        structure = _STRUCTURES.get(country)
        if structure is None:
            continue
        written, end = _run(text, started.end(), 2 + len(structure))
        if value := _verified(country, structure, written):
            yield Finding(Kind.IBAN, started.start(), end, _masked(value), value)


def _run(text: str, start: int, length: int) -> tuple[str, int]:
    """So many letters and digits from a place on, whatever the gaps, and where they end; none where they go on."""
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
    """The number in its normal form, else nothing. Letters and digits that recognition confuses are tried."""
    # Some countries allow letters everywhere: without this, one sentence in a hundred would do.
    if 2 * sum(map(str.isdigit, written)) < len(written) or not written:
        return ""
    heads = country + digits(written[:2])
    tails = [heads]
    for kind, part in _parts(structure, written[2:]):
        choices = {"n": [digits(part)], "a": [letters(part)]}.get(kind) or readings(part, _MOST_DOUBTFUL)
        tails = [tail + choice for tail in tails for choice in choices]
    return next((value for value in tails if iban.is_valid(value, check_country=False)), "")


def _parts(structure: str, written: str) -> Iterator[tuple[str, str]]:
    for run in re.finditer(r"(.)\1*", structure):
        yield run[1], written[run.start() : run.end()]


def _masked(value: str) -> str:
    shown = value[:_GROUP] + HIDDEN * (len(value) - _GROUP)
    return " ".join(shown[at : at + _GROUP] for at in range(0, len(shown), _GROUP))
