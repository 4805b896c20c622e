"""How the words of a question are understood, from what the library and the vocabulary hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.generations.live import LiveIndex
from index.generations.rebuild import rebuild_live_index
from index.generations.synchroniser import IndexSynchroniser
from index.model import MEMBERS
from index.search.questions import Question
from index.search.service import Search
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add

TEXTS = {
    "Partenaires": "La CAF et la MSA signent une convention d’échange.",
    "Accueil": "Un café est offert aux personnes, puis les cafés suivent.",
    "Retenue": "Le PAS est prélevé par l’employeur.",
    "Attente": "Il ne faut pas attendre une réponse.",
    "Santé": "La C2S remplace un ancien dispositif.",
    "Écrans": "L’illectronisme touche des habitants, la facture aussi.",
    "Situation": "La situation est grave depuis la crise.",
    "Quai": "La gare et la garde ferment, la gare aussi.",
    "Quai bis": "La gare est loin.",
    "Médecine": "Une ordonnance est demandée.",
    "Affiche": "LES AIDES DE LA COMMUNE",
    "Revenu": "Le RSA est versé chaque mois.",
}


@pytest.fixture
def search(tmp_path: Path, catalogue: Catalogue, add: Add) -> Search:
    """A search over one document a text."""
    for title, text in TEXTS.items():
        add(title, text)
    with IndexSynchroniser(tmp_path / "index", catalogue) as follower:
        follower.synchronise()
    return Search(LiveIndex(tmp_path / "index"), catalogue, load_vocabulary())


def titles(search: Search, typed: str, *, exact: bool = False) -> set[str]:
    """The titles of what a question finds."""
    return {each.document.title for each in search.ask(Question(typed, exact=exact)).found}


def test_a_compound_of_the_vocabulary_is_corrected_to(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """« alervers » is « aller-vers » in one piece, not some other word that is as near."""
    add("Démarche", "L’aller-vers change les habitudes.")
    add("Autre", "Les alertes sont nombreuses.")
    with IndexSynchroniser(tmp_path / "index", catalogue) as follower:
        follower.synchronise()
    assert titles(Search(LiveIndex(tmp_path / "index"), catalogue, load_vocabulary()), "alervers") == {"Démarche"}


def test_what_is_missing_is_told_as_it_was_searched(search: Search) -> None:
    """A word that was corrected has its accents where a document is said to lack it."""
    missing = {word for each in search.ask(Question("prélevvé rsa")).found for word in each.missing_words}
    assert missing == {"prélevé", "rsa"}


def test_words_that_nobody_wrote_are_dropped(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """Beside a territory they are told, and what it has is found; whoever follows the question is told of nothing."""
    id_ = add("Fiche", "Une permanence.", territories=("grigny",))
    with IndexSynchroniser(tmp_path / "index", catalogue) as follower:
        follower.synchronise()
    search = Search(LiveIndex(tmp_path / "index"), catalogue, load_vocabulary())
    answer = search.ask(Question("Grigny zzyzx"))
    assert (answer.dropped_words, [found.document.id for found in answer.found]) == ("zzyzx", [id_])
    assert search.find_answering_ids(Question("Grigny zzyzx"), frozenset({id_})) == frozenset()
    assert search.find_answering_ids(Question("Grigny permanence"), frozenset({id_})) == {id_}
    nobody = Question("Grigny zzyzx", groups=frozenset({"autres"}))
    assert not search.ask(nobody).total


@pytest.mark.parametrize("typed", ["CAF", "caf", "CAFs", "C.A.F.", "la CAF", "l'CAF", "« CAF »"])
def test_an_acronym_is_no_word(search: Search, typed: str) -> None:
    """The CAF is found however it is typed, and a café never is; nor in exact words."""
    assert titles(search, typed) == {"Partenaires"}
    assert titles(search, typed, exact=True) == {"Partenaires"}


@pytest.mark.parametrize(("typed", "title"), [("café", "Accueil"), ("cafe", "Accueil"), ("PAS", "Retenue")])
def test_words_beside_acronyms(search: Search, typed: str, title: str) -> None:
    """A café is found with or without its accent, and « PAS » is not the « pas » of a sentence."""
    assert titles(search, typed) == {title}


def test_a_title_in_capitals_has_words(search: Search) -> None:
    """« AIDES » in a line of capitals is found by « aide »."""
    assert "Affiche" in titles(search, "aide")


def test_a_meaning_finds_its_acronym(search: Search) -> None:
    """Whoever types the long form finds what says only the acronym."""
    assert titles(search, "revenu de solidarité active") == {"Revenu"}


def test_a_former_name_leads_to_todays(search: Search) -> None:
    """The CMU has become the C2S."""
    assert titles(search, "CMU") == {"Santé"}
    assert titles(search, "cmu") == {"Santé"}


def test_words_of_the_vocabulary_are_not_corrected(search: Search) -> None:
    """« fracture numérique », which no document holds, is widened by its theme and never becomes « facture »."""
    answer = search.ask(Question("fracture numérique"))
    assert answer.corrections == ()
    assert [each.document.title for each in answer.found] == ["Écrans"]


def test_exchanged_letters_come_first(search: Search) -> None:
    """« garve » is « grave » with two letters exchanged, though « gare » stands in more documents."""
    assert [each.used for each in search.ask(Question("garve")).corrections] == ["grave"]


def test_a_correction_looks_at_the_other_words(search: Search) -> None:
    """Of « gare » and « garde », as near as each other, the one that stands beside the other word is meant."""
    assert [each.used for each in search.ask(Question("situation gravz")).corrections] == ["grave"]


def test_a_compound_in_one_piece(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """« covoiturage » and « co-voiturage » find each other, and what was found is marked."""
    add("Mobilité", "Le co-voiturage des habitants.")
    add("Transport", "Le covoiturage des agents.")
    rebuild_live_index(tmp_path / "autre", catalogue)
    found = Search(LiveIndex(tmp_path / "autre"), catalogue, load_vocabulary())
    for typed in ("covoiturage", "co-voiturage"):
        answer = found.ask(Question(typed))
        marked = {part.text for each in answer.found for part in each.excerpts[0].fragments if part.marked}
        assert marked == {"co-voiturage", "covoiturage"}
        assert answer.found[0].excerpts[0].fragments[1].text == typed


def test_a_season_is_no_verb(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """« été » is left out as « être » is, but not after an article."""
    add("Août", "Les permanences d’été ferment.")
    add("Mars", "Les permanences ont lieu.")
    rebuild_live_index(tmp_path / "autre", catalogue)
    found = Search(LiveIndex(tmp_path / "autre"), catalogue, load_vocabulary())
    assert found.ask(Question("permanences d’été")).complete == 1
    assert found.ask(Question("où ont été les permanences")).complete is None


def test_a_lacking_apostrophe(search: Search) -> None:
    """« lordonnance » is « l’ordonnance »."""
    assert titles(search, "lordonnance") == {"Médecine"}
    assert titles(search, "l ordonnance") == {"Médecine"}


def test_a_pasted_text_is_read_by_its_rarest_words(search: Search) -> None:
    """A paragraph finds what it speaks of, though most of its words stand nowhere."""
    noise = " ".join(f"mot{number}" for number in range(40))
    answer = search.ask(Question(f"Il faut que l’illectronisme, {noise}, des habitants et la facture, {noise}"))
    assert answer.found[0].document.title == "Écrans"


@pytest.mark.parametrize("typed", ["🙂", "?!", "€ – …"])
def test_signs_ask_nothing(search: Search, typed: str) -> None:
    """Whoever types signs alone is told that nothing was asked."""
    assert search.ask(Question(typed)).asks_nothing
    assert not search.ask(Question("")).asks_nothing


@pytest.mark.parametrize("typed", ["caf", "CAF"])
def test_completion_never_offers_another_word(search: Search, typed: str) -> None:
    """« café » is no end of « CAF »."""
    offered = [each.text for each in search.suggest_completions(typed, frozenset({MEMBERS}))]
    assert "CAF" in offered
    assert not any("café" in each for each in offered)
