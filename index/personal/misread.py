"""Digits that OCR reads as letters, and letters that it reads as digits."""

from __future__ import annotations

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
