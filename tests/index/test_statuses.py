"""What became of each file: every file is answered for, and the database does the counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.catalogue import Failure, LeftOut, Place, State, StatusFilter, Waiting

if TYPE_CHECKING:
    from index.catalogue import Catalogue
    from tests.index.conftest import Add


@pytest.fixture
def states(catalogue: Catalogue, add: Add) -> dict[str, State]:
    """A catalogue with one file in each state, or two."""
    add("Fiche", "texte", path="Été/fiche.pdf")
    add("Affiche", path="affiche.pdf")
    add("Ancienne", "texte", path="ancienne.pdf")
    digest = "Été/fiche.pdf".ljust(64, "0")
    with catalogue.writing() as write:
        write.keep_place(Place("été 2/copie.pdf", 1, 1, digest, write.document_of(digest)))
        write.keep_failure(Failure("e" * 64, 1, "abime", "ancien motif", "ancien conseil"))
        write.keep_failure(Failure("e" * 64, 2, "abime", "fichier abîmé", "redéposez-le"))
        write.keep_place(Place("abîmé.pdf", 1, 1, "e" * 64))
        write.enqueue([Waiting("ancienne.pdf", 2, 2, 2), Waiting("b/nouvelle.pdf", 2, 2, 2)])
        write.enqueue([Waiting("arrive.pdf", 2, 2, 2, ready=False)])
        write.leave_out([LeftOut("archives/", "écarté par la ligne 1"), LeftOut("lien.pdf", "lien", "déposez")], ())
    return {
        "abîmé.pdf": State.FAILED,
        "affiche.pdf": State.NO_TEXT,
        "arrive.pdf": State.SEEN,
        "ancienne.pdf": State.WAITING,
        "b/nouvelle.pdf": State.WAITING,
        "été 2/copie.pdf": State.INDEXED,
        "archives/": State.IGNORED,
        "lien.pdf": State.IGNORED,
        "Été/fiche.pdf": State.DUPLICATE,
    }


def test_every_file_has_one_state(catalogue: Catalogue, states: dict[str, State]) -> None:
    """Known, waiting, left out: each once, urgent states first; the double is the later path."""
    first, second = sorted(["Été/fiche.pdf", "été 2/copie.pdf"])
    wanted = states | {first: State.INDEXED, second: State.DUPLICATE}
    found = catalogue.statuses()
    assert {each.path: each.state for each in found} == wanted
    assert len(found) == len(wanted)
    ranks = [list(State).index(each.state) for each in found]
    assert ranks == sorted(ranks)


def test_reasons(catalogue: Catalogue, states: dict[str, State]) -> None:
    """Each state that is not plain says why, and what to do where something can be done."""
    said = {each.path: (each.reason, each.advice) for each in catalogue.statuses()}
    assert len(said) == len(states)
    assert said["abîmé.pdf"] == ("fichier abîmé", "redéposez-le")
    assert "nouvelle version" in said["ancienne.pdf"][0]
    assert said["b/nouvelle.pdf"] == ("", "")
    assert said["lien.pdf"] == ("lien", "déposez")
    assert "aucun texte" in said["affiche.pdf"][0]


def test_counts_and_pages(catalogue: Catalogue, states: dict[str, State]) -> None:
    """Counts are those of the files; filters and pages cut them, with accents and whatever the capitals."""
    assert catalogue.status_counts() == {
        State.FAILED: 1,
        State.NO_TEXT: 1,
        State.SEEN: 1,
        State.WAITING: 2,
        State.DUPLICATE: 1,
        State.IGNORED: 2,
        State.INDEXED: 1,
    }
    assert catalogue.status_counts("ÉTÉ") == {State.DUPLICATE: 1, State.INDEXED: 1}
    assert catalogue.status_counts("%") == {}
    waiting = StatusFilter(frozenset({State.WAITING, State.SEEN}))
    assert [each.path for each in catalogue.statuses(waiting)] == ["arrive.pdf", "ancienne.pdf", "b/nouvelle.pdf"]
    pages = [catalogue.statuses(StatusFilter(limit=4, offset=start)) for start in (0, 4, 8)]
    assert [len(page) for page in pages] == [4, 4, 1]
    assert sum(pages, ()) == catalogue.statuses()
    assert len(states) == 9
