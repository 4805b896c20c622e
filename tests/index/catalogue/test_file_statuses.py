"""What became of each file: every file is answered for, and the database does the counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.catalogue.file_records import Failure, FileLocation, IgnoredPath, QueuedFile
from index.catalogue.file_statuses import FileState, StatusFilter
from index.model.documents import FileStat

if TYPE_CHECKING:
    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add


@pytest.fixture
def states(catalogue: Catalogue, add: Add) -> dict[str, FileState]:
    """A catalogue with one file in each state, or two."""
    add("Fiche", "texte", path="Été/fiche.pdf")
    add("Affiche", path="affiche.pdf")
    add("Ancienne", "texte", path="ancienne.pdf")
    digest = "Été/fiche.pdf".ljust(64, "0")
    with catalogue.transaction() as transaction:
        transaction.files.save(
            FileLocation("été 2/copie.pdf", FileStat(1, 1, 0), digest, transaction.holders.find_document_of(digest))
        )
        transaction.queue.save_failure(Failure("e" * 64, 1, "abime", "ancien motif", "ancien conseil"))
        transaction.queue.save_failure(Failure("e" * 64, 2, "abime", "fichier abîmé", "redéposez-le"))
        transaction.files.save(FileLocation("abîmé.pdf", FileStat(1, 1, 0), "e" * 64))
        transaction.queue.add(
            [QueuedFile("ancienne.pdf", FileStat(2, 2, 2)), QueuedFile("b/nouvelle.pdf", FileStat(2, 2, 2))]
        )
        transaction.queue.add([QueuedFile("arrive.pdf", FileStat(2, 2, 2), ready=False)])
        transaction.files.set_ignored(
            [IgnoredPath("archives/", "écarté par la ligne 1"), IgnoredPath("lien.pdf", "lien", "déposez")], ()
        )
    return {
        "abîmé.pdf": FileState.FAILED,
        "affiche.pdf": FileState.NO_TEXT,
        "arrive.pdf": FileState.SEEN,
        "ancienne.pdf": FileState.WAITING,
        "b/nouvelle.pdf": FileState.WAITING,
        "été 2/copie.pdf": FileState.INDEXED,
        "archives/": FileState.IGNORED,
        "lien.pdf": FileState.IGNORED,
        "Été/fiche.pdf": FileState.DUPLICATE,
    }


def test_every_file_has_one_state(catalogue: Catalogue, states: dict[str, FileState]) -> None:
    """Known, waiting, left out: each once, urgent states first; the double is the later path."""
    first, second = sorted(["Été/fiche.pdf", "été 2/copie.pdf"])
    wanted = states | {first: FileState.INDEXED, second: FileState.DUPLICATE}
    found = catalogue.file_statuses.find()
    assert {each.path: each.state for each in found} == wanted
    assert len(found) == len(wanted)
    ranks = [list(FileState).index(each.state) for each in found]
    assert ranks == sorted(ranks)


def test_reasons(catalogue: Catalogue, states: dict[str, FileState]) -> None:
    """Each state that is not plain says why, and what to do where something can be done."""
    said = {each.path: (each.reason, each.advice) for each in catalogue.file_statuses.find()}
    assert len(said) == len(states)
    assert said["abîmé.pdf"] == ("fichier abîmé", "redéposez-le")
    assert "nouvelle version" in said["ancienne.pdf"][0]
    assert said["b/nouvelle.pdf"] == ("", "")
    assert said["lien.pdf"] == ("lien", "déposez")
    assert "aucun texte" in said["affiche.pdf"][0]


def test_counts_and_pages(catalogue: Catalogue, states: dict[str, FileState]) -> None:
    """Counts are those of the files; filters and pages cut them, with accents and whatever the capitals."""
    assert catalogue.file_statuses.count_by_state() == {
        FileState.FAILED: 1,
        FileState.NO_TEXT: 1,
        FileState.SEEN: 1,
        FileState.WAITING: 2,
        FileState.DUPLICATE: 1,
        FileState.IGNORED: 2,
        FileState.INDEXED: 1,
    }
    assert catalogue.file_statuses.count_by_state("ÉTÉ") == {FileState.DUPLICATE: 1, FileState.INDEXED: 1}
    assert catalogue.file_statuses.count_by_state("%") == {}
    waiting = StatusFilter(frozenset({FileState.WAITING, FileState.SEEN}))
    assert [each.path for each in catalogue.file_statuses.find(waiting)] == [
        "arrive.pdf",
        "ancienne.pdf",
        "b/nouvelle.pdf",
    ]
    pages = [catalogue.file_statuses.find(StatusFilter(limit=4, offset=start)) for start in (0, 4, 8)]
    assert [len(page) for page in pages] == [4, 4, 1]
    assert sum(pages, ()) == catalogue.file_statuses.find()
    assert len(states) == 9
