"""What a question is understood to be, over a real index: accents, typos, acronyms, missing words, completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.engines.protocol import Sort
from index.generations.live import LiveIndex
from index.generations.rebuild import rebuild_live_index
from index.model import MEMBERS, Event, Facet, PartialDate
from index.search.autocompletion import SuggestionKind
from index.search.questions import Question
from index.search.service import Search
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add

EVERYONE = frozenset({MEMBERS})


@pytest.fixture
def search(tmp_path: Path, catalogue: Catalogue, add: Add) -> Search:
    """A search over a few documents of the field."""
    add(
        "La lutte contre l’illectronisme",
        "Repérer l’illectronisme à l’accueil du centre social.",
        territories=("rennes",),
    )
    add("Revenu de solidarité active", "Le revenu de solidarité active se demande en ligne.", territories=("lille",))
    add("Guide du RSA", "Demander le RSA auprès de la CAF, pièces et délais.")
    add("Évaluation", "La mesure évaluée par le comité scientifique, avec ses usager·ère·s.")
    rebuild_live_index(tmp_path / "index", catalogue)
    return Search(LiveIndex(tmp_path / "index"), catalogue, load_vocabulary())


def titles(search: Search, text: str, **others: object) -> list[str]:
    """The titles that a question finds, in order."""
    answer = search.ask(Question(text, **others))  # type: ignore[arg-type]
    return [found.document.title for found in answer.found]


def test_acronyms_are_announced_and_reversible(search: Search) -> None:
    """« RSA » finds what spells it out, says so in the person's own capitals, and can be asked for alone."""
    answer = search.ask(Question("le RSA"))
    assert {found.document.title for found in answer.found} == {"Guide du RSA", "Revenu de solidarité active"}
    assert [(each.typed, each.added) for each in answer.expansions] == [("RSA", ("Revenu de solidarité active",))]
    assert titles(search, "le RSA", exact=True) == ["Guide du RSA"]


def test_what_was_typed_comes_first(search: Search) -> None:
    """A synonym never outranks the word itself."""
    assert titles(search, "RSA")[0] == "Guide du RSA"
    assert titles(search, "revenu de solidarité active")[0] == "Revenu de solidarité active"


def test_typos_are_corrected_and_told(search: Search) -> None:
    """A word that stands nowhere is corrected, which is said, and can be refused."""
    answer = search.ask(Question("Ilectronisme accueil"))
    assert answer.found[0].document.title == "La lutte contre l’illectronisme"
    assert answer.complete == 1
    assert [(each.typed, each.used) for each in answer.corrections] == [("Ilectronisme", "illectronisme")]
    assert search.ask(Question("Ilectronisme accueil", exact=True)).complete == 0


def test_without_accents(search: Search) -> None:
    """What is typed without accents finds what was written with them, in any form of the word."""
    assert titles(search, "evaluer") == titles(search, "évaluer") == ["Évaluation"]
    assert titles(search, "evaluee") == ["Évaluation"]


def test_inclusive_writing(search: Search) -> None:
    """The plain word finds its inclusive spelling."""
    assert titles(search, "usagers") == ["Évaluation"]


def test_a_question_tells_what_is_missing(search: Search) -> None:
    """A long question is answered by what holds most of it, and says which of its words each answer lacks."""
    answer = search.ask(Question("Comment demander le RSA avec un véhicule ?"))
    guide = next(found for found in answer.found if found.document.title == "Guide du RSA")
    assert guide.missing_words == ("véhicule",)
    guide = search.ask(Question("RSA délais du 14/07/2024")).found[0]
    assert guide.missing_words == ("14/07/2024",)


def test_a_word_that_lacks_empties_nothing(search: Search) -> None:
    """Two words that no document holds together find what holds the one or the other, and say which is missing."""
    answer = search.ask(Question("illectronisme délais"))
    assert {found.document.title: found.missing_words for found in answer.found} == {
        "La lutte contre l’illectronisme": ("délais",),
        "Guide du RSA": ("illectronisme",),
    }
    assert (answer.total, answer.complete, answer.narrowed) == (2, 0, False)


def test_all_words_only(search: Search) -> None:
    """Who wants all words gets no document that lacks one."""
    assert titles(search, "illectronisme délais", all_words=True) == []
    assert search.total(Question("illectronisme délais", all_words=True)) == 0
    answer = search.ask(Question("illectronisme accueil", all_words=True))
    assert (answer.total, answer.complete, answer.narrowed) == (1, 1, True)


def test_filters_count_what_holds_all_words(search: Search) -> None:
    """Where documents hold all words, filters count those: the list goes on with hundreds that hold one."""
    answer = search.ask(Question("illectronisme accueil RSA délais"))
    assert answer.complete == 0
    assert sum(each.count for each in answer.facets[Facet.FORMAT]) == answer.total
    answer = search.ask(Question("illectronisme lutte RSA"))
    loose = search.ask(Question("lutte illectronisme"))
    assert loose.complete == 1
    assert sum(each.count for each in loose.facets[Facet.FORMAT]) == 1


