"""Numbers as lists of word processors write them, in letters."""

from __future__ import annotations

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x")),
    *((9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
# Beyond, Word writes neither; and a hostile file may count from anywhere.
_MOST_ROMAN, _MOST_LETTERS = 32_767, 780
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def format_roman(number: int) -> str:
    """A number in small Roman letters; in digits where it has none."""
    if not 0 < number <= _MOST_ROMAN:
        return str(number)
    written = ""
    for value, letters in _ROMAN:
        turns, number = divmod(number, value)
        written += letters * turns
    return written


def format_letters(number: int) -> str:
    """A number as a small letter; after « z » come « aa », « bb »: the same letter, once more for each turn."""
    if not 0 < number <= _MOST_LETTERS:
        return str(number)
    turns, place = divmod(number - 1, len(_ALPHABET))
    return _ALPHABET[place] * (turns + 1)
