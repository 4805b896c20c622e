"""The French analyser: the one place where text becomes the words that engines compare.

It gives two streams of the same length: exact words (folded, unstemmed) and stems. Every engine and the highlighter
read their words here, so that they agree on what is found.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import Stemmer

from index.engine import Word

if TYPE_CHECKING:
    from collections.abc import Iterator

ANALYSER_VERSION = 1
"""Raised whenever the same text would give other words: an index of another version must be rebuilt."""

# U+02BC is a letter to Unicode and an apostrophe to those who type it.
_WORD = re.compile(r"[^\W_ʼ]+")
_APOSTROPHES = frozenset("'’ʼ‘")
_ELISIONS = frozenset({"l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu"})
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})

STOP_WORDS = frozenset(
    """
    à au aux avec ce ces cet cette chez comme comment dans de des du elle elles en entre est et eux il ils je la le les
    leur leurs lui ma mais me mes moi mon ne nos notre nous on ou où par pas pour pourquoi qu quand que quel quelle
    quelles quels qui sa sans se ses si son sont sous sur ta te tes toi ton tu un une vos votre vous y ai as a avons
    avez ont été être était sera
    """.split()  # noqa: SIM905 - a list would stand one word a line
)
"""Words that carry no meaning in a question, by their accented forms: « dû » and « du » are not one word."""

# A stemmer serves one thread at a time.
_THREAD = threading.local()


@dataclass(frozen=True, slots=True)
class Token:
    """A word and where it stands: `start` and `end` are character offsets in the text analysed."""

    word: Word
    lower: str
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case without accents or ligatures: « Œuvré » gives `oeuvre`."""
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=200_000)
def analyse(lower: str) -> Word:
    """The exact form and the stem of one word already in lower case."""
    # Stem before folding: « marché » and « marche » must not meet earlier than they have to.
    return Word(exact=fold(lower), stem=fold(_stemmer().stemWord(lower)))


def _stemmer() -> Stemmer.Stemmer:
    if not hasattr(_THREAD, "stemmer"):
        # No cache inside: `analyse` has its own, for all threads.
        _THREAD.stemmer = Stemmer.Stemmer("french", 0)
    return _THREAD.stemmer


def tokens(text: str) -> Iterator[Token]:
    """The words of a text in NFC, elided articles left out: « l’accès » gives the one word « accès »."""
    length = len(text)
    for found in _WORD.finditer(text):
        lower, end = found.group().lower(), found.end()
        if lower in _ELISIONS and end < length and text[end] in _APOSTROPHES:
            continue
        yield Token(analyse(lower), lower, found.start(), end)


def streams(text: str) -> tuple[str, str]:
    """The two streams that an engine indexes: exact words and stems, separated by spaces, position for position."""
    words = [token.word for token in tokens(text)]
    return " ".join(word.exact for word in words), " ".join(word.stem for word in words)


def normalise(text: str) -> str:
    """The form in which texts are kept: NFC, so that an offset means one thing everywhere."""
    return unicodedata.normalize("NFC", text)
