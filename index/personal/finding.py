"""What is found: a number or an address that belongs to one person, where it stands, and what may be shown of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

HIDDEN = "•"


class Kind(Enum):
    """What a finding is. The value is kept in the catalogue."""

    NIR = "nir"
    IBAN = "iban"
    MOBILE = "mobile"
    LANDLINE = "fixe"
    MAIL = "courriel"

    @property
    def label(self) -> str:
        """What an animator reads."""
        return _LABELS[self]


_LABELS = {
    Kind.NIR: "numéro de sécurité sociale",
    Kind.IBAN: "numéro de compte bancaire (IBAN)",
    Kind.MOBILE: "numéro de téléphone mobile",
    Kind.LANDLINE: "numéro de téléphone fixe",
    Kind.MAIL: "adresse électronique personnelle",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One value at `start` to `end` of a text: `value` in its normal form, `masked` fit to be shown and kept."""

    kind: Kind
    start: int
    end: int
    masked: str
    # Left out of repr: what is found must not end in a log.
    value: str = field(repr=False)


def grouped(shown: str, length: int, sizes: tuple[int, ...]) -> str:
    """The first characters of a value of a certain length, the others hidden, in groups of these sizes."""
    left, groups = shown + HIDDEN * (length - len(shown)), []
    for size in sizes:
        groups.append(left[:size])
        left = left[size:]
    return " ".join(filter(None, groups))
