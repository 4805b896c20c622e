"""Which words of a question a document must hold."""

from __future__ import annotations

import pytest

from index.query.parser import parse_query
from index.query.requirements import list_words, loosen_compounds, require_all
from index.query.syntax import And, AtLeast, Match, Or, Phrase, Weighted
from index.text.analysis import analyse_word

CAF, MSA = analyse_word("caf"), analyse_word("msa")
COMPOUND = Phrase((analyse_word("aller"), analyse_word("vers")), exact=False)


@pytest.mark.parametrize(
    ("typed", "strict"),
    [
        ("caf msa", And((CAF, MSA))),
        ("comment faire avec la caf", CAF),
        ("que peut faire la caf pour la msa ?", And((CAF, MSA))),
        ("peut faire", And((analyse_word("peut"), analyse_word("faire")))),
        ("caf OU msa", Or((CAF, MSA))),
        ("caf", CAF),
    ],
)
def test_all_words(typed: str, strict: Match) -> None:
    """All words are required but those that questions are made of, unless there are no others."""
    assert require_all(parse_query(typed)) == strict


def test_a_compound_or_its_words() -> None:
    """Who types « aller-vers » also finds « allervers », and « vers qui aller » for less."""
    loose = Or((COMPOUND, analyse_word("allervers"), Weighted(And(COMPOUND.words), 0.3)))
    assert loosen_compounds(parse_query("aller-vers")) == loose
    assert loosen_compounds(parse_query("aller-vers caf")) == AtLeast(1, (loose, CAF))


@pytest.mark.parametrize("typed", ["21/03/2024", "« aller vers »", "porte-à-porte", "caf"])
def test_what_stays_together(typed: str) -> None:
    """Numbers, quotes and compounds of one word are not taken apart."""
    assert loosen_compounds(parse_query(typed)) == parse_query(typed)


def test_words_as_typed() -> None:
    """The words of a question are named as the person typed them, each once."""
    assert list_words(
        parse_query("Où faire l’Évaluation d’un Aller-Vers ?"), "Où faire l’Évaluation d’un Aller-Vers ?"
    ) == (
        "Évaluation",
        "Aller Vers",
    )
