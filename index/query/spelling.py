"""Restores accents that were not typed and corrects unknown words, from the words of the index itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from index.query.lexicon import TWO_MISTAKES_FROM, Lexicon, measure_distance
from index.query.names import PLACE_WORDS
from index.query.syntax import And, AtLeast, InTitle, Match, Not, Or, Phrase
from index.query.words import exactly
from index.text import STOP_WORDS, Word, analyse_word, tokenise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from index.text import Token

UNSTEMMED = ""
"""The stem of a word that is looked for by its exact form alone."""


@dataclass(frozen=True, slots=True)
class SpellingCorrection:
    """A word that no document holds, and the one that was searched instead."""

    typed: str
    used: str


def restore_accents(match: Match, lexicon: Lexicon, acronyms: AbstractSet[str] = frozenset()) -> Match:
    """Return the match with its unaccented words replaced by the words of the index that they may stand for.

    `acronyms` are those of the vocabulary: « caf » means the CAF, unless the library writes « caf » more often.
    """

    def restore_word(word: Word) -> Match:
        words = _list_readings(word, lexicon, acronyms)
        return words[0] if len(words) == 1 else Or(words)

    return _replace_words(match, restore_word, lambda word: _list_readings(word, lexicon, acronyms)[0])


# Parts of a question; a longer one is a pasted text.
_MOST_PARTS = 24
_RAREST_PARTS = 12
_REQUIRED_SHARE_OF_RAREST = 0.3


def keep_rarest(match: Match, lexicon: Lexicon) -> Match:
    """Return the match of a pasted text read by its rarest words: those that the fewest documents hold, but some do."""
    if not isinstance(match, And | AtLeast) or len(match.parts) <= _MOST_PARTS:
        return match
    held = [(frequency, place) for place, part in enumerate(match.parts) if (frequency := _rarity(part, lexicon))]
    kept = sorted(place for _, place in sorted(held)[:_RAREST_PARTS])
    parts = tuple(match.parts[place] for place in kept) or match.parts[:_RAREST_PARTS]
    return AtLeast(max(1, round(_REQUIRED_SHARE_OF_RAREST * len(parts))), parts)


def _rarity(part: Match, lexicon: Lexicon) -> int:
    """Return about how many documents hold a part, 0 for what is no word or unknown."""
    match part:
        case Word():
            return lexicon.stem_frequency(part.stem) or lexicon.word_frequency(part.exact)
        case Phrase(words):
            return min(_rarity(word, lexicon) for word in words)
        case Or(parts):
            return max(_rarity(each, lexicon) for each in parts)
        case _:
            return 0


def require_exact(match: Match, text: str) -> Match:
    """Return the match of the words as they are typed in a question's text: none is stemmed, accents typed count."""
    typed: dict[str, list[Token]] = {}
    for token in tokenise(text):
        typed.setdefault(token.word.exact, [token])
    return _require_exact(match, typed)


def _require_exact(match: Match, typed: Mapping[str, list[Token]]) -> Match:  # noqa: PLR0911 - one line a kind of match
    def within(part: Match) -> Match:
        return _require_exact(part, typed)

    match match:
        case Word():
            return exactly(typed[match.exact]) if match.exact in typed else Phrase((match,), exact=True)
        case Phrase(words, exact=False):
            tokens = [token for word in words for token in typed.get(word.exact, ())]
            return exactly(tokens) if len(tokens) == len(words) else Phrase(words, exact=True)
        case And(parts):
            return And(tuple(map(within, parts)))
        case AtLeast(minimum, parts):
            return AtLeast(minimum, tuple(map(within, parts)))
        case Or(parts):
            # Readings of one word differ in their stems only.
            kept = tuple(dict.fromkeys(map(within, parts)))
            return kept[0] if len(kept) == 1 else Or(kept)
        case Not(part):
            return Not(within(part))
        case InTitle(part):
            return InTitle(within(part))
        case _:
            return match


@dataclass(frozen=True, slots=True)
class KnownWords:
    """What corrections of a question are made from, as far as the asker may see it.

    `is_known` says whether a word finds a document that the asker may see, `is_visible` whether such a document holds
    a form, with its accents; `count` how many of them a match finds. `vocabulary` are the words of the vocabulary.
    """

    is_known: Callable[[Word], bool]
    is_visible: Callable[[str], bool]
    count: Callable[[Match], int] = lambda _: 0
    vocabulary: Lexicon = field(default_factory=lambda: Lexicon({}))


def correct_spelling(match: Match, lexicon: Lexicon, known: KnownWords) -> tuple[Match, tuple[SpellingCorrection, ...]]:
    """Return the match with its unknown words corrected, and the corrections."""
    corrections: dict[str, str] = {}

    def correct_word(word: Word) -> Word:
        # First the word's usual form, which is quicker to look up than documents are to search. What the vocabulary
        # holds is what was meant: its synonyms are searched beside it.
        if word.exact.isupper() or word.exact in known.vocabulary or word.exact in PLACE_WORDS:
            return word
        if any(map(known.is_visible, lexicon.forms(word.exact)[:1])):
            return word
        if known.vocabulary.stem_frequency(word.stem) or known.is_known(word):
            # « domicilation » has the stem of « domicile », which is not what was meant.
            used = _find_miswritten(word, lexicon, known)
        else:
            used = _choose_correction(word, match, lexicon, known)
        if used is None:
            return word
        corrections[word.exact] = used
        return analyse_word(used)

    mended = _replace_words(match, correct_word, correct_word)
    return mended, tuple(SpellingCorrection(typed, used) for typed, used in corrections.items())


