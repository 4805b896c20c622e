"""Words stand in a passage as they are quoted, or they are shown to nobody; what is shown is the passage's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.assistant.quotations import find_quotation, locate_words
from index.model import Locator, Passage, Unit
from index.search import DocumentPassage
from tests.index.assistant.sources import document

if TYPE_CHECKING:
    from index.assistant.quotations import Quotation

TEXT = (
    "La CAF ne verse pas l’allocation aux « jeunes » de moins de 25\u00a0ans.\n"
    "En 2023, 10\u202f500 foyers d’Évry\u2011Courcouronnes ont reçu 3,5\u00a0% de plus\u00a0; l’œuvre continue…"
)

STANDING = (
    "La CAF ne verse pas l’allocation aux « jeunes » de moins de 25\u00a0ans.",
    "la caf ne verse pas l'allocation aux jeunes de moins de 25 ans",
    "« La CAF ne verse pas l`allocation »",
    "10 500 foyers d'Évry-Courcouronnes ont reçu 3,5% de plus",
    "3,5 % de plus; l'oeuvre continue...",
    "de plus ; l’œuvre continue…",
    "allocation aux “jeunes” de moins",
    "moins de 25 ans. En 2023, 10 500 foyers",
    "10 500 foyers **d’Évry-Courcouronnes** ont reçu",
    "d’E\u0301vry-Courcouronnes ont reçu",
)


@pytest.mark.parametrize("quotation", STANDING)
def test_typography_differs_freely(quotation: str) -> None:
    """Case, spaces, apostrophes, quotation marks, hyphens and ligatures are how one writes, not what one says."""
    assert locate_words(quotation, TEXT)


ALTERED = (
    "La CAF verse l’allocation aux jeunes de moins de 25 ans",
    "La CAF ne verse plus l’allocation aux jeunes",
    "La CAF ne verse pas l’allocation aux jeunes de moins de 26 ans",
    "La MSA ne verse pas l’allocation aux jeunes",
    "La CAF ne verse pas les allocations aux jeunes",
    "La CAF ne verse … aux jeunes de moins de 25 ans",
    "l’allocation aux jeunes ne verse pas la CAF",
    "500 foyers d’Évry-Courcouronnes ont reçu",
    "10 500 foyers d’Évry-Courcouronnes ont reçu 3",
    "5 % de plus ; l’œuvre continue",
    "10 foyers d’Évry-Courcouronnes ont reçu",
    "10500 foyers d’Évry-Courcouronnes ont reçu",
    "foyers d’Evry-Courcouronnes ont reçu",
    "foyers d’Évry-Courcouronnes ont re",
    "llocation aux jeunes de moins",
    "The CAF does not pay the allowance",
    "de plus",
    "ne verse",
    "",
    "« … »",
)


@pytest.mark.parametrize("quotation", ALTERED)
def test_what_changes_a_meaning_is_refused(quotation: str) -> None:
    """One digit, one accent, one negation, another order, a number or a word cut short, two words: refused."""
    assert locate_words(quotation, TEXT) is None


@pytest.mark.parametrize(
    ("text", "quotation", "stands"),
    [
        ("le 10, 5 personnes sont venues", "10,5 personnes sont venues", False),
        ("en 2019 50 personnes sont venues", "50 personnes sont venues", True),
        ("le tableau dit 2019 500 personnes", "500 personnes", False),
        ("12\u00bd % des foyers aidés", "12 % des foyers aidés", False),
        ("10² fois plus de dossiers", "102 fois plus de dossiers", False),
        ("• un guichet\n• une permanence mobile", "un guichet une permanence mobile", True),
        ("l’o\ufb03ce a \ufb01xé le montant", "l’office a fixé le montant", True),
        ("RSA majoré", "RSA majoré", True),
        ("Titre\nRSA majoré\nSuite", "RSA majoré", True),
        ("le RSA majoré", "RSA majoré", False),
        ("agent·e·s d’accueil formé·e·s", "agent·e·s d’accueil formé·e·s", True),
    ],
)
def test_numbers_and_lines(text: str, quotation: str, stands: bool) -> None:  # noqa: FBT001 - an example's answer
    """A part of a number is another number; a line of two words may be quoted whole."""
    assert (locate_words(quotation, text) is not None) == stands


def test_offsets_are_those_of_the_text() -> None:
    """What is marked is what was quoted, in the typography of the text."""
    span = locate_words("10 500 foyers d'évry-courcouronnes", TEXT)
    assert span
    assert TEXT[slice(*span)] == "10\u202f500 foyers d’Évry\u2011Courcouronnes"


@given(st.text(max_size=300), st.text(max_size=60))
def test_whatever_is_quoted_has_a_place_or_none(text: str, quotation: str) -> None:
    """No text breaks the comparison, and a place that is found is one of the text."""
    if span := locate_words(quotation, text):
        assert 0 <= span[0] < span[1] <= len(text)


@given(st.text(alphabet=st.sampled_from("ab’'- .,0123 «»\n"), max_size=120))
def test_any_whole_text_stands_in_itself(text: str) -> None:
    """A text of three words or more is a quotation of itself."""
    if len([word for word in text.replace("-", " ").split() if any(each.isalpha() for each in word)]) > 3:
        assert locate_words(text, text)


def quote(text: str, quotation: str, unit: Unit = Unit.PAGE, notes: str = "", title: str = "") -> Quotation | None:
    """A quotation of one passage."""
    passage = Passage(0, Locator(unit, 3), text, title, notes)
    return find_quotation(quotation, DocumentPassage(document("Guide"), passage))


def test_sentences_are_shown_whole() -> None:
    """Half of a sentence may say the contrary of the whole."""
    found = quote(TEXT, "verse pas l’allocation aux jeunes")
    assert found
    assert found.text == "La CAF ne verse pas l’allocation aux « jeunes » de moins de 25\u00a0ans."
    assert [each.text for each in found.fragments if each.marked] == ["verse pas l’allocation aux « jeunes"]
    assert (found.locator.label, found.document.title) == ("page 3", "Guide")


def test_an_item_is_shown_with_what_announces_its_list() -> None:
    """« Ne sont pas éligibles : » is what the items of the list say."""
    text = "Ne sont pas éligibles\u00a0:\n– les étudiants boursiers\u00a0;\n– les retraités du régime général."
    found = quote(text, "les retraités du régime général")
    assert found
    assert found.text == "Ne sont pas éligibles\u00a0: – les retraités du régime général."
    alone = quote("Le guide dit :\nUne phrase.\n– les retraités du régime général", "retraités du régime général")
    assert alone
    assert alone.text == "– les retraités du régime général"


def test_what_is_shown_is_bounded() -> None:
    """Speech without punctuation is one long sentence: it is cut around the words, and says so."""
    found = quote(f"{'avant ' * 400}ces mots sont cités {'après ' * 400}", "ces mots sont cités", Unit.TIME)
    assert found
    assert len(found.text) < 720
    assert found.text.startswith("… avant")
    assert found.text.endswith("après …")


def test_notes_and_titles_are_quoted_too() -> None:
    """What a speaker notes is text; a title that is quoted is not shown twice."""
    noted = quote("Texte de la diapositive.", "Rappeler que c’est un droit", notes="Rappeler que c’est un droit.")
    assert noted
    titled = quote("Texte.", "Pourquoi aller vers", title="Pourquoi aller vers\u00a0?")
    assert titled
    assert (titled.title, titled.text) == ("", "Pourquoi aller vers\u00a0?")
