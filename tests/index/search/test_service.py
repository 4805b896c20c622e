"""From a question to an answer that a member reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.catalogue.metadata_layers import Description
from index.generations.live import LiveIndex
from index.generations.rebuild import rebuild_live_index
from index.generations.synchroniser import IndexSynchroniser
from index.model import Facet, PartialDate
from index.search.questions import Question
from index.search.service import Search
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add


@pytest.fixture
def search(tmp_path: Path, catalogue: Catalogue, add: Add) -> Search:
    """A search over three documents."""
    add("L’aller-vers", "Bonjour", "Il faut aller vers les publics.", territories=("rennes",))
    add("Échanges de données", "La convention d’échange de données avec la CAF", date=PartialDate(2024, 11, 7))
    add("Compte rendu", "La CAF", territories=("rennes", "lille"))
    with IndexSynchroniser(tmp_path / "index", catalogue) as follower:
        follower.synchronise()
    return Search(LiveIndex(tmp_path / "index"), catalogue, load_vocabulary())


def test_a_document_with_its_place(search: Search) -> None:
    """The answer names the document, the place in it, and marks the words."""
    found = search.ask(Question("aller vers")).found[0]
    assert found.document.title == "L’aller-vers"
    assert [each.locator.label for each in found.excerpts] == ["page 2"]
    assert [part.text for part in found.excerpts[0].fragments if part.marked] == ["aller", "vers"]


def test_a_list_of_documents_needs_no_passages(search: Search) -> None:
    """Whoever wants the documents alone gets the same ones in the same order, and nothing is read of their text."""
    whole = search.ask(Question("caf"))
    bare = search.ask(Question("caf", excerpts=False))
    assert [each.document.id for each in bare.found] == [each.document.id for each in whole.found]
    assert any(each.excerpts for each in whole.found)
    assert not any(each.excerpts for each in bare.found)


def test_facets_have_labels_and_order(search: Search) -> None:
    """Values come with their labels, the most frequent first."""
    values = search.ask(Question("")).facets[Facet.TERRITORY]
    assert [(value.label, value.count) for value in values] == [("Rennes", 2), ("Lille", 1)]


def test_a_chosen_value_stays_visible(search: Search) -> None:
    """A value that was chosen is shown even when nothing matches it, so that it can be taken away."""
    answer = search.ask(Question("caf", {Facet.TERRITORY: frozenset({"vannes"})}))
    vannes = next(value for value in answer.facets[Facet.TERRITORY] if value.value == "vannes")
    assert (answer.total, vannes.count, vannes.selected) == (0, 0, True)


def test_pages(search: Search) -> None:
    """The number of pages is that of the total; a page beyond the last is empty."""
    assert search.ask(Question("", per_page=2)).page_count == 2
    assert [len(search.ask(Question("", per_page=2, page=page)).found) for page in (1, 2, 3)] == [2, 1, 0]
    assert search.ask(Question("introuvable")).page_count == 1


def test_what_has_just_gone_is_left_out(search: Search, catalogue: Catalogue) -> None:
    """A document removed since the index last learnt is not shown."""
    with catalogue.transaction() as transaction:
        transaction.files.forget("Compte rendu.pdf")
    assert [found.document.title for found in search.ask(Question("caf")).found] == ["Échanges de données"]


@pytest.mark.parametrize("engine", ["tantivy", "whoosh"])
def test_what_a_sidecar_says_is_found(tmp_path: Path, catalogue: Catalogue, add: Add, engine: str) -> None:
    """A document is found by its description, which is shown as such, and by its text as before; so after a rebuild."""
    id_ = add("Fiche", "La CAF", "La MSA")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: Description("Fiche", None, None, (), summary="Une maraude du jeudi.")})
    folder = tmp_path / "index"
    search = Search(LiveIndex(folder), catalogue, load_vocabulary())
    for _ in range(2):
        rebuild_live_index(folder, catalogue, engine)
        (found,) = search.ask(Question("maraude")).found
        (excerpt,) = found.excerpts
        assert (excerpt.locator.label, excerpt.locator.anchor) == ("description", "description")
        assert [part.text for part in excerpt.fragments if part.marked] == ["maraude"]
        (found,) = search.ask(Question("msa")).found
        assert [each.locator.label for each in found.excerpts] == ["page 2"]
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: Description("Fiche", None, None, ())})
    rebuild_live_index(folder, catalogue, engine)
    assert search.ask(Question("maraude")).total == 0
