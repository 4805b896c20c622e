"""A finding: a number or an address that belongs to one person, where it stands, and its masked form."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

MASK = "•"


class PersonalDataKind(Enum):
    """The kinds of personal data. The value is stored in the catalogue."""

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
    PersonalDataKind.NIR: "numéro de sécurité sociale",
    PersonalDataKind.IBAN: "numéro de compte bancaire (IBAN)",
    PersonalDataKind.MOBILE: "numéro de téléphone mobile",
    PersonalDataKind.LANDLINE: "numéro de téléphone fixe",
    PersonalDataKind.MAIL: "adresse électronique personnelle",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One value, at `start` to `end` of a text: `value` is its normal form, `masked` may be shown and stored."""

    kind: PersonalDataKind
    start: int
    end: int
    masked: str
    # Left out of repr, so that it ends in no log.
    value: str = field(repr=False)


def mask_in_groups(visible: str, length: int, sizes: tuple[int, ...]) -> str:
    """Return the first characters of a value of this length, the others masked, in groups of these sizes."""
    left, groups = visible + MASK * (length - len(visible)), []
    for size in sizes:
        groups.append(left[:size])
        left = left[size:]
    return " ".join(filter(None, groups))
