"""Which words of a question a document must hold: all of them for a strict match, a share for a loose one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.query.synonyms import label_part, map_original_spellings
from index.query.syntax import And, AtLeast, Match, Or, Phrase, Weighted
from index.text import STOP_WORDS, Word, analyse_word

if TYPE_CHECKING:
    from collections.abc import Sequence

# Folded, as words are compared.
_QUESTION_WORDS = frozenset(
    """
    afin alors apres arriver aussi autre autres avant avoir beneficier cas cela certain certaines certains combien
    concerne conditions connaitre consequences consiste contre definition deja demander demarche demarches depuis
    devenir devient devoir devrait difference differences doit doivent donc donner effectuer egalement encore etre
    existe existent faire fait faut fonctionne fonctionnement jusqu lors lorsque meme memes mettre obtenir pendant
    percevoir peut peuvent peux plus plusieurs possible pouvoir prendre puis quoi recevoir regle regles sait savoir
    selon sert seulement signifie soit suis suivant tous tout toute toutes trouver uniquement utiliser veut veux
    vouloir
    """.split()  # noqa: SIM905 - a list would stand one word a line
)
"""Words of which questions are made, and that tell little of what is asked; folded."""

COMPOUND_WORDS_WEIGHT = 0.3
"""The weight of a compound's words apart, beside that of the compound itself."""


def is_question_word(part: Match) -> bool:
    """Whether a part of a question is a word that questions are made of, such as « faire » or « peut »."""
    match part:
        case Word(exact):
            return exact in _QUESTION_WORDS
        case Or(parts):
            return is_question_word(parts[0])
        case _:
            return False


def list_telling_parts(parts: Sequence[Match]) -> tuple[Match, ...]:
    """Return the parts of a question that a document should hold: all but the words that questions are made of."""
    return tuple(part for part in parts if not is_question_word(part)) or tuple(parts)


def list_words(match: Match, text: str) -> tuple[str, ...]:
    """Return the words and compounds that a question as typed asks for, as they stand in its text."""
    parts = list_telling_parts(match.parts) if isinstance(match, And | AtLeast) else (match,)
    typed = map_original_spellings(text)
    return tuple(dict.fromkeys(filter(None, (label_part(part, typed) for part in parts))))


def require_all(match: Match) -> Match:
    """Return the strict match of a loose one: all words are required but those that questions are made of."""
    if not isinstance(match, AtLeast):
        return match
    parts = list_telling_parts(match.parts)
    return parts[0] if len(parts) == 1 else And(parts)


def loosen_compounds(match: Match) -> Match:
    """Return the match with each compound of a question as its phrase, or its words for less."""
    match match:
        case Phrase(exact=False):
            return _loosen_compound(match)
        case And(parts):
            return And(tuple(map(loosen_compounds, parts)))
        case AtLeast(minimum, parts):
            return AtLeast(minimum, tuple(map(loosen_compounds, parts)))
        case Or((typed, *others)):
            return Or((loosen_compounds(typed), *others))
        case _:
            return match


def _loosen_compound(compound: Phrase) -> Match:
    words = tuple(dict.fromkeys(word for word in compound.words if word.exact not in STOP_WORDS))
    # Numbers apart say nothing: « 21/03/2024 » is not any document with 21, 3 and 2024.
    if not words[1:] or not all(word.exact.isalpha() for word in compound.words):
        return compound
    joined = analyse_word("".join(word.exact.lower() for word in compound.words))
    return Or((compound, joined, Weighted(And(words), COMPOUND_WORDS_WEIGHT)))
