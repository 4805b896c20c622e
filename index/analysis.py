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
from itertools import compress
from operator import or_
from typing import TYPE_CHECKING

import Stemmer

from index.engine import Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet

ANALYSER_VERSION = 2
"""Raised whenever the same text would give other words: an index of another version must be rebuilt."""

_APOSTROPHES = "'’ʼ‘"
_ELISIONS = frozenset({"l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu"})
_ACCENTS = re.compile("[\u0300-\u034e\u0350-\u036f]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})

# U+02BC is a letter to Unicode and an apostrophe to those who type it.
_LETTERS = r"[^\W_ʼ]+"

# « agent.e.s », « usager·ère·s », « étudiant-e-s » : what is added to the masculine, between marks.
_ENDINGS = r"(?:e|es|s|ne|nes|te|tes|le|les|ère|ères|ière|ières|trice|trices|euse|euses|rice|rices|ve|ves|sse|sses|x)"
_INCLUSIVE = (
    rf"(?:[·•‧∙.]{_ENDINGS}(?:[·•‧∙.]s)?(?!\w)"
    rf"|-(?:e|ne|ère|trice|euse)(?:-s)?(?![\w-])(?!['’])"
    rf"|\({_ENDINGS}\)s?(?!\w))"
)

_NUMBER = r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)"
_APOSTROPHED = re.compile(rf"{_LETTERS}[{_APOSTROPHES}]?")
_COMPOUND = re.compile(rf"{_LETTERS}(?:[-‐‑]{_LETTERS})+")

# What `_TOKEN` reads specially shows by these: rare characters, which are quick to look for, then what follows them.
_HYPHENS = ("-", "‐", "‑")
_HYPHEN = re.compile(f"[{''.join(_HYPHENS)}]")
_MIDDLE_DOTS = ("·", "•", "‧", "∙")
_DIGIT = re.compile("[0-9]")
_THOUSANDS = re.compile(_NUMBER)
_SPECIAL = tuple(
    map(
        re.compile,
        (
            r"\.(?=[^\W\d_])",
            rf"\({_ENDINGS}\)",
            r"-(?:e|ne|ère|trice|euse)(?!\w)",
        ),
    )
)

_TOKEN = re.compile(
    # An acronym with dots is its letters: « C.A.F. » and « CAF » are one word.
    r"(?P<acronym>(?<![\w.])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![\w]))?)"
    # A number with its thousands apart is one number.
    rf"|(?P<number>{_NUMBER})"
    rf"|(?P<word>{_LETTERS})(?P<inclusive>{_INCLUSIVE})?"
)

STOP_WORDS = frozenset(
    """
    à au aux avec ce ces cet cette chez comme comment dans de des du elle elles en entre est et eux il ils je la le les
    leur leurs lui ma mais me mes moi mon ne nos notre nous on ou où par pas pour pourquoi qu quand que quel quelle
    quelles quels qui sa sans se ses si son sont sous sur ta te tes toi ton tu un une vos votre vous y ai as a avons
    avez ont été être était sera
    """.split()  # noqa: SIM905 - a list would stand one word a line
)
"""Words that carry no meaning in a question, by their accented forms: « dû » and « du » are not one word."""

Place = tuple[str, int, int]
"""A word in lower case, and the character offsets of its start and end in the text."""

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
    if text.isascii():
        return text.lower()
    folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES)))
    return folded if folded.isascii() else "".join(each for each in folded if not unicodedata.combining(each))


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
    return (Token(analyse(lower), lower, start, end) for lower, start, end in places(text))


def places(text: str) -> Iterator[Place]:
    """Where the words of `tokens` stand: a page of results has thousands to look at, and nearly all are plain."""
    if _is_special(text):
        yield from places_with_care(text)
        return
    for run in _APOSTROPHED.finditer(text):
        written, start = run.group(), run.start()
        word = written.rstrip(_APOSTROPHES)
        lower = word.lower()
        if word == written or lower not in _ELISIONS:
            yield lower, start, start + len(word)


def places_with_care(text: str) -> Iterator[Place]:
    """The same, in any text: acronyms with dots, numbers with their thousands apart, inclusive writing."""
    length = len(text)
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        lower = _lower(found)
        if lower in _ELISIONS and end < length and text[end] in _APOSTROPHES and found.lastgroup == "word":
            continue
        yield lower, start, end


def standing(text: str, exact: frozenset[str], stems: frozenset[str]) -> Iterator[tuple[int, int]] | None:
    """Where words stand that have one of these exact forms or stems; None where the text must be read with more care.

    The same words as those of `places`, found faster yet: most texts of a page of results hold none of them.
    """
    lower = text.lower()
    # Some capitals become two characters, which would move all that follows.
    if len(lower) != len(text) or _is_special(text):
        return None
    # A stem begins as its word does, accents aside: most words need no look.
    initials = {form[:1] for form in (*exact, *stems)}
    runs = [run for run in {*_APOSTROPHED.findall(lower)} if run[0] in initials or run[0] > _ASCII]
    by_exact = map(exact.__contains__, map(_EXACT.__getitem__, runs))
    by_stem = map(stems.__contains__, map(_STEM.__getitem__, runs))
    found = set(compress(runs, map(or_, by_exact, by_stem)))
    return iter(sorted(_where(lower, found)))


