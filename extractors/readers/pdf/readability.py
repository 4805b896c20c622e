"""Tells the text of a page from what comes out of fonts that do not say which letters they draw."""

from __future__ import annotations

import re

# Tabs and line ends are none, nor are PDFium's marks of a hyphen at a line end.
_CONTROL = re.compile("[\0\x01\x03-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
_SUSPECT = re.compile("[\0\x01\x03-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
# How often French uses each letter, in thousandths, without its accents; its neighbours are much alike.
_FREQUENCIES = {
    "e": 147, "é": 19, "a": 81, "i": 76, "s": 79, "n": 71, "r": 66, "t": 72, "o": 58, "l": 55, "u": 63, "d": 37,
    "c": 33, "m": 30, "p": 25, "g": 9, "b": 9, "v": 18, "h": 7, "f": 11, "q": 14, "y": 3, "x": 4, "j": 6, "k": 1,
    "w": 1, "z": 3,
}  # fmt: skip
# The mean of these over the letters of a text: about 70 in French, 64 in English, 38 where any letter is as likely.
_LOWEST_MEAN = 52
# Fewer characters or letters say nothing.
_FEWEST_CHARACTERS, _FEWEST_LETTERS = 20, 80
_CONTROL_SHARE, _PRIVATE_SHARE = 0.05, 0.3
# As much of a page tells as all of it.
_MOST_CHARACTERS = 800


def is_readable(text: str) -> bool:
    """Whether a text is made of words, as far as that shows: short ones and those of other alphabets always are."""
    words = text[:_MOST_CHARACTERS].split()
    count = sum(map(len, words))
    if count < _FEWEST_CHARACTERS:
        return True
    packed = "".join(words)
    # The cheap test first: most pages have neither.
    is_suspect = _SUSPECT.search(packed) is not None
    controls = len(_CONTROL.findall(packed)) if is_suspect else 0
    private = len(_PRIVATE.findall(packed)) if is_suspect else 0
    if is_suspect and (controls >= _CONTROL_SHARE * count or controls + private >= _PRIVATE_SHARE * count):
        return False
    lower = packed.lower()
    counts = {letter: lower.count(letter) for letter in _FREQUENCIES}
    letters = sum(counts.values())
    total = sum(found * _FREQUENCIES[letter] for letter, found in counts.items())
    return letters < _FEWEST_LETTERS or total >= _LOWEST_MEAN * letters
