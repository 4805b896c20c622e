"""Decides which documents are withheld from members until an animator has looked at the personal data found."""

from __future__ import annotations

import hmac
import re
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from index.personal_data.findings import PersonalDataKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from index.model import Passage
    from index.personal_data.findings import Finding

FINDER_VERSION = 1
"""Increase it when other values are found, or others withheld: every document is then checked again."""

WITHHOLDING_KINDS = frozenset({PersonalDataKind.NIR, PersonalDataKind.IBAN})
"""One of these withholds a document: nobody publishes them on purpose, and their keys leave little doubt."""

REPORTED_KINDS = frozenset({PersonalDataKind.MOBILE, PersonalDataKind.MAIL})
"""Reported to animators only, since speakers put theirs on their last slides. Landlines belong to offices."""

MIN_LISTED_PERSONS = 10
"""So many different mobile numbers and private addresses are a list of persons, such as a sign-in sheet."""


class Verdict(Enum):
    """An animator's decision about a value."""

    NOTHING = "rien"
    RESERVED = "reserve"

    @property
    def label(self) -> str:
        """What an animator reads."""
        return {"rien": "rien de personnel", "reserve": "gardé réservé"}[self.value]


@dataclass(frozen=True, slots=True)
class LocatedFinding:
    """A finding in a document: its passage's ordinal, and the text of the passage: title, text or notes."""

    finding: Finding
    ordinal: int
    part: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value found in a document's present version, `where` it first stands (« diapositive 4 »), and the decision."""

    number: int
    kind: PersonalDataKind
    where: str
    masked: str
    found: datetime
    verdict: Verdict | None = None
    who: str = ""
    at: datetime | None = None


def find_personal_data(passages: Iterable[Passage]) -> tuple[LocatedFinding, ...]:
    """Return the personal data in a document's passages that animators should know of, in reading order."""
    return tuple(
        LocatedFinding(finding, passage.ordinal, part)
        for passage in passages
        for part, text in (("title", passage.title), ("text", passage.text), ("notes", passage.notes))
        for finding in find_in_text(text)
        if finding.kind in WITHHOLDING_KINDS | REPORTED_KINDS
    )


def fingerprint(finding: Finding, key: bytes) -> str:
    """Return what the catalogue stores in place of a value, as hexadecimal."""
    # Keyed: there are so few possible numbers that a plain hash could be reversed by trying them all.
    return hmac.new(key, f"{finding.kind.value}:{finding.value}".encode(), "sha256").hexdigest()


def is_withheld(doubts: Iterable[tuple[PersonalDataKind, Verdict | None]]) -> bool:
    """Whether a document with these values, each with its decision if any, is withheld from members."""
    left = Counter((kind, verdict) for kind, verdict in doubts if verdict is not Verdict.NOTHING)
    reserved = any(verdict is Verdict.RESERVED for _, verdict in left)
    persons = sum(count for (kind, _), count in left.items() if kind in REPORTED_KINDS)
    return reserved or persons >= MIN_LISTED_PERSONS or any(kind in WITHHOLDING_KINDS for kind, _ in left)


_DIGIT = re.compile(r"\d")
# The shortest account number has fifteen characters, half of them digits; a NIR has thirteen, six misread at most.
_MIN_DIGITS = 7


def find_in_text(text: str) -> tuple[Finding, ...]:
    """Return the personal data in a text, in order; of two findings that overlap, the longer one."""
    # Nearly all texts hold none, and this check is much faster than the expressions.
    if "@" not in text and len(_DIGIT.findall(text)) < _MIN_DIGITS:
        return ()
    # Imported here: only the indexer searches texts; other processes need not load the tables of account numbers.
    from index.personal_data import contacts, iban, nir  # noqa: PLC0415

    found: list[Finding] = []
    every = [*nir.find_nirs(text), *iban.find_ibans(text), *contacts.find_phones(text), *contacts.find_mails(text)]
    # The longest first: ten digits of an account number are no phone number.
    for each in sorted(every, key=lambda each: each.start - each.end):
        if not any(each.start < other.end and other.start < each.end for other in found):
            found.append(each)
    return tuple(sorted(found, key=lambda each: each.start))
