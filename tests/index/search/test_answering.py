"""The passages that answer a question: whole sentences that hold its rare words, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.generations.live import LiveIndex
from index.generations.rebuild import rebuild_live_index
from index.model import MEMBERS, Locator, Passage, Unit
from index.search.answering import list_windows
from index.search.questions import Question
from index.search.service import Search
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from index.search.answering import PassageAnswer
    from tests.index.conftest import Add


@pytest.fixture
def search(tmp_path: Path, catalogue: Catalogue, add: Add) -> Search:
    """A search over a few documents, of which two speak of lists of tenants."""
    add(
        "Compte rendu",
        "La séance ouvre à dix heures.",
        "Un bailleur ne donne pas la liste de ses locataires. Il envoie lui-même le courrier. Le reste suit.",
    )
    add("Guide", "Le bailleur reçoit les équipes. Les équipes saluent le gardien.")
    add("Notes", "Les équipes notent ce que disent les habitants.")
    rebuild_live_index(tmp_path / "index", catalogue)
    return Search(LiveIndex(tmp_path / "index"), catalogue, load_vocabulary())


def answers(search: Search, text: str, **others: object) -> tuple[PassageAnswer, ...]:
    """The passages that answer a question."""
    return search.find_answers(search.ask(Question(text, **others)))  # type: ignore[arg-type]


def test_whole_sentences_with_their_place(search: Search) -> None:
    """The sentences that hold most of the question come first, whole, with what follows them and their page."""
    first = answers(search, "Est-ce qu’un bailleur donne la liste des locataires ?")[0]
    assert (first.document.title, first.locator.label) == ("Compte rendu", "page 2")
    text = "".join(each.text for each in first.fragments)
    assert text.startswith("Un bailleur ne donne pas la liste de ses locataires. Il envoie lui-même le courrier.")
    assert "locataires" in {each.text for each in first.fragments if each.marked}
    assert first.coverage == pytest.approx(1.0)


@pytest.mark.parametrize(
    "text",
    [
        "bailleur liste locataires",
        "Est-ce qu’un bailleur visite les villages de montagne en hiver avec un hélicoptère ?",
        "Que dit le règlement des piscines ?",
        "Où ?",
    ],
)
def test_nothing_rather_than_little(search: Search, text: str) -> None:
    """Keywords ask for documents; of a sentence, what holds too little of it answers nothing."""
    assert answers(search, text) == ()


def test_common_words_answer_nothing(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """A passage that holds a question of words which many documents hold says no more than these documents do."""
    for number in range(12):
        add(
            f"Note {number}", "Une équipe aide une personne.", "Le relais parle de moissonneuses." if not number else ""
        )
    rebuild_live_index(tmp_path / "index", catalogue)
    search = Search(LiveIndex(tmp_path / "index"), catalogue, load_vocabulary())
    assert answers(search, "Comment une équipe aide une personne ?") == ()
    assert answers(search, "Que dit le relais des moissonneuses ?")


def test_rights(search: Search) -> None:
    """Whoever may not see the documents reads none of their sentences."""
    question = "Est-ce qu’un bailleur donne la liste des locataires ?"
    assert answers(search, question, groups=frozenset({MEMBERS}))
    assert answers(search, question, groups=frozenset({"autres"})) == ()


def test_only_on_the_first_page(search: Search) -> None:
    """Further pages of results do not repeat the block."""
    assert answers(search, "Est-ce qu’un bailleur donne la liste des locataires ?", page=2) == ()


def test_sentences_of_slides_and_of_speech() -> None:
    """A line of a slide is a sentence of its own; lines of captions go on until the sentence ends."""
    lines = "Première ligne\nDeuxième ligne\nqui continue"
    slide = Passage(0, Locator(Unit.SLIDE, 1), lines)
    assert list(list_windows(slide, lines)) == [
        "Première ligne Deuxième ligne qui continue",
        "Deuxième ligne qui continue",
    ]
    captions = "On nous demande\nCe qu’il faut faire. Il faut\nRappeler."
    spoken = Passage(0, Locator(Unit.TIME, 1, 0.0, 5.0), captions)
    assert list(list_windows(spoken, captions))[-1] == "Il faut Rappeler."
