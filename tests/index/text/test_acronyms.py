"""Acronyms are words of their own, in capitals; a title in capitals holds ordinary words."""

from __future__ import annotations

import pytest

from index.text.acronyms import find_acronyms, lower_words, read_acronym
from index.text.analysis import analyse_text, analyse_word


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("un café à la CAF", "un cafe a la CAF"),
        ("le PAS ne suffit pas", "le PAS ne suffit pas"),
        ("l’AIDE est une aide", "AIDE est une aide"),
        ("l'ASS, les CCAS, des CAFs, C.A.F.", "ASS les CCAS des CAF CAF"),
        ("CAF/MSA, RSA et ASPA-CAF", "CAF MSA RSA et ASPA CAF"),
        ("la C2S et la loi 3DS", "la c2s et la loi 3ds"),
        ("LES AIDES DE LA CAF\nSuite.", "les aides de la caf suite"),
        ("URSSAF, CARSAT, CAF : la suite", "urssaf carsat CAF la suite"),
        ("ACCÈS et ÉTÉ", "acces et ete"),
    ],
)
def test_words(text: str, words: str) -> None:
    """An acronym keeps its capitals, dotted, elided, plural or in a list; a line in capitals has ordinary words."""
    assert analyse_text(text).exact.split() == words.split()


@pytest.mark.parametrize(("acronym", "word"), [("CAF", "café"), ("PAS", "pas"), ("AIDE", "aide"), ("AIDE", "aider")])
def test_no_other_word_meets_an_acronym(acronym: str, word: str) -> None:
    """Neither by its exact form nor by its stem, accents aside."""
    one, other = analyse_word(acronym), analyse_word(word)
    assert one.exact != other.exact
    assert one.stem != other.stem


def test_what_holds_a_digit_is_not_stemmed() -> None:
    """« C2S » is not the plural of « C2 »."""
    assert analyse_word("c2s").stem == "c2s"


def test_only_acronyms_keep_their_capitals() -> None:
    """The rest of the text is in lower case, at the same offsets."""
    text = "La CAF et L’URSSAF"
    assert lower_words(text) == "la CAF et l’urssaf"
    assert find_acronyms(text) == {3}
    assert read_acronym("CAFs") == "CAF"
    assert read_acronym("LES") == ""
