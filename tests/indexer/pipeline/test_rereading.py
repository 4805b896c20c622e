"""What an older version of the extractors read is read again: quietly, after everything else, and losing nothing."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from extractors import EXTRACTOR_VERSION, Pool
from index.catalogue.file_statuses import FileState
from index.catalogue.metadata_layers import ANIMATOR_REASON, Decisions
from index.model.documents import Tag, TagSource
from index.model.facets import Facet
from indexer.watch.scan import scan_library
from tests.indexer.conftest import Bench, only

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from extractors import Extraction
    from index.text import TokenStreams

RURAL = Tag(Facet.THEME, "rural", TagSource.ANIMATOR, ANIMATOR_REASON)


def age(bench: Bench, path: str, words: str = "") -> str:
    """Have a document be as an older version would have read it, in other words where some are given; its id."""
    id_ = bench.catalogue.files.find_in_extent()[path].document_id
    assert id_ is not None
    with bench.catalogue.transaction() as transaction:
        known = transaction.documents.find_content(id_)
        passages = tuple(replace(each, text=words or each.text) for each in known.passages)
        transaction.documents.replace_reading(
            id_, replace(known, passages=passages, extractor_version=EXTRACTOR_VERSION - 1)
        )
    bench.indexer.synchronise()
    return id_


def submitted(monkeypatch: pytest.MonkeyPatch, *, answered: bool = True) -> list[str]:
    """The names of the files that workers are given, in order; where they are not answered, nothing comes of them."""
    names: list[str] = []
    submit = Pool.submit

    def noted(pool: Pool, path: Path, *, first: bool = False) -> Future[Extraction]:
        names.append(path.name)
        return submit(pool, path, first=first) if answered else Future()

    monkeypatch.setattr(Pool, "submit", noted)
    return names


def left(bench: Bench) -> int:
    """How many documents are said to be read again."""
    state = bench.catalogue.indexer.read_state()
    return state.rereading if state else 0


def test_an_older_text_is_read_again(bench: Bench) -> None:
    """The older text is found until the newer one is there; the document is the same, in the same version."""
    bench.put("a.txt", "la CAF")
    bench.step()
    id_ = age(bench, "a.txt", "ancien")
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.decide([id_], Decisions(choose=(RURAL,)))
    before = bench.found("ancien")[0]
    bench.restart()
    bench.indexer.synchronise()
    assert bench.found("caf") == []
    assert only(bench, "ancien") == id_
    assert bench.step().changes == 0
    assert bench.found("ancien") == []
    after = bench.found("caf")[0]
    assert (after.id, after.updated, after.facet_values(Facet.THEME)) == (id_, before.updated, ("rural",))
    assert len(bench.catalogue.documents.list_versions(id_, frozenset({"membres"}))) == 1
    assert bench.catalogue.files.list_outdated(EXTRACTOR_VERSION) == ()


def test_a_catalogue_that_knows_no_times_of_entries(bench: Bench) -> None:
    """What was stored before these times were is read again too: 0 fits any."""
    bench.put("a.txt", "la CAF")
    bench.step()
    id_ = age(bench, "a.txt", "ancien")
    known = bench.catalogue.files.find_in_extent()["a.txt"]
    with bench.catalogue.transaction() as transaction:
        transaction.files.save(replace(known, stat=replace(known.stat, ctime_ns=0)))
    bench.restart()
    assert bench.step().changes == 0
    assert only(bench, "caf") == id_
    assert bench.catalogue.files.list_outdated(EXTRACTOR_VERSION) == ()


def test_what_reads_alike_is_not_written(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the newer version reads the same, the index has nothing to learn; and it is read once."""
    bench.put("a.txt", "la CAF")
    bench.step()
    age(bench, "a.txt")
    revision = bench.catalogue.revisions.read_last()
    names = submitted(monkeypatch)
    bench.step()
    bench.step()
    assert names == ["a.txt"]
    assert bench.catalogue.revisions.read_last() == revision


