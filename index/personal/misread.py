"""Characters that recognition takes for one another: a digit read as a letter, a letter read as a digit."""

from __future__ import annotations

_AS_DIGIT = {
    **dict.fromkeys("OoQD", "0"),
    **dict.fromkeys("Il", "1"),
    **dict.fromkeys("Zz", "2"),
    **dict.fromkeys("Ss", "5"),
    "B": "8",
}
_AS_LETTER = {"0": "O", "1": "I", "2": "Z", "5": "S", "8": "B"}

DIGIT = f"[0-9{''.join(_AS_DIGIT)}]"
"""A character that is a digit, or that may be one misread."""


def digits(text: str) -> str:
    """The text with the letters that stand for digits put right."""
    return "".join(_AS_DIGIT.get(each, each) for each in text)


def letters(text: str) -> str:
    """The text, in capitals, with the digits that stand for letters put right."""
    return "".join(_AS_LETTER.get(each, each) for each in text.upper())


def readings(text: str, most: int) -> list[str]:
    """A text of digits and letters, in capitals: as written, then with its doubtful letters as digits, likeliest first.

    Beyond so many doubtful letters, the others are digits: few numbers hold many letters.
    """
    found, doubtful = [""], 0
    for each in text:
        digit = _AS_DIGIT.get(each)
        doubtful += digit is not None
        choices = [each.upper()] if digit is None else [digit, each.upper()] if doubtful <= most else [digit]
        found = [before + choice for before in found for choice in choices]
    return [text.upper(), *found]
