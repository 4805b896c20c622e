"""Everything personal that a text holds, each place once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.personal import contacts, iban, nir

if TYPE_CHECKING:
    from index.personal.finding import Finding

_DIGIT = re.compile(r"\d")
_LEAST_DIGITS = 7
"""The shortest account number has fifteen characters, half of them digits; of the others' at most six are misread."""


def find(text: str) -> tuple[Finding, ...]:
    """What a text holds of persons, in order. Of two that overlap, the longer: an account's digits are no phone."""
    # Nearly every text is without, and is not looked at number by number.
    if "@" not in text and len(_DIGIT.findall(text)) < _LEAST_DIGITS:
        return ()
    found: list[Finding] = []
    every = [*nir.find(text), *iban.find(text), *contacts.phones(text), *contacts.mails(text)]
    for each in sorted(every, key=lambda each: each.start - each.end):
        if not any(each.start < other.end and other.start < each.end for other in found):
            found.append(each)
    return tuple(sorted(found, key=lambda each: each.start))
