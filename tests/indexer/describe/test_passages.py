"""Cutting into passages: nothing lost, nothing doubled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractors import Section, SectionUnit
from index.model import documents
from indexer.describe.passages import MOST_WORDS, clean_text, cut_passages

WORDS = st.text(st.sampled_from("abé’-,"), min_size=1, max_size=8)
TEXTS = st.lists(WORDS | st.sampled_from([".", "!", "?", "\n", "« ", " »"]), max_size=600).map(" ".join)


def page(text: str, number: int = 1, notes: str = "") -> Section:
    """A page of a document."""
    return Section(SectionUnit.PAGE, number, text, notes=notes)


def cue(start: float, end: float, text: str) -> Section:
    """A caption."""
    return Section(SectionUnit.CUE, 1, text, start=start, end=end)


@given(TEXTS)
def test_no_word_is_lost_or_doubled(text: str) -> None:
    """The passages of a section, read in order, are its words."""
    passages = cut_passages([page(text)])
    assert [word for passage in passages for word in passage.text.split()] == clean_text(text).split()


@given(TEXTS)
def test_passages_are_short(text: str) -> None:
    """No passage is longer than what a result can show and a reader take in."""
    assert all(len(passage.text.split()) <= MOST_WORDS for passage in cut_passages([page(text)]))


def test_an_ordinary_page_is_one_passage() -> None:
    """A slide or a page of ordinary length is not cut."""
    assert [passage.text for passage in cut_passages([page("mot " * 150)])] == [("mot " * 150).strip()]


def test_long_pages_are_cut_at_sentence_ends() -> None:
    """A long page gives several passages of one place, each ending with a sentence."""
    passages = cut_passages([page("Une phrase de six mots ici. " * 100, number=7)])
    assert len(passages) > 1
    assert all(passage.text.endswith("ici.") for passage in passages)
    assert {passage.locator for passage in passages} == {documents.Locator(documents.Unit.PAGE, 7)}
    assert [passage.ordinal for passage in passages] == list(range(len(passages)))


def test_notes_go_with_the_first_passage() -> None:
    """A slide's notes are kept once, however long its text."""
    passages = cut_passages([page("Une phrase de six mots ici. " * 100, notes="À dire")])
    assert [passage.notes for passage in passages if passage.notes] == ["À dire"]


def test_captions_are_joined() -> None:
    """Captions that come by the second are joined until a sentence ends, and keep their times."""
    cues = [cue(second, second + 4, f"Morceau {second}" + ("." if second == 24 else "")) for second in range(0, 60, 4)]
    passages = cut_passages(cues)
    assert [(each.locator.start, each.locator.end) for each in passages] == [(0, 28), (28, 60)]
    assert passages[0].text.endswith("Morceau 24.")


@given(st.lists(st.tuples(st.floats(0.5, 8), WORDS), max_size=60))
def test_captions_lose_nothing(spoken: list[tuple[float, str]]) -> None:
    """Joined captions hold every word once, in groups of at most 40 seconds unless one caption alone is longer."""
    at, cues = 0.0, []
    for length, text in spoken:
        cues.append(cue(at, at + length, text))
        at += length
    passages = cut_passages(cues)
    assert [word for each in passages for word in each.text.split()] == [text for _, text in spoken]
    assert all((each.locator.end or 0) - (each.locator.start or 0) <= 40.001 for each in passages)


def test_control_characters_go() -> None:
    """What a database refuses and a screen cannot show is no text; composed accents are one letter."""
    assert clean_text("a\x00b\x0bc e\u0301té \ud800") == "abc été"
