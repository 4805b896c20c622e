"""Guesses the encoding of Western text by its letters: of the old code pages, the one that makes French words of it."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import NamedTuple

CODE_PAGES = ("cp1252", "iso8859-15", "mac-roman", "cp850")
"""What French texts that are no Unicode were written in, by Windows, Unix, old Macintosh and DOS, likeliest first."""

# Bytes above ASCII with what stands beside them; a few thousand tell as much as all.
_AROUND = re.compile(rb"(?s)(?<=(.))?([\x80-\xff])(?=(.))?")
_MOST_BYTES = 4000
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
    found = Counter(match.groups(default=b" ") for match in islice(_AROUND.finditer(content), _MOST_BYTES))
    expected = declared or CODE_PAGES[0]
    readings = {encoding: _rate(found, encoding, 1.0 if encoding == expected else 0.0) for encoding in CODE_PAGES}
    best = max(CODE_PAGES, key=lambda encoding: readings[encoding][0])
    if declared and readings[declared][0] > _CLOSE * readings[best][0]:
        return EncodingGuess(declared, is_doubtful=False)
    score, text = readings[best]
    others = (rated for rated, other in readings.values() if other != text)
    is_doubtful = score < _GOOD * found.total() or max(others, default=0) > _CLOSE * score
    return EncodingGuess(best, is_doubtful)


def _rate(found: Counter[tuple[bytes, ...]], encoding: str, start: float) -> tuple[float, str]:
    """How well the characters fit between their neighbours, added to `start`; and the characters."""
    total, characters = start, list[str]()
    for around, count in found.items():
        before, sign, after = (each.decode(encoding, errors="replace") for each in around)
        total += count * _rate_character(before, sign, after)
        characters.append(sign)
    return total, "".join(characters)


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
