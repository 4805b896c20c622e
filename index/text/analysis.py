"""The French analyser: the one place where a text becomes the words that engines compare.

It gives two streams of equal length: exact words (folded, not stemmed) and stems. All engines and the highlighter take
their words from here, so they agree on what matches.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import Stemmer

from index.text.acronyms import find_acronyms, lower_words, read_acronym
from index.text.families import find_family, find_own_stem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ANALYSER_VERSION = 6
"""Increase it whenever the same text would give other words: an index of another version must be rebuilt."""

APOSTROPHES = "'’ʼ‘"
_ELISIONS = frozenset({"l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu"})
# The combining marks of Unicode but U+034F, which joins characters and is no accent.
_ACCENTS = re.compile("[\u0300-\u034e\u0350-\u036f]+")
# NFKD does not take these apart.
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})

# U+02BC (ʼ) is a letter to Unicode, but people type it as an apostrophe.
LETTER = r"[^\W_ʼ]"
LETTERS = f"{LETTER}+"

# Inclusive writing: « agent.e.s », « usager·ère·s », « étudiant-e-s » add an ending to the masculine, between marks.
_INCLUSIVE_ENDINGS = (
    r"(?:e|es|s|ne|nes|te|tes|le|les|ère|ères|ière|ières|trice|trices|euse|euses|rice|rices|ve|ves|sse|sses|x)"
)
_INCLUSIVE = (
    rf"(?:[·•‧∙.]{_INCLUSIVE_ENDINGS}(?:[·•‧∙.]s)?(?!\w)"
    rf"|-(?:e|ne|ère|trice|euse)(?:-s)?(?![\w-])(?!['’])"
    rf"|\({_INCLUSIVE_ENDINGS}\)s?(?!\w))"
)

# « 10 500 »: a space, a no-break space or a narrow one between thousands.
_SPACES = " \u00a0\u202f"
_SPACED_NUMBER = rf"(?<![\d.,])\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?!\d)"
# The number of an establishment (SIRET), of 14 digits, and that of a telephone, in all their spacings.
_SIRET = rf"(?<![\d.,])\d{{3}}[{_SPACES}.]?\d{{3}}[{_SPACES}.]?\d{{3}}[{_SPACES}.]?\d{{5}}(?!\d)"
_TELEPHONE = (
    rf"(?<![\w.,])(?:(?:\+|00)33[{_SPACES}.]?(?:\(0\))?[{_SPACES}.]?|0)[1-9](?:[{_SPACES}.-]?\d{{2}}){{4}}(?!\d)"
)
_NUMBER = f"{_SIRET}|{_TELEPHONE}|{_SPACED_NUMBER}"
# « L262-1 » is read as « L. 262-1 ».
_ARTICLE_LETTER = r"(?<![^\W_])[LRDlrd](?=\d{1,4}-\d|\d{3,4}(?![\w-]))"
_WORD_RUN = re.compile(rf"{LETTERS}[{APOSTROPHES}]?")
# From the beginning of a word only: a long one without a hyphen would be tried from each of its letters.
_HYPHENATED = re.compile(rf"(?<!{LETTER}){LETTERS}(?:[-‐‑]{LETTERS})+")

# Few texts hold what only `_TOKEN` reads. These signs of it are quick to look for: rare characters first, then what
# follows them.
HYPHENS = ("-", "‐", "‑")
HYPHEN = re.compile(f"[{''.join(HYPHENS)}]")
_MIDDLE_DOTS = ("·", "•", "‧", "∙")
_DIGIT = re.compile("[0-9]")
_NUMBERS = re.compile(_NUMBER)
_SPECIAL_PATTERNS = tuple(
    map(
        re.compile,
        (
            r"\.(?=[^\W\d_])",
            rf"\({_INCLUSIVE_ENDINGS}\)",
            r"-(?:e|ne|ère|trice|euse)(?!\w)",
        ),
    )
)
# What all numbers of `_NUMBER` hold, and an article of law. A pattern that begins with a class of characters, and looks
# behind it afterwards, is searched for five times as fast as one that begins by looking behind.
_NUMBER_SIGN = re.compile(rf"\d(?:[{_SPACES}.]\d{{3}}|(?:[{_SPACES}.-]?\d\d){{4}})")
_ARTICLE_SIGN = re.compile(r"[LRDlrd](?=\d{1,4}-\d|\d{3,4}(?![\w-]))(?<![^\W_].)")

_TOKEN = re.compile(
    # An acronym with dots is its letters: « C.A.F. » and « CAF » are one word.
    r"(?P<acronym>(?<![\w.])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![\w]))?)"
    # A number with its thousands apart is one number.
    rf"|(?P<number>{_NUMBER})"
    rf"|(?P<word>{_ARTICLE_LETTER}|{LETTERS})(?P<inclusive>{_INCLUSIVE})?"
)

STOP_WORDS = frozenset(
    """
    à au aux avec ce ces cet cette chez comme comment dans de des du elle elles en entre est et eux il ils je la le les
    leur leurs lui ma mais me mes moi mon ne nos notre nous on ou où par pas pour pourquoi qu quand que quel quelle
    quelles quels qui sa sans se ses si son sont sous sur ta te tes toi ton tu un une vos votre vous y ai as a avons
    avez ont été être était sera
    """.split()  # noqa: SIM905 - a list would stand one word a line
)
"""Words without meaning in a question, with their accents: « dû » is not « du »."""

WordSpan = tuple[str, int, int]
"""A word in lower case, an acronym in capitals, and the character offsets of its start and end in the text."""

# A PyStemmer object is not safe to share between threads: each has its own.
_THREAD_LOCAL = threading.local()


@dataclass(frozen=True, slots=True)
class Token:
    """An analysed word; `start` and `end` are its character offsets in the text."""

    word: Word
    lower: str
    start: int
    end: int


def fold_accents(text: str) -> str:
    """Return the text in lower case, without accents or ligatures: « Œuvré » gives `oeuvre`."""
    # Most words are plain ASCII, which needs no table and no normalisation.
    if text.isascii():
        return text.lower()
    folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES)))
    return folded if folded.isascii() else "".join(each for each in folded if not unicodedata.combining(each))


@lru_cache(maxsize=200_000)
def analyse_word(lower: str) -> Word:
    """Return the exact form and the stem of one word in lower case; an acronym in capitals is its own form and stem."""
    acronym = read_acronym(lower)
    if acronym:
        # No other word is in capitals: « CAF » never meets « café », whose stem is « caf », nor « PAS » « pas ».
        form = fold_accents(acronym).upper()
        return Word(exact=form, stem=form)
    exact = fold_accents(lower)
    # « C2S » is no plural: what holds a digit is not stemmed.
    if not lower.isalpha():
        return Word(exact, exact)
    # Stem before folding: « marché » and « marche » must not meet earlier than they have to.
    stem = find_own_stem(lower) or _thread_stemmer().stemWord(find_family(lower))
    return Word(exact=exact, stem=fold_accents(stem))


def _thread_stemmer() -> Stemmer.Stemmer:
    if not hasattr(_THREAD_LOCAL, "stemmer"):
        # The second argument is the size of PyStemmer's own cache: `analyse_word` caches for all threads already.
        _THREAD_LOCAL.stemmer = Stemmer.Stemmer("french", 0)
    return _THREAD_LOCAL.stemmer


def tokenise(text: str) -> Iterator[Token]:
    """Yield the words of a text in NFC, elided articles left out: « l’accès » gives the one word « accès »."""
    return (Token(analyse_word(lower), lower, start, end) for lower, start, end in find_words(text))


def find_words(text: str) -> Iterator[WordSpan]:
    """Yield the words of a text in lower case with their offsets, without analysing them."""
    # A page of results has thousands of words, nearly all of them plain: a simpler pattern reads those.
    if has_special_forms(text):
        yield from find_words_by_full_pattern(text)
        return
    acronyms = find_acronyms(text)
    for run in _WORD_RUN.finditer(text):
        written, start = run.group(), run.start()
        word = written.rstrip(APOSTROPHES)
        lower = word if start in acronyms else word.lower()
        if word == written or lower not in _ELISIONS:
            yield lower, start, start + len(word)


def find_words_by_full_pattern(text: str) -> Iterator[WordSpan]:
    """Yield the same as `find_words`, by the pattern that also reads acronyms, spaced numbers and inclusive writing."""
    length, acronyms = len(text), find_acronyms(text)
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        lower = found["word"] if found["word"] and start in acronyms else _normalise_token(found)
        # « l » before an apostrophe is an article; standing alone, it is a letter.
        if lower in _ELISIONS and end < length and text[end] in APOSTROPHES and found.lastgroup == "word":
            continue
        yield lower, start, end


def _normalise_token(found: re.Match[str]) -> str:
    """Return the word to index: inclusive writing's masculine, an acronym's letters, a number in one piece."""
    kind = found.lastgroup
    if kind == "word":
        return found.group().lower()
    if kind == "inclusive":
        return found["word"].lower()
    if kind == "number":
        return _join_number(found)
    letters = re.sub(r"[^\w]", "", found.group())
    return read_acronym(letters.upper()) or letters.lower()


def _join_number(found: re.Match[str]) -> str:
    """Return a number in one piece; that of a telephone as it is dialled in France."""
    written = re.sub(r"^(?:\+|00)33(?:\D*\(0\))?", "0", found.group())
    return re.sub(r"\D", "", written)


def join_compounds(text: str) -> Iterator[str]:
    """Yield the hyphenated compounds of a text, joined and folded: « non-recours » gives `nonrecours`."""
    # Only runs that hold a hyphen go through the regular expression.
    for run in filter(HYPHEN.search, text.split()):
        for found in _HYPHENATED.finditer(run):
            yield "".join(token.word.exact.lower() for token in tokenise(found.group()))


@dataclass(frozen=True, slots=True)
class TokenStreams:
    """A text as engines index it: words separated by spaces, the exact ones and the stems at the same positions.

    `compounds` are its hyphenated words in one piece. Engines index them after the text, so that they do not stand
    between the words of a phrase. `written_words` are its distinct words in lower case with their accents, from which
    spelling corrections are made.
    """

    exact: str = ""
    stem: str = ""
    compounds: str = ""
    written_words: frozenset[str] = frozenset()


def analyse_text(text: str) -> TokenStreams:
    """Return the words of a text for an engine: those of `tokenise`, found in a faster way, since texts are long."""
    if not text:
        return _EMPTY_STREAMS
    if handed_over := _handed_over.get(text):
        return handed_over
    return _analyse_cached(text) if len(text) <= CACHED_CHARACTERS else _analyse_uncached(text)


def remember_analyses(analysed: Mapping[str, TokenStreams]) -> None:
    """Keep what `analyse_text` has given for these texts in another process, of so many texts the last ones."""
    _handed_over.update(analysed)
    # A dictionary keeps the order in which its keys came.
    for text in list(islice(_handed_over, max(0, len(_handed_over) - REMEMBERED_TEXTS))):
        _handed_over.pop(text, None)


def forget_analyses() -> None:
    """Forget what was handed over: who has used it needs its memory no more."""
    _handed_over.clear()


def find_written_words(text: str) -> frozenset[str]:
    """Return the distinct words of a text, the `written_words` of its analysis, without their forms and stems."""
    if handed_over := _handed_over.get(text):
        return handed_over.written_words
    return frozenset(map(_singular_acronym, frozenset(_list_words(text))))


def _list_words(text: str) -> list[str]:
    if has_special_forms(text):
        return [word for word, _, _ in find_words_by_full_pattern(text)]
    return _WORD_RUN.findall(lower_words(text))


def _analyse_uncached(text: str) -> TokenStreams:
    words = _list_words(text)
    return TokenStreams(
        exact=" ".join(map(EXACT_FORMS.__getitem__, words)),
        stem=" ".join(map(STEM_FORMS.__getitem__, words)),
        compounds=" ".join(dict.fromkeys(join_compounds(text))) if contains_any(HYPHENS, text) else "",
        written_words=frozenset(map(_singular_acronym, words)),
    )


_EMPTY_STREAMS = TokenStreams()
CACHED_CHARACTERS, CACHED_TEXTS = 5_000, 4_096
"""The longest text whose analysis is kept, and how many are: an ordinary passage has a thousand characters, and longer
ones would fill the memory."""

REMEMBERED_TEXTS = 8_192
"""Texts whose analysis another process has handed over: for the tags of a passage, then for the index."""

_analyse_cached = lru_cache(maxsize=CACHED_TEXTS)(_analyse_uncached)
_handed_over: dict[str, TokenStreams] = {}


def has_special_forms(text: str) -> bool:
    """Whether a text holds what only the full pattern reads: inclusive writing, spaced numbers, articles of law."""
    if contains_any(_MIDDLE_DOTS, text):
        return True
    for mark in _SPECIAL_PATTERNS:
        if mark.search(text):
            return True
    # Both hold digits, which one quick look tells.
    if not _DIGIT.search(text):
        return False
    return bool(_ARTICLE_SIGN.search(text) or (_NUMBER_SIGN.search(text) and _NUMBERS.search(text)))


def contains_any(characters: tuple[str, ...], text: str) -> bool:
    """Whether a text holds one of these characters."""
    # A list, not `any`: a generator for each of thousands of texts takes longer.
    return True in [character in text for character in characters]


def _singular_acronym(word: str) -> str:
    """Return « CAF » for « CAFs », any other word as it is."""
    return word[:-1] if word[-1] == "s" and word[0].isupper() else word


class _FormCache(dict[str, str]):
    """Caches one form (exact or stem) of each run of letters. An elided article has an empty form."""

    def __init__(self, form: Callable[[Word], str]) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, apostrophed: str) -> str:
        lower = apostrophed.rstrip(APOSTROPHES)
        form = "" if lower != apostrophed and lower in _ELISIONS else self._form(analyse_word(lower))
        # A library may hold millions of different strings, most of them numbers and misread words. Once the cache is
        # full they are computed each time.
        if len(self) < _MAX_CACHED_FORMS:
            self[apostrophed] = form
        return form


_MAX_CACHED_FORMS = 200_000
EXACT_FORMS = _FormCache(lambda word: word.exact)
STEM_FORMS = _FormCache(lambda word: word.stem)


def join_numbers(text: str) -> str:
    """Return the text with its numbers in one piece: « 10 500 » becomes « 10500 », as `tokenise` reads it."""
    return _NUMBERS.sub(_join_number, text)


def normalise_unicode(text: str) -> str:
    """Return the text in NFC, the form in which all texts are kept, so that offsets agree everywhere."""
    return unicodedata.normalize("NFC", text)


@dataclass(frozen=True, slots=True)
class Word:
    """One analysed word: `exact` is folded, `stem` is stemmed, then folded."""

    exact: str
    stem: str
