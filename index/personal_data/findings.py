"""A finding: a number or an address that belongs to one person, where it stands, and its masked form."""

from __future__ import annotations

import re
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


# Capitals but for « o », « l », « z », « s », which look like digits in lower case too.
_AS_DIGIT = {
    **dict.fromkeys("OoQD", "0"),
    **dict.fromkeys("Il", "1"),
    **dict.fromkeys("Zz", "2"),
    **dict.fromkeys("Ss", "5"),
    "B": "8",
}
_AS_LETTER = {"0": "O", "1": "I", "2": "Z", "5": "S", "8": "B"}

DIGIT_PATTERN = f"[0-9{''.join(_AS_DIGIT)}]"
"""A regular expression for a digit, or for a letter that may be a misread digit."""


def to_digits(text: str) -> str:
    """Return the text with letters that stand for digits replaced by these."""
    return "".join(_AS_DIGIT.get(each, each) for each in text)


def to_letters(text: str) -> str:
    """Return the text in capitals, with digits that stand for letters replaced by these."""
    return "".join(_AS_LETTER.get(each, each) for each in text.upper())


def list_readings(text: str, max_doubtful: int) -> list[str]:
    """Return the ways to read a text of digits and letters, in capitals: as it is, then by likelihood.

    Each of the first `max_doubtful` doubtful letters is tried as a digit and as a letter; further ones are taken for
    digits, since few numbers hold many letters.
    """
    found, doubtful = [""], 0
    for each in text:
        digit = _AS_DIGIT.get(each)
        doubtful += digit is not None
        choices = [each.upper()] if digit is None else [digit, each.upper()] if doubtful <= max_doubtful else [digit]
        found = [before + choice for before in found for choice in choices]
    return [text.upper(), *found]


_NUMBER_OR_ADDRESS = re.compile(r"\S@\S|\d{7}|(?:\d[ .\-/]?){9}")


def may_name_person(words: str) -> bool:
    """Whether the words of a search may hold a mail address, a file, telephone or social security number.

    Such words are neither stored nor sent anywhere: it is better to be wrong about some.
    """
    return bool(_NUMBER_OR_ADDRESS.search(words))