def test_by_date_all_words_are_wanted(search: Search) -> None:
    """Sorted by date, a newer document with one of the words does not stand before those with all of them."""
    answer = search.ask(Question("illectronisme accueil", sort=Sort.DATE))
    assert [found.document.title for found in answer.found] == ["La lutte contre l’illectronisme"]
    assert answer.narrowed
    # Where none holds them all, there is nothing better to show.
    answer = search.ask(Question("illectronisme délais", sort=Sort.DATE))
    assert (len(answer.found), answer.narrowed) == (2, False)


def test_who_follows_a_question_is_told_of_what_holds_all_words(search: Search) -> None:
    """Alerts and feeds do not announce each document that holds one word."""
    ids = frozenset(found.document.id for found in search.ask(Question("illectronisme délais")).found)
    assert search.find_answering_ids(Question("illectronisme délais"), ids) == frozenset()
    assert len(search.find_answering_ids(Question("illectronisme accueil"), ids)) == 1


def test_areas(search: Search) -> None:
    """A region or a department can be named in the question."""
    assert titles(search, "territoire:rennes") == ["La lutte contre l’illectronisme"]
    assert search.label(Facet.REGION, "hauts-de-france") == "Hauts-de-France"


def test_versions_are_shown_together(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """Documents that say nearly the same stand under the first of them."""
    text = " ".join(f"mot{number} la CAF" for number in range(120))
    add("Version 1", text, path="a.pdf")
    add("Version 2", f"{text} et une fin", path="b.pdf")
    rebuild_live_index(tmp_path / "autre", catalogue)
    answer = Search(LiveIndex(tmp_path / "autre"), catalogue, load_vocabulary()).ask(Question("caf"))
    assert answer.total == 2
    assert len(answer.found) == 1
    assert len(answer.found[0].near_duplicates) == 1


def test_completion(search: Search) -> None:
    """What one begins to type is completed from the vocabulary, the titles and the words."""
    kinds = {each.kind: each for each in reversed(search.suggest_completions("illec", EVERYONE))}
    assert kinds[SuggestionKind.TITLE].text == "La lutte contre l’illectronisme"
    assert kinds[SuggestionKind.TITLE].document_id
    assert kinds[SuggestionKind.WORD].text == "illectronisme"
    assert search.suggest_completions("renn", EVERYONE)[0].text == "Rennes"
    assert search.suggest_completions("demander le r", EVERYONE)
    assert search.suggest_completions("", EVERYONE) == ()


def test_completion_keeps_secrets(search: Search) -> None:
    """Titles, words and events of documents that one may not see are not proposed."""
    for typed in ("illec", "webi"):
        kinds = {each.kind for each in search.suggest_completions(typed, frozenset({"autres"}))}
        assert kinds <= {SuggestionKind.VOCABULARY}


def test_completion_begins_with_recent_events(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """The latest events that have a document come first, by their type, title and date, then titles."""
    for month, title in ((3, "Aller-vers"), (5, "Domiciliation"), (6, "Santé"), (11, "Échange de données")):
        event = Event(f"w{month}", "webinaire", title, PartialDate(2024, month, 7))
        add(f"Webinaire {title}", "texte", path=f"{month}.pdf", event=event)
    rebuild_live_index(tmp_path / "index", catalogue)
    search = Search(LiveIndex(tmp_path / "index"), catalogue, load_vocabulary())

    def complete(typed: str) -> list[tuple[str, SuggestionKind]]:
        return [(each.text, each.kind) for each in search.suggest_completions(typed, EVERYONE)]

    assert [text for text, _ in complete("webi")][:3] == [
        "Échange de données (7 novembre 2024)",
        "Santé (7 juin 2024)",
        "Domiciliation (7 mai 2024)",
    ]
    assert complete("webi")[3][1] is SuggestionKind.TITLE
    assert complete("webinaire alle")[0] == ("Aller-vers (7 mars 2024)", SuggestionKind.EVENT)
    assert complete("webinaires nov")[0] == ("Échange de données (7 novembre 2024)", SuggestionKind.EVENT)
    assert SuggestionKind.EVENT not in {kind for _, kind in complete("échange de logem")}


def test_more_like(search: Search, catalogue: Catalogue) -> None:
    """A document leads to those about the same things, never to itself, nor to what one may not see."""
    titles = {each.id: each.title for each in catalogue.documents.list_latest(EVERYONE, 10)}
    guide = next(each for each in catalogue.documents.list_latest(EVERYONE, 10) if each.title == "Guide du RSA")
    alike = [titles[id_] for id_ in search.find_similar_ids(guide, EVERYONE)]
    assert "Guide du RSA" not in alike
    assert "Revenu de solidarité active" in alike
    assert search.find_similar_ids(guide, frozenset({"autres"})) == ()
