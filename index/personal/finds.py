"""Finds all personal data in a text, without overlaps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.personal import contacts, iban, nir

if TYPE_CHECKING:
    from index.personal.finding import Finding

_DIGIT = re.compile(r"\d")
# The shortest account number has fifteen characters, half of them digits; a NIR has thirteen, six misread at most.
_MIN_DIGITS = 7


def find_in_text(text: str) -> tuple[Finding, ...]:
    """Return the personal data in a text, in order; of two findings that overlap, the longer one."""
    # Nearly all texts hold none, and this check is much faster than the expressions.
    if "@" not in text and len(_DIGIT.findall(text)) < _MIN_DIGITS:
        return ()
    found: list[Finding] = []
    every = [*nir.find_nirs(text), *iban.find_ibans(text), *contacts.find_phones(text), *contacts.find_mails(text)]
    # The longest first: ten digits of an account number are no phone number.
    for each in sorted(every, key=lambda each: each.start - each.end):
        if not any(each.start < other.end and other.start < each.end for other in found):
            found.append(each)
    return tuple(sorted(found, key=lambda each: each.start))
