"""A document keeps its identity, its address and its human tags, whatever happens to its files."""

from __future__ import annotations

import os
import shutil
import threading
import unicodedata
from concurrent.futures import Future
from typing import TYPE_CHECKING

import pytest

from extractors import Pool
from index.catalogue.file_statuses import FileState
from index.catalogue.metadata_layers import Decisions
from index.model.documents import Tag, TagSource
from index.model.facets import Facet
from indexer.reconcile import extraction_results
from indexer.watch.scan import scan_library
from tests.faults.equality import differences
from tests.indexer.conftest import Bench, only

if TYPE_CHECKING:
    from pathlib import Path

    from extractors import Extraction


def tagged(bench: Bench, words: str) -> str:
    """The id of the one document found, which an animator tags now."""
    id_ = only(bench, words)
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.decide(
            [id_], Decisions(choose=(Tag(Facet.THEME, "rural", TagSource.ANIMATOR, "choix de l’animation"),))
        )
    return id_


def is_whole(bench: Bench) -> None:
    """Catalogue and index equal the library, but for the files that are said to have failed; nothing is left to do."""
    failed = [each.path for each in bench.catalogue.file_statuses.find() if each.state is FileState.FAILED]
    assert differences(bench.library, bench.catalogue, bench.index, failed) == []
    assert bench.indexer.run_once().changes == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Compte rendu.txt", "compte RENDU.txt"),
        (unicodedata.normalize("NFC", "été.txt"), unicodedata.normalize("NFD", "été.txt")),
        ("Grigny/a.txt", "Rennes/sous/b.txt"),
    ],
    ids=["capitals", "accents", "elsewhere"],
)
def test_a_rename(bench: Bench, before: str, after: str) -> None:
    """A file that changes its name, by capitals or the composition of accents only too, is the same document."""
    file = bench.put(before, "la CAF")
    bench.step()
    id_ = tagged(bench, "caf")
    (bench.library / after).parent.mkdir(parents=True, exist_ok=True)
    file.rename(bench.library / after)
    assert (bench.step().read, only(bench, "caf")) == (0, id_)
    assert bench.found("caf")[0].paths == (after,)
    assert bench.found("caf")[0].facet_values(Facet.THEME) == ("rural",)
    is_whole(bench)


def test_a_new_version_under_other_capitals(bench: Bench) -> None:
    """A file saved again by a system that spells its name otherwise is a new version."""
    bench.put("Été.txt", "la CAF")
    bench.step()
    id_ = tagged(bench, "caf")
    (bench.library / "Été.txt").unlink()
    bench.put(unicodedata.normalize("NFD", "été.txt"), "la MSA")
    bench.step()
    assert only(bench, "msa") == id_
    assert bench.found("caf") == []
    is_whole(bench)


