"""Engines keep acronyms apart from words, and highlighting marks what they find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.query import Lexicon, parse_query, require_exact, restore_accents
from index.search.highlighting import highlight_text
from tests.contract.queries import document, found

if TYPE_CHECKING:
    from index.engines.protocol import Engine

TEXTS = {
    "caf": "Le dossier est suivi par la CAF.",
    "too": "Une CAF par département.",
    "coffee": "Un café est offert, les cafés sont gratuits.",
    "pas": "Le PAS est ouvert.",
    "not": "Il ne faut pas attendre.",
    "shouted": "LES AIDES DE LA CAF",
}


@pytest.fixture
def library(engine: Engine) -> Engine:
    """One document a text."""
    engine.write(put=[document(id_, "Fiche", text) for id_, text in TEXTS.items()])
    return engine


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("CAF", {"caf", "too", "shouted"}),
        ("caf", {"caf", "too", "shouted"}),
        ("les CAFs", {"caf", "too", "shouted"}),
        ("C.A.F.", {"caf", "too", "shouted"}),
        ("café", {"coffee"}),
        ("PAS", {"pas"}),
        ("caf*", {"caf", "too", "coffee", "shouted"}),
        ("CAF*", {"caf", "too"}),
    ],
)
def test_acronyms_are_words_of_their_own(library: Engine, typed: str, ids: set[str]) -> None:
    """CAF is not café, nor PAS pas, in whichever way it is typed; all that is found is marked."""
    lexicon = Lexicon(library.word_frequencies())
    match = restore_accents(parse_query(typed), lexicon, frozenset({"CAF"}))
    assert set(found(library, match)) == ids
    marked = {id_ for id_, text in TEXTS.items() if any(each.marked for each in highlight_text(text, match))}
    assert marked == ids


@pytest.mark.parametrize(("typed", "ids"), [("CAF", {"caf", "too", "shouted"}), ("cafés", {"coffee"}), ("aide", set())])
def test_exact_words_are_not_stemmed(library: Engine, typed: str, ids: set[str]) -> None:
    """« Mots exacts » and quotes find the very word: « aide » is not « aides »."""
    match = require_exact(restore_accents(parse_query(typed), Lexicon(library.word_frequencies())), typed)
    assert set(found(library, match)) == ids


@pytest.mark.parametrize(
    ("typed", "ids"),
    [("marché", {"market"}), ("marche", {"market", "step"}), ("marché public", {"market"}), ("march", set())],
)
def test_accents_that_are_typed_count_in_exact_words(engine: Engine, typed: str, ids: set[str]) -> None:
    """« marché » in quotes or in exact words is not « marche »; typed without accents it may be either."""
    engine.write(
        put=[document("market", "Fiche", "un marché public"), document("step", "Fiche", "une marche publique")]
    )
    engine.write(put=[document("other", "Fiche", "rien")])
    for match in (parse_query(f"« {typed} »"), require_exact(parse_query(typed), typed)):
        assert set(found(engine, match)) == ids
