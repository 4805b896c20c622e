"""Marking what was found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.model.documents import Locator, Passage, Unit
from index.query.parser import parse_query
from index.search.highlighting import EXCERPT_CHARACTERS, highlight_text, render_excerpt


def marked(text: str, question: str) -> list[str]:
    """What is marked in a text."""
    return [fragment.text for fragment in highlight_text(text, parse_query(question)) if fragment.marked]


def passage(text: str, notes: str = "") -> Passage:
    """A slide."""
    return Passage(0, Locator(Unit.SLIDE, 1), text, notes=notes)


def test_stems_and_accents() -> None:
    """Another form of the word, typed without accents, is what was found."""
    assert marked("Les échanges de données", "ECHANGE donnees") == ["échanges", "données"]


def test_phrases_are_marked_whole() -> None:
    """A quoted phrase is one mark, and its words elsewhere are none."""
    assert marked("Le non recours, et non le recours", "« non recours »") == ["non recours"]


def test_exclusions_are_not_marked() -> None:
    """What must be absent is not what was found."""
    assert marked("la CAF et la MSA", "CAF SAUF MSA") == ["CAF"]


def test_prefix() -> None:
    """A prefix marks the whole word."""
    assert marked("l’illectronisme", "illec*") == ["illectronisme"]


@given(st.text(max_size=300), st.sampled_from(["le", "a*", "« e »", "x y", ""]))
def test_nothing_is_lost(text: str, question: str) -> None:
    """The fragments together are the text, to the letter."""
    assert "".join(fragment.text for fragment in highlight_text(text, parse_query(question))) == text


def test_an_excerpt_starts_with_its_sentence() -> None:
    """A found word is read in its sentence."""
    text = "Première phrase. " * 30 + "La CAF partage ses données. Suite."
    shown = "".join(fragment.text for fragment in render_excerpt(passage(text), parse_query("CAF")))
    assert shown.startswith("… La CAF partage")
    assert len(shown) <= EXCERPT_CHARACTERS + 4


def test_an_excerpt_shows_the_words_where_they_stand_together() -> None:
    """One word early on is not shown in place of the sentence that holds all of them."""
    text = "La CAF ouvre. " + "Rien de neuf. " * 40 + "La CAF partage ses données avec la MSA. " + "Suite. " * 60
    shown = "".join(fragment.text for fragment in render_excerpt(passage(text), parse_query("CAF données MSA")))
    assert "La CAF partage ses données avec la MSA." in shown


def test_an_excerpt_prefers_notes_that_hold_more() -> None:
    """One word on the slide is not shown in place of the notes that hold all of them."""
    shown = render_excerpt(passage("La CAF.", notes="La CAF partage ses données."), parse_query("CAF données"))
    assert [fragment.text for fragment in shown if fragment.marked] == ["CAF", "données"]


def test_an_excerpt_of_what_is_in_the_notes() -> None:
    """Words that only the speaker's notes hold are shown from there."""
    shown = render_excerpt(passage("Une diapositive.", notes="Rappeler le rôle de la MSA."), parse_query("MSA"))
    assert [fragment.text for fragment in shown if fragment.marked] == ["MSA"]


def test_an_excerpt_without_found_words_is_the_beginning() -> None:
    """A document found by its title shows how it begins."""
    assert render_excerpt(passage("Bonjour à tous."), parse_query("caf"))[0].text == "Bonjour à tous."
