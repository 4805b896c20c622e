"""Acronyms and synonyms: other words beside those that were typed, told, and never for an ambiguous acronym."""

from __future__ import annotations

import pytest

from index.query.parser import parse_query
from index.query.synonyms import SYNONYM_WEIGHT, SynonymExpander
from index.query.syntax import AtLeast, Match, Or, Phrase, Weighted
from index.text.analysis import analyse_word
from index.vocabulary.vocabulary import Acronym, Vocabulary
from tests.composition import load_vocabulary

EQUIVALENTS = SynonymExpander(load_vocabulary())


def added(typed: str) -> dict[str, tuple[str, ...]]:
    """What is looked for beside a question, by what was typed."""
    return {each.typed: each.added for each in EQUIVALENTS.expand(parse_query(typed))[1]}


def test_an_acronym_and_its_meaning() -> None:
    """Each finds the other."""
    assert added("RSA") == {"rsa": ("Revenu de solidarité active",)}
    assert added("revenu de solidarité active") == {"revenu solidarite active": ("RSA",)}


def test_another_spelling_of_an_acronym_is_not_told() -> None:
    """« Caf » finds « CAF », which goes without saying."""
    assert added("CAF") == {"caf": ("caisse d’allocations familiales",)}


def test_within_a_longer_question() -> None:
    """The words of an expression are recognised among others, and stay one thing asked for."""
    match, _ = EQUIVALENTS.expand(parse_query("demande du revenu de solidarité active"))
    assert isinstance(match, AtLeast)
    assert match.minimum == 2
    assert match.parts[0] == analyse_word("demande")
    assert isinstance(match.parts[1], Or)
    assert match.parts[1].parts[1] == Weighted(analyse_word("RSA"), 3 * SYNONYM_WEIGHT)


@pytest.mark.parametrize("typed", ["PASS", "PA", "QF", "RDV"])
def test_ambiguous_acronyms_stay_themselves(typed: str) -> None:
    """« PASS » may be a culture pass: it is not taken for a health service by itself."""
    assert added(typed) == {}


def test_names_have_no_definition_for_synonym() -> None:
    """« France Travail » is also « Pôle emploi », and never the sentence that explains what it is."""
    assert added("France Travail") == {"france travail": ("Pôle emploi", "FT")}


def test_quoted_phrases_ask_for_themselves() -> None:
    """Whoever quotes words wants these."""
    assert added("« revenu de solidarité active »") == {}


def test_exclusions_are_not_widened() -> None:
    """« SAUF RSA » excludes the word, not documents that spell its meaning out."""
    match, told = EQUIVALENTS.expand(parse_query("aides SAUF RSA"))
    assert told == ()
    assert match == parse_query("aides SAUF RSA")


def test_a_long_question_asks_for_as_many_parts() -> None:
    """An expression of several words is one part of a question: not more may be asked for than there are."""
    match, _ = EQUIVALENTS.expand(parse_query("comment demander le revenu de solidarité active"))
    assert isinstance(match, AtLeast)
    assert match.minimum <= len(match.parts)


def test_synonyms_of_the_administrator() -> None:
    """A list of expressions in the vocabulary makes each find the others, at the next question."""
    own = SynonymExpander(Vocabulary(synonyms={"bus": ("bus des droits", "caravane des droits")}))
    match, told = own.expand(parse_query("bus des droits"))
    assert told[0].added == ("caravane des droits",)
    wanted: Match = Phrase(tuple(map(analyse_word, ("caravane", "des", "droits"))), exact=False)
    assert isinstance(match, Or)
    assert match.parts[1] == Weighted(wanted, SYNONYM_WEIGHT * 2 / 3)


def test_an_administrator_may_call_an_acronym_ambiguous() -> None:
    """The flag is all that it takes."""
    ambiguous = Acronym("CSE", "Contrat de service", ambiguous=True)
    assert SynonymExpander(Vocabulary(acronyms={"CSE": ambiguous})).expand(parse_query("CSE"))[1] == ()