def test_everything_else_comes_first(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """New files are read before older texts are read again, the newest of these first; the state tells how many."""
    for name in ("a.txt", "b.txt", "c.txt"):
        bench.put(name, f"la CAF {name}")
        bench.step()
    for name in ("b.txt", "a.txt", "c.txt"):
        age(bench, name, "ancien")
    bench.put("d.txt", "la MSA")
    names = submitted(monkeypatch)
    seen: set[int] = set()
    bench.indexer.apply_scan(scan_library(bench.library))
    while bench.indexer.advance():
        bench.indexer._status_reporter.write_state()  # noqa: SLF001 - it is told every five seconds otherwise
        seen.add(left(bench))
    bench.indexer.close()
    assert names == ["d.txt", "c.txt", "b.txt", "a.txt"]
    assert {1, 2, 3} <= seen
    assert left(bench) == 0


def test_others_may_use_the_machine(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are drawn while older texts are read again: these can wait, and may last for hours."""
    bench.put("a.txt", "la CAF")
    bench.step()
    age(bench, "a.txt", "ancien")
    names = submitted(monkeypatch, answered=False)
    bench.indexer.apply_scan(scan_library(bench.library))
    while not names:
        assert bench.indexer.advance()
    assert bench.indexer.advance()
    assert bench.indexer.idle.is_set()


def test_what_the_newer_version_cannot_read_keeps_its_text(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The older text stays, the file is indexed as before, and is not tried again; other documents follow."""
    bench.put("a.txt", "la CAF")
    bench.put("b.txt", "la MSA")
    bench.step()
    age(bench, "a.txt", "ancien")
    age(bench, "b.txt", "vieux")

    def stumbling(analysed: Mapping[str, TokenStreams]) -> None:
        if any("CAF" in text for text in analysed):
            raise RecursionError("trop profond")

    monkeypatch.setattr("indexer.reconcile.extraction_results.remember_analyses", stumbling)
    bench.step()
    only(bench, "ancien")
    only(bench, "msa")
    assert {each.state for each in bench.catalogue.file_statuses.find()} == {FileState.INDEXED}
    names = submitted(monkeypatch)
    bench.step()
    assert names == []


def test_a_content_that_stops_the_indexer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """After three crashes it is left as it was read; one stop in good order is no crash."""
    bench.put("a.txt", "la CAF")
    bench.step()
    age(bench, "a.txt", "ancien")
    names = submitted(monkeypatch, answered=False)
    for start in range(1, 5):
        bench.restart()
        bench.indexer.apply_scan(scan_library(bench.library))
        while len(names) < start:
            assert bench.indexer.advance()
        if start == 1:
            bench.indexer.close()
    bench.restart()
    bench.step()
    assert len(names) == 4
    only(bench, "ancien")
    assert bench.catalogue.files.list_outdated(EXTRACTOR_VERSION) == ()


@pytest.mark.parametrize("during", [False, True])
def test_a_file_that_has_changed(bench: Bench, monkeypatch: pytest.MonkeyPatch, *, during: bool) -> None:
    """A file that changes before or while it is read again is read as the new version that it is."""
    file = bench.put("a.txt", "la CAF")
    bench.step()
    id_ = age(bench, "a.txt", "ancien")
    bench.indexer.apply_scan(scan_library(bench.library))
    if during:
        submit = Pool.submit

        def meanwhile(pool: Pool, path: Path, *, first: bool = False) -> Future[Extraction]:
            file.write_text("la MSA", encoding="utf-8")
            return submit(pool, path, first=first)

        monkeypatch.setattr(Pool, "submit", meanwhile)
    else:
        file.write_text("la MSA", encoding="utf-8")
    while bench.indexer.advance():
        continue
    only(bench, "ancien")
    monkeypatch.undo()
    bench.step()
    assert only(bench, "msa") == id_
    assert len(bench.catalogue.documents.list_versions(id_, frozenset({"membres"}))) == 2


def test_a_file_that_is_away(bench: Bench) -> None:
    """A document whose file cannot be had keeps its text, and is read again once the file is back."""
    file = bench.put("a.txt", "la CAF")
    bench.step()
    age(bench, "a.txt", "ancien")
    bench.indexer.apply_scan(scan_library(bench.library))
    hidden = file.rename(bench.library.parent / "a.txt")
    while bench.indexer.advance():
        continue
    only(bench, "ancien")
    hidden.rename(file)
    bench.step()
    only(bench, "caf")


def test_reading_names_its_version(bench: Bench) -> None:
    """Whatever is read says by which version."""
    bench.put("a.txt", "la CAF")
    bench.step()
    id_ = only(bench, "caf")
    with bench.catalogue.transaction() as transaction:
        assert transaction.documents.find_content(id_).extractor_version == EXTRACTOR_VERSION
