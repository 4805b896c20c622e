"""What to do about what was found: which documents are kept from members until an animator has looked."""

from __future__ import annotations

import hmac
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from index.personal.finding import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from index.model import Passage
    from index.personal.finding import Finding

FINDER_VERSION = 1
"""Raise it when other values are found, or others kept from members: every document is then checked again."""

WITHHOLDING = frozenset({Kind.NIR, Kind.IBAN})
"""One of these keeps a document from members: nobody publishes them on purpose, and their keys leave little doubt."""

TOLD = frozenset({Kind.MOBILE, Kind.MAIL})
"""Those of speakers stand on many last slides: animators are told. Landlines belong to offices: nobody is."""

PERSONS_IN_A_LIST = 10
"""So many different mobile numbers and private addresses make a list of persons, such as a sign-in sheet."""


class Verdict(Enum):
    """What an animator decided about a value."""

    NOTHING = "rien"
    RESERVED = "reserve"

    @property
    def label(self) -> str:
        """What an animator reads."""
        return {"rien": "rien de personnel", "reserve": "gardé réservé"}[self.value]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A finding in a document: the ordinal of its passage, and in which of its texts (title, text, notes)."""

    finding: Finding
    ordinal: int
    part: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value found in a document's present version, `where` it first stands (« diapositive 4 »), what was decided."""

    number: int
    kind: Kind
    where: str
    masked: str
    found: datetime
    verdict: Verdict | None = None
    who: str = ""
    at: datetime | None = None


def look(passages: Iterable[Passage]) -> tuple[Sighting, ...]:
    """What a document's passages hold that an animator should know of, in reading order."""
    # Only who reads documents looks; who reads the catalogue knows what was found.
    from index.personal.finds import find  # noqa: PLC0415

    return tuple(
        Sighting(finding, passage.ordinal, part)
        for passage in passages
        for part, text in (("title", passage.title), ("text", passage.text), ("notes", passage.notes))
        for finding in find(text)
        if finding.kind in WITHHOLDING | TOLD
    )


def fingerprint(finding: Finding, key: bytes) -> str:
    """What stands for a value in the catalogue: who has not the key cannot try values against it."""
    return hmac.new(key, f"{finding.kind.value}:{finding.value}".encode(), "sha256").hexdigest()


def withheld(doubts: Iterable[tuple[Kind, Verdict | None]]) -> bool:
    """Whether a document with these doubts, one a value, is kept from members."""
    left = Counter((kind, verdict) for kind, verdict in doubts if verdict is not Verdict.NOTHING)
    reserved = any(verdict is Verdict.RESERVED for _, verdict in left)
    persons = sum(count for (kind, _), count in left.items() if kind in TOLD)
    return reserved or persons >= PERSONS_IN_A_LIST or any(kind in WITHHOLDING for kind, _ in left)
