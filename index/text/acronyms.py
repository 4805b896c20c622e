"""Which words of a text are acronyms: those in capitals, where it is not the whole line that is in capitals."""

from __future__ import annotations

import re

LONGEST_ACRONYM = 5
"""Letters. A longer one, such as « URSSAF », is read as any word: no other word has its letters."""

_CAPITAL = "A-ZÀ-ÖØ-ÞŒ"
_WORD_IN_CAPITALS = rf"[{_CAPITAL}](?:[{_CAPITAL}]+s?)?(?![^\W_])"
# Between the words of a title in capitals stand spaces, apostrophes and hyphens; between acronyms of a list, commas.
# A pattern that begins with a class of characters is searched for faster than one that begins by looking behind.
_RUN_OF_CAPITALS = re.compile(
    rf"[{_CAPITAL}](?<![^\W_].)(?:[{_CAPITAL}]+s?)?(?![^\W_])(?:[ \u00a0\u202f'’ʼ‘-]+{_WORD_IN_CAPITALS})*"
)
_LETTERS_IN_CAPITALS = re.compile(rf"[{_CAPITAL}]+s?")
# Acronyms have no accents: « ÉTÉ » is a word.
_ACRONYM = re.compile(rf"([A-Z]{{2,{LONGEST_ACRONYM}}})s?")
_TWO_CAPITALS = re.compile(rf"[{_CAPITAL}]{{2}}")

_FUNCTION_WORDS = frozenset(
    """
    AU AUX AVEC CE CES DANS DE DES DU EN EST ET LA LE LES NE NOS NOTRE OU OÙ PAR POUR QUE QUEL QUELLE QUI SUR UN UNE VOS
    """.split()  # noqa: SIM905 - a list would stand one word a line
)
"""Words of sentences, by which a title in capitals is told from acronyms side by side. « PAS » and « SI » are both."""


def read_acronym(word: str) -> str:
    """Return an acronym written in capitals without the « s » of its plural; an empty string for any other word."""
    found = _ACRONYM.fullmatch(word)
    return found[1] if found and found[1] not in _FUNCTION_WORDS else ""


def is_shouted(words: list[str]) -> bool:
    """Whether words in capitals are a sentence or a title rather than acronyms side by side."""
    return len(words) > 1 and any(len(word) > LONGEST_ACRONYM + 1 or word in _FUNCTION_WORDS for word in words)


def find_acronyms(text: str) -> frozenset[int]:
    """Return where the acronyms of a text begin, as character offsets."""
    # Few texts have none, but words of a question are read one by one.
    if not _TWO_CAPITALS.search(text):
        return _NONE
    starts: list[int] = []
    for run in _RUN_OF_CAPITALS.finditer(text):
        words = list(_LETTERS_IN_CAPITALS.finditer(run.group()))
        if len(words) == 1 or not is_shouted([word.group() for word in words]):
            starts += [run.start() + word.start() for word in words if read_acronym(word.group())]
    return frozenset(starts)


_NONE = frozenset[int]()


def lower_words(text: str) -> str:
    """Return a text in lower case, its acronyms left in capitals."""
    starts = find_acronyms(text)
    if not starts:
        return text.lower()
    pieces, at = [], 0
    for start in sorted(starts):
        acronym = _ACRONYM.match(text, start)
        if acronym:
            pieces += [text[at:start].lower(), acronym.group()]
            at = acronym.end()
    return "".join([*pieces, text[at:].lower()])