_ASCII = "\x7f"


def _where(lower: str, found: AbstractSet[str]) -> Iterator[tuple[int, int]]:
    """Where runs of `_APOSTROPHED` stand: to look for the few that were found is faster than to read all again."""
    for word in {run.rstrip(_APOSTROPHES) for run in found}:
        size, start = len(word), lower.find(word)
        while start >= 0:
            end = start + size
            after = lower[end : end + 1]
            run = word + after if after in _APOSTROPHES else word
            if run in found and not (_is_letter(after) or (start and _is_letter(lower[start - 1]))):
                yield start, end
            start = lower.find(word, end)


def _is_letter(character: str) -> bool:
    """Whether a character is one of `_LETTERS`."""
    return character.isalnum() and character != "ʼ"


def _lower(found: re.Match[str]) -> str:
    """The word as it is looked for: the plain form of inclusive writing, the letters of an acronym, a whole number."""
    kind = found.lastgroup
    if kind == "word":
        return found.group().lower()
    if kind == "inclusive":
        return found["word"].lower()
    return re.sub(r"[^\w]", "", found.group()).lower()


def compounds(text: str) -> Iterator[str]:
    """Hyphenated compounds of a text, joined and folded: « non-recours » gives `nonrecours`."""
    for run in filter(_HYPHEN.search, text.split()):
        for found in _COMPOUND.finditer(run):
            yield "".join(token.word.exact for token in tokens(found.group()))


@dataclass(frozen=True, slots=True)
class Streams:
    """A text as an engine keeps it: words separated by spaces, exact and stemmed ones position for position.

    `joined` are its compounds in one word. They follow the text in an index, where they do not come between the words
    of a phrase. `written` are its different words in lower case with their accents, which spelling is learnt from.
    """

    exact: str = ""
    stem: str = ""
    joined: str = ""
    written: frozenset[str] = frozenset()


def streams(text: str) -> Streams:
    """The words that an engine indexes: those of `tokens`, found the fast way, for a text may be long."""
    if not text:
        return _NONE
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _read(text)


def _read(text: str) -> Streams:
    plain = _TOKEN.sub(_written_out, text) if _is_special(text) else text
    words = _APOSTROPHED.findall(plain.lower())
    return Streams(
        exact=" ".join(map(_EXACT.__getitem__, words)),
        stem=" ".join(map(_STEM.__getitem__, words)),
        joined=" ".join(dict.fromkeys(compounds(text))) if _any_of(_HYPHENS, text) else "",
        written=frozenset(words),
    )


_NONE = Streams()
_LONGEST_REMEMBERED = 5_000
"""Characters; a passage of ordinary length has a thousand."""

# A passage that comes is sketched, tagged and indexed, within a second or two.
_remembered = lru_cache(maxsize=4_096)(_read)


def _is_special(text: str) -> bool:
    if _any_of(_MIDDLE_DOTS, text):
        return True
    for mark in _SPECIAL:
        if mark.search(text):
            return True
    return bool(_DIGIT.search(text) and _THOUSANDS.search(text))


def _any_of(characters: tuple[str, ...], text: str) -> bool:
    # A list: `any` would make a generator for each of thousands of texts.
    return True in [character in text for character in characters]


def _written_out(found: re.Match[str]) -> str:
    return found.group() if found.lastgroup == "word" else f" {_lower(found)} "


class _Forms(dict[str, str]):
    """One form of each word, worked out once: a language repeats itself. An elided article has none."""

    def __init__(self, form: Callable[[Word], str]) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, apostrophed: str) -> str:
        lower = apostrophed.rstrip(_APOSTROPHES)
        form = "" if lower != apostrophed and lower in _ELISIONS else self._form(analyse(lower))
        # A library may hold millions of different strings, most of them numbers and misreadings: they pass through.
        if len(self) < _MOST_FORMS:
            self[apostrophed] = form
        return form


_MOST_FORMS = 200_000
_EXACT = _Forms(lambda word: word.exact)
_STEM = _Forms(lambda word: word.stem)


def join_thousands(text: str) -> str:
    """The text with its numbers in one piece: « 10 500 » becomes « 10500 », as `tokens` reads it."""
    return _THOUSANDS.sub(lambda found: re.sub(r"\s", "", found.group()), text)


def normalise(text: str) -> str:
    """The form in which texts are kept: NFC, so that an offset means one thing everywhere."""
    return unicodedata.normalize("NFC", text)
