"""Everything personal that a text holds, each place once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.personal import contacts, iban, nir

if TYPE_CHECKING:
    from index.personal.finding import Finding


def find(text: str) -> tuple[Finding, ...]:
    """What a text holds of persons, in order. Of two that overlap, the longer: an account's digits are no phone."""
    found: list[Finding] = []
    every = [*nir.find(text), *iban.find(text), *contacts.phones(text), *contacts.mails(text)]
    for each in sorted(every, key=lambda each: each.start - each.end):
        if not any(each.start < other.end and other.start < each.end for other in found):
            found.append(each)
    return tuple(sorted(found, key=lambda each: each.start))
