"""Guesses the encoding of Western text by its letters: of the old code pages, the one that makes French words of it."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CODE_PAGES = ("cp1252", "iso8859-15", "mac-roman", "cp850")
"""What French texts that are no Unicode were written in, by Windows, Unix, old Macintosh and DOS, likeliest first."""

_SIGNS = {name: [bytes([byte]).decode(name, errors="replace") for byte in range(256)] for name in CODE_PAGES}
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
# A few hundred tell as much as all.
_MOST_BYTES = 600
_FRENCH = frozenset("éèêëàâçùûüîïôæ")
_FRENCH_CAPITALS = frozenset("ÉÈÊËÀÂÇÙÛÜÎÏÔŒÆ")
_FOREIGN = frozenset("äößáíóúñìòãõåøÄÖÁÍÓÚÑÅØÃÕ")
# What follows « œ » in « œuvre », « œil », « œdème », « fœtus », « Œdipe ».
_AFTER_OE = frozenset("uidtsnUIDTSN")
# A guess is believed if its letters are at least this good on average, and another one's this much worse.
_GOOD, _CLOSE = 1.0, 0.6


class EncodingGuess(NamedTuple):
    """An encoding, and whether another one is about as likely."""

    encoding: str
    is_doubtful: bool


def guess_western_encoding(content: bytes, declared: str = "") -> EncodingGuess:
    """The likeliest code page of bytes that are no UTF-8; the `declared` one where another is hardly likelier."""
    padded = b" %b " % content
    places = (match.start() for match in islice(_BEYOND_ASCII.finditer(padded), _MOST_BYTES))
    # Each byte with what stands beside it.
    found = Counter(padded[place - 1 : place + 2] for place in places)
    expected = declared or CODE_PAGES[0]
    readings = {encoding: list(_read_signs(found, encoding)) for encoding in CODE_PAGES}
    scores = {name: sum(rating for _, rating in signs) + (name == expected) for name, signs in readings.items()}
    best = max(CODE_PAGES, key=lambda encoding: scores[encoding])
    if declared and scores[declared] > _CLOSE * scores[best]:
        return EncodingGuess(declared, is_doubtful=False)
    is_close = any(_is_close(readings[best], signs) for name, signs in readings.items() if name != best)
    return EncodingGuess(best, scores[best] < _GOOD * found.total() or is_close)


def _is_close(best: Iterable[tuple[str, float]], other: Iterable[tuple[str, float]]) -> bool:
    """Whether the signs that another reading gives fit about as well, where it gives other signs."""
    differing = [(rating, rated) for (sign, rating), (read, rated) in zip(best, other, strict=True) if sign != read]
    return sum(rated for _, rated in differing) > _CLOSE * sum(rating for rating, _ in differing)


def _read_signs(found: Counter[bytes], encoding: str) -> Iterator[tuple[str, float]]:
    """Each sign with how well it fits between its neighbours, times how often it does."""
    signs = _SIGNS[encoding]
    for (before, byte, after), count in found.items():
        sign = signs[byte]
        yield sign, count * _rate_character(signs[before], sign, signs[after])


@lru_cache(maxsize=8192)
def _rate_character(before: str, sign: str, after: str) -> float:
    """From -6 for what no text has, over 0 for what says nothing, to 3 for a French letter in a word."""
    if sign in "\ufffd\x7f" or "\x80" <= sign < "\xa0":
        return -6
    return _rate_letter(before, sign, after) if sign.isalpha() else _rate_sign(before, sign, after)


def _rate_letter(before: str, letter: str, after: str) -> float:
    if letter.isupper() and before.islower():
        return -3
    # French has no three accents in a row, other alphabets have nothing else.
    if not before.isascii() and before.isalpha() and not after.isascii() and after.isalpha():
        return -2
    if letter in "œŒ":
        return 3 if after in _AFTER_OE else -1
    if letter in _FRENCH:
        # Alone there are no words but « à », and no small letter stands among capitals.
        in_word = before.isalpha() or after.isalpha() or letter == "à"
        return -2 if before.isupper() and after.isupper() else 3.0 * in_word
    if letter in _FRENCH_CAPITALS:
        return 2 if before.isalpha() or after.isalpha() or letter == "À" or after in "'’" else -0.5
    return 0.5 if letter in _FOREIGN and (before.isalpha() or after.isalpha()) else -1


def _rate_sign(before: str, sign: str, after: str) -> float:
    expected = _EXPECTED.get(sign)
    if expected is not None and re.fullmatch(expected, before + "_" + after):
        return 2
    return -3 if sign == "¤" or (before.isalpha() and after.isalpha()) else -0.5


# By sign, what stands before and after it where it belongs.
_EXPECTED = {
    **dict.fromkeys("’‘", r"(?s)\w_\w|\s_\w|\w_\s"),
    "“": r"(?s)[\s(]_\S",
    "”": r"(?s)\S_[\s).,;]",
    "«": r"(?s)[\s(]_[\s\w\xa0]",
    "»": r"(?s)[\s\xa0\w.!?]_[\s),.;]",
    "…": r"(?s)\w_[\s)\]»]|[(\[]_[)\]]",
    **dict.fromkeys("–—", r"(?s)\s_[\s\xa0]|\d_\d"),
    **dict.fromkeys("•·", r"(?s)[\s]_\s|[a-z]_[a-z]"),
    "\xa0": r"(?s)._[?!:;»%€–]|[«\d°–]_.",
    "€": r"(?s)[\d\s\xa0k]_[\s\xa0).,;/]|\s_\d",
    "°": r"(?s)[\dnN]_.",
    **dict.fromkeys("²³", r"(?s)[a-z]_[^a-z]"),
    **dict.fromkeys("½¼¾", r"(?s)[\d\s]_[\s.,)]"),
    "×": r"(?s)[\s\d]_[\s\d]",
    "µ": r"(?s)[\s\d]_\w",
    "§": r"(?s)\s_[\s\xa0\d]",
    **dict.fromkeys("®©™", r"(?s)[\s\w]_\s"),
}