def test_a_new_version_under_other_capitals_that_is_long_to_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document waits for its new version, whatever looks fall during the reading."""
    bench.put("Été.txt", "la CAF")
    bench.step()
    id_ = tagged(bench, "caf")
    (bench.library / "Été.txt").unlink()
    bench.put("été.txt", "la MSA, et tout le reste")
    submit = Pool.submit
    held: list[tuple[Path, Future[Extraction]]] = []

    def hold(_: Pool, path: Path, *, first: bool = False) -> Future[Extraction]:  # noqa: ARG001 - the pool's signature
        held.append((path, Future()))
        return held[-1][1]

    monkeypatch.setattr(Pool, "submit", hold)
    while not held:
        bench.indexer.apply_scan(scan_library(bench.library))
        bench.indexer.advance()
    for _ in range(3):
        bench.indexer.apply_scan(scan_library(bench.library))
        bench.indexer.advance()
    assert bench.catalogue.files.find_in_extent()["Été.txt"].document_id == id_
    ((path, promise),) = held
    promise.set_result(submit(bench.pool, path).result())
    monkeypatch.undo()
    bench.keep_up()
    assert only(bench, "msa") == id_
    is_whole(bench)


def test_missing_while_its_content_is_held_back(bench: Bench) -> None:
    """A file moved over another is not forgotten as long as nothing is decided about the place where it now lies."""
    bench.put("a.txt", "la CAF")
    bench.put("b.txt", "la MSA, et d’autres")
    bench.step()
    caf = tagged(bench, "caf")
    msa = (bench.library / "b.txt").read_bytes()
    (bench.library / "a.txt").replace(bench.library / "b.txt")
    digest = extraction_results.hash_file
    begun = threading.Event()

    def slow(path: Path) -> str:
        if path.name == "c.txt":
            begun.wait(60)
        return digest(path)

    (bench.library / "c.txt").write_bytes(msa)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.pipeline.hashing.hash_file", slow)
        bench.indexer.apply_scan(scan_library(bench.library))
        for _ in range(5):
            bench.indexer.advance()
        assert bench.catalogue.files.find_in_extent()["a.txt"].document_id == caf
        begun.set()
        bench.keep_up()
    assert only(bench, "caf") == caf
    assert "a.txt" not in bench.catalogue.files.find_in_extent()
    is_whole(bench)


def test_two_files_that_swap_their_names(bench: Bench) -> None:
    """Each document follows its content; not even sizes and dates need differ."""
    first, second = bench.put("a.txt", "la CAF"), bench.put("b.txt", "la MSA")
    for file in (first, second):
        os.utime(file, ns=(10**18, 10**18))
    bench.step()
    caf, msa = tagged(bench, "caf"), only(bench, "msa")
    aside = bench.library / ".aside"
    first.rename(aside)
    second.rename(first)
    aside.rename(second)
    assert bench.step().read == 0
    assert (only(bench, "caf"), only(bench, "msa")) == (caf, msa)
    assert bench.found("caf")[0].paths == ("b.txt",)
    assert bench.found("caf")[0].facet_values(Facet.THEME) == ("rural",)
    assert [each.number for each in bench.catalogue.documents.list_versions(caf, frozenset({"membres"}))] == [1]
    is_whole(bench)


def test_moved_over_another(bench: Bench) -> None:
    """A file moved over another replaces it: the document that moved lives on, the other is gone until it is back."""
    first, second = bench.put("a.txt", "la CAF"), bench.put("b.txt", "la MSA")
    bench.step()
    caf, msa = only(bench, "caf"), only(bench, "msa")
    kept = first.read_bytes()
    second.replace(first)
    bench.step()
    assert (bench.found("caf"), only(bench, "msa")) == ([], msa)
    (bench.library / "c.txt").write_bytes(kept)
    bench.step()
    assert only(bench, "caf") == caf
    is_whole(bench)


def test_set_aside_then_replaced(bench: Bench) -> None:
    """The result is the same whether or not a look came between: the old content keeps the document."""
    file = bench.put("deck.txt", "la CAF")
    bench.step()
    id_ = tagged(bench, "caf")
    file.rename(bench.library / "deck v1.txt")
    bench.put("deck.txt", "la MSA")
    bench.step()
    assert only(bench, "caf") == id_
    assert only(bench, "msa") != id_
    is_whole(bench)


def test_a_copy_and_its_original(bench: Bench) -> None:
    """A copy is a second place; whichever of the two goes, the document stays."""
    file = bench.put("a.txt", "la CAF")
    bench.step()
    id_ = only(bench, "caf")
    shutil.copy2(file, bench.library / "b.txt")
    assert bench.step().read == 0
    assert {each.path: each.state for each in bench.catalogue.file_statuses.find()} == {
        "a.txt": FileState.INDEXED,
        "b.txt": FileState.DUPLICATE,
    }
    file.unlink()
    bench.step()
    assert (only(bench, "caf"), bench.found("caf")[0].paths) == (id_, ("b.txt",))
    is_whole(bench)


def test_versions_are_kept_as_history(bench: Bench) -> None:
    """Each content that a document had is told, with its size, its place and its dates; going back to one too."""
    texts = ["la CAF", "la CAF et la MSA", "la CAF"]
    for text in texts:
        file = bench.put("a.txt", text)
        bench.step()
    id_ = only(bench, "caf")
    file.rename(bench.library / "b.txt")
    bench.step()
    versions = bench.catalogue.documents.list_versions(id_, frozenset({"membres"}))
    assert [(each.number, each.size, each.path) for each in versions] == [
        (3, 6, "a.txt"),
        (2, 16, "a.txt"),
        (1, 6, "a.txt"),
    ]
    assert versions[0].digest == versions[2].digest != versions[1].digest
    assert all(each.modified and each.modified <= each.seen for each in versions)


def test_an_older_content_put_back(bench: Bench) -> None:
    """A backup of an earlier version, put back after the file was deleted, is the same document, elsewhere too."""
    bench.put("a.txt", "la CAF")
    bench.step()
    id_ = tagged(bench, "caf")
    file = bench.put("a.txt", "la MSA")
    bench.step()
    file.unlink()
    bench.step()
    bench.put("sauvegarde/a.txt", "la CAF")
    bench.step()
    assert only(bench, "caf") == id_
    assert [each.number for each in bench.catalogue.documents.list_versions(id_, frozenset({"membres"}))] == [3, 2, 1]
    is_whole(bench)


def test_deleted_then_written_anew(bench: Bench) -> None:
    """A synchroniser that replaces a file by deleting it first makes a new version, though a look came between."""
    file = bench.put("a.txt", "la CAF")
    bench.step()
    id_ = tagged(bench, "caf")
    file.unlink()
    bench.step()
    assert bench.found("caf") == []
    bench.put("a.txt", "la MSA")
    bench.step()
    assert only(bench, "msa") == id_
    is_whole(bench)


def test_the_last_good_version_elsewhere(bench: Bench, tmp_path: Path) -> None:
    """Where a new version cannot be read, the document lives on in a copy of the last one; the broken file is told."""
    file = bench.put("a.txt", "la CAF")
    bench.step()
    id_ = only(bench, "caf")
    kept = shutil.copy(file, tmp_path / "gardé.txt")
    file.write_bytes(b"")
    bench.step()
    assert bench.found("caf") == []
    shutil.copy(kept, bench.library / "b.txt")
    bench.step()
    assert only(bench, "caf") == id_
    assert {each.path: each.state for each in bench.catalogue.file_statuses.find()} == {
        "a.txt": FileState.FAILED,
        "b.txt": FileState.INDEXED,
    }
    is_whole(bench)


def test_a_failed_copy_does_not_share_an_identity(bench: Bench) -> None:
    """A document kept for the day its new version can be read is that of one file, not of its copies."""
    bench.put("a.txt", "la CAF")
    bench.step()
    id_ = only(bench, "caf")
    (bench.library / "a.txt").write_bytes(b"")
    bench.step()
    (bench.library / "b.txt").write_bytes(b"")
    bench.step()
    bench.put("b.txt", "la MSA")
    bench.step()
    assert only(bench, "msa") != id_
    bench.put("a.txt", "la CAF revue")
    bench.step()
    assert only(bench, "caf") == id_
    is_whole(bench)