def _find_miswritten(word: Word, lexicon: Lexicon, known: KnownWords) -> str | None:
    """Return the long word one mistake away from a form that nobody wrote; None where that form may be right.

    It may be where another form of its own stem is as near: « domiciliations » where the library has one of them.
    """
    # The lexicon may be older than a document that holds the word.
    if len(word.exact) < TWO_MISTAKES_FROM or known.is_visible(word.exact):
        return None
    near = [
        form
        for exact in lexicon.find_nearest(word.exact)
        if measure_distance(word.exact, exact) <= 1
        for form in lexicon.forms(exact)[:1]
        if known.is_visible(form)
    ]
    is_form = any(analyse_word(form).stem == word.stem for form in near)
    return None if is_form else next(iter(near), None)


def _choose_correction(word: Word, match: Match, lexicon: Lexicon, known: KnownWords) -> str | None:
    """Return the word that was probably meant: of the closest, the one found beside the other words of the question."""
    joined = _ELIDED.match(word.exact)
    if joined and (form := next(iter(lexicon.forms(word.exact[joined.end() :])), "")) and known.is_visible(form):
        # « lordonnance » lacks its apostrophe.
        return form
    near = (form for each in lexicon.find_nearest(word.exact) for form in lexicon.forms(each)[:1])
    visible = list(islice(filter(known.is_visible, near), _MAX_COMPARED))
    named = next(iter(known.vocabulary.find_nearest(word.exact)), None)
    if not visible or (named and measure_distance(word.exact, named) < measure_distance(word.exact, visible[0])):
        return known.vocabulary.forms(named)[0] if named else None
    others = [part for part in match.parts if part != word] if isinstance(match, And | AtLeast) else []
    if not others or len(visible) == 1:
        return visible[0]
    least = measure_distance(word.exact, visible[0])
    equal = [form for form in visible if measure_distance(word.exact, form) == least]
    # The first of equals, which is the most frequent, where none stands beside the other words.
    return max(equal, key=lambda form: known.count(And((analyse_word(form), Or(tuple(others))))) if equal[1:] else 0)


_ELIDED = re.compile(r"(?:[ldjmtsnc]|qu)(?=[aeiouyh]\w{3})")

# Candidates for a correction that are compared; each takes a search.
_MAX_COMPARED = 4


def _list_readings(word: Word, lexicon: Lexicon, acronyms: AbstractSet[str]) -> tuple[Word, ...]:
    """Return the words of the index that a typed word may stand for, the likeliest first; itself if there are none."""
    acronym = word.exact.upper() if word.exact.isalpha() else ""
    if word.exact.isupper():
        return _list_acronym_readings(word.exact, lexicon)
    if not _is_unaccented(word):
        return (word,)
    if acronym in acronyms:
        of_acronym = lexicon.written_frequency(acronym)
        if lexicon.word_frequency(word.exact) <= 2 * of_acronym:
            return _list_acronym_readings(acronym, lexicon)
        # An ordinary word that is oftener written than the acronym of the same letters.
        forms = tuple(form for form in lexicon.forms(word.exact) if form != acronym)
    else:
        forms = lexicon.forms(word.exact)
    readings = [analyse_word(form) for form in forms]
    found = dict.fromkeys(each if each.exact.isupper() else Word(word.exact, each.stem) for each in readings)
    return tuple(found) or (word,)


def _list_acronym_readings(acronym: str, lexicon: Lexicon) -> tuple[Word, ...]:
    """Return an acronym, and its letters in lower case where the library hardly uses them for another word."""
    lower = acronym.lower()
    of_acronym = lexicon.written_frequency(acronym)
    of_others = lexicon.word_frequency(lower) - of_acronym
    if of_others and not of_acronym:
        return (Word(lower, acronym),)
    # A title in capitals, or somebody's haste; « pas » and « aide » are other words than « PAS » and « AIDE ».
    of_family = lexicon.stem_frequency(analyse_word(lower).stem)
    if of_others and of_family < of_acronym and lower not in STOP_WORDS:
        return Word(acronym, acronym), Word(lower, UNSTEMMED)
    return (Word(acronym, acronym),)


def is_same_spelling(one: Match, other: Match) -> bool:
    """Whether two words are readings of one typed word."""
    return isinstance(one, Word) and isinstance(other, Word) and one.exact.lower() == other.exact.lower()


def _is_unaccented(word: Word) -> bool:
    """Whether a word was typed without accents; one typed with accents means what it says."""
    return word == analyse_word(word.exact)


def _replace_words(  # noqa: PLR0911 - one line a kind of match
    match: Match, leaf: Callable[[Word], Match], within: Callable[[Word], Word]
) -> Match:
    """Return the match with each word replaced by `leaf`, those of compounds by `within`, which returns one word."""
    match match:
        case Word():
            return leaf(match)
        case Phrase(words, exact=False):
            return Phrase(tuple(map(within, words)), exact=False)
        case And(parts):
            return And(tuple(_replace_words(part, leaf, within) for part in parts))
        case AtLeast(minimum, parts):
            return AtLeast(minimum, tuple(_replace_words(part, leaf, within) for part in parts))
        case Or(parts):
            return Or(tuple(_replace_words(part, leaf, within) for part in parts))
        case Not(part):
            return Not(_replace_words(part, leaf, within))
        case InTitle(part):
            return InTitle(_replace_words(part, leaf, within))
        case _:
            return match
