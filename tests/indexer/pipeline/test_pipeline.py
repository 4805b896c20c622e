"""Through crashes and stops: nothing is lost, nothing is retried for ever, nobody waits behind a long pass."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING

from extractors import Pool, Reason
from index.catalogue.file_statuses import FileState
from index.catalogue.indexer_state import Phase
from indexer.reconcile import extraction_results
from indexer.watch.scan import scan_library
from tests.indexer.conftest import Bench, only

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from extractors import Extraction
    from index.text import TokenStreams

_MOST_TURNS = 2000
"""Each waits a moment for something to happen: no work of a test takes so many."""


def crash(bench: Bench) -> None:
    """The indexer is gone while it reads all that waits."""
    with bench.catalogue.transaction() as transaction:
        transaction.queue.release_claims()
        while transaction.queue.claim(99) or transaction.queue.claim_suspect():
            continue


def test_after_a_crash(bench: Bench) -> None:
    """What was being read is read again; what was read is not."""
    bench.put("a.txt", "la CAF")
    bench.indexer.apply_scan(scan_library(bench.library))
    assert [each.state for each in bench.catalogue.file_statuses.find()] == [FileState.WAITING]
    crash(bench)
    bench.put("b.txt", "la MSA")
    bench.restart()
    assert bench.step().read == 2
    only(bench, "caf")
    only(bench, "msa")
    assert bench.catalogue.queue.count() == 0


def test_a_content_that_stops_the_indexer(bench: Bench) -> None:
    """After three crashes it is named a failure, and read again only when a person asks."""
    bench.put("a.txt", "la CAF")
    bench.indexer.apply_scan(scan_library(bench.library))
    for _ in range(3):
        crash(bench)
    bench.restart()
    assert (bench.step().failed, bench.found("caf")) == (1, [])
    (status,) = bench.catalogue.file_statuses.find()
    assert (status.state, status.reason) == (FileState.FAILED, Reason.CRASHED.message)
    assert bench.step().changes == 0
    with bench.catalogue.transaction() as transaction:
        assert transaction.queue.retry("a.txt")
    assert bench.step().read == 1
    only(bench, "caf")


def test_suspects_are_read_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a content that may have caused a crash is read, no other is, so that none is blamed for it."""
    for number in range(3):
        bench.put(f"{number}.txt", f"la CAF numéro {number}")
    bench.indexer.apply_scan(scan_library(bench.library))
    crash(bench)
    for number in range(3, 6):
        bench.put(f"{number}.txt", f"la CAF numéro {number}")
    bench.restart()
    submitted: list[str] = []
    together: list[set[str]] = []
    submit = Pool.submit

    def noted(pool: Pool, path: Path, *, first: bool = False) -> Future[Extraction]:
        submitted.append(path.name)
        # What is read leaves the queue once it is written.
        together.append({name for name in submitted if name in bench.catalogue.queue.find_in_extent()})
        return submit(pool, path, first=first)

    monkeypatch.setattr(Pool, "submit", noted)
    bench.step()
    assert len(bench.found("caf")) == 6
    suspects = {"0.txt", "1.txt", "2.txt"}
    assert [names for names in together if names & suspects] == [{name} for name in submitted if name in suspects]


def test_a_suspect_that_waits_for_others(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version that is read alone, and whose old content may be in a file that has just come, lets that one by."""
    bench.put("a.txt", "la CAF")
    bench.step()
    bench.put("a.txt", "la MSA, et d’autres")
    bench.indexer.apply_scan(scan_library(bench.library))
    crash(bench)
    bench.restart()
    hashed = extraction_results.hash_file

    def meanwhile(path: Path) -> str:
        if not (bench.library / "b.txt").exists():
            bench.put("b.txt", "la CAF")
            bench.indexer.apply_scan(scan_library(bench.library))
        return hashed(path)

    monkeypatch.setattr("indexer.pipeline.hashing.hash_file", meanwhile)
    known = bench.catalogue.files.find_in_extent()["a.txt"].document_id
    turns = 0
    while bench.indexer.advance():
        turns += 1
        assert turns < _MOST_TURNS, "nothing goes on"
    assert bench.catalogue.files.find_in_extent()["b.txt"].document_id == known
    assert only(bench, "msa") != known


def test_stopping_blames_nobody(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An indexer that stops in good order gives back what it was reading: it is no suspect."""
    bench.put("a.txt", "la CAF")
    bench.indexer.apply_scan(scan_library(bench.library))
    submitted: list[Path] = []

    def never(_: Pool, path: Path, *, first: bool = False) -> Future[Extraction]:  # noqa: ARG001 - the pool's signature
        submitted.append(path)
        return Future()

    monkeypatch.setattr(Pool, "submit", never)
    while not submitted:
        assert bench.indexer.advance()
    assert bench.catalogue.queue.find_in_extent()["a.txt"].attempts == 1
    bench.indexer.close()
    assert bench.catalogue.queue.find_in_extent()["a.txt"].attempts == 0
    monkeypatch.undo()
    bench.restart()
    assert bench.step().read == 1


def test_the_same_content_is_read_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies that arrive together cost one reading."""
    for name in ("a.txt", "b.txt", "c.txt"):
        bench.put(name, "la CAF")
    read: list[str] = []
    outcome = extraction_results.to_outcome

    def counted(future: Future[Extraction], digest: str) -> extraction_results.ReadOutcome:
        read.append(digest)
        return outcome(future, digest)

    monkeypatch.setattr("indexer.pipeline.jobs.to_outcome", counted)
    bench.step()
    assert len(read) == 1
    assert bench.found("caf")[0].paths == ("a.txt", "b.txt", "c.txt")


def test_many_edits_at_one_size(bench: Bench) -> None:
    """More files than are taken at one time, all edited at one size, do not wait for one another for ever."""
    for number in range(20):
        bench.put(f"{number:02d}.txt", f"la CAF {number:02d}")
    bench.step()
    for number in range(20):
        bench.put(f"{number:02d}.txt", f"la MSA {number:02d}")
    bench.indexer.apply_scan(scan_library(bench.library))
    turns = 0
    while bench.indexer.advance():
        turns += 1
        assert turns < _MOST_TURNS, "nothing goes on"
    assert (bench.catalogue.queue.count(), bench.catalogue.documents.count_all().documents) == (0, 20)
    assert bench.found("caf") == []


def test_what_our_code_cannot_bear(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A content on which our own code stumbles is a named failure; the next is read."""
    bench.put("a.txt", "la CAF")
    bench.put("b.txt", "la MSA")

    def stumbling(analysed: Mapping[str, TokenStreams]) -> None:
        if any("CAF" in text for text in analysed):
            raise RecursionError("trop profond")

    monkeypatch.setattr("indexer.reconcile.extraction_results.remember_analyses", stumbling)
    outcome = bench.step()
    assert (outcome.read, outcome.failed) == (1, 1)
    only(bench, "msa")


def test_a_drop_does_not_wait_behind_a_long_pass(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that comes while many wait is found before them all, however slow they are."""
    for number in range(60):
        bench.put(f"fonds/{number:02d}.txt", f"la CAF numéro {number}")
    bench.indexer.apply_scan(scan_library(bench.library))
    slow: deque[tuple[Path, Future[Extraction]]] = deque()
    submit = Pool.submit

    def held(pool: Pool, path: Path, *, first: bool = False) -> Future[Extraction]:
        if path.parent.name != "fonds":
            return submit(pool, path, first=first)
        slow.append((path, Future()))
        return slow[-1][1]

    def end_one() -> None:
        path, promise = slow.popleft()
        promise.set_result(submit(bench.pool, path).result())

    monkeypatch.setattr(Pool, "submit", held)
    # What is read is written and found at once, so that the test counts turns, not seconds.
    monkeypatch.setattr("indexer.pipeline.pipeline._BATCH_SECONDS", 0.0)
    monkeypatch.setattr("indexer.runtime.indexer._SYNCHRONISE_SECONDS", 0.0)
    while not slow:
        assert bench.indexer.advance()
    bench.put("nouveau.txt", "la MSA")
    bench.indexer.apply_scan(scan_library(bench.library))
    while not bench.found("msa"):
        if slow:
            end_one()
        assert bench.indexer.advance()
    assert bench.catalogue.queue.count() > 10
    monkeypatch.undo()
    while slow:
        end_one()
    while bench.indexer.advance():
        continue
    assert bench.catalogue.documents.count_all().documents == 61


def test_the_state_is_told(bench: Bench) -> None:
    """Those who look after the service read what the indexer does, and how much it did."""
    assert bench.catalogue.indexer.read_state() is None
    bench.put("a.txt", "la CAF")
    bench.put("vide.txt", "")
    bench.step()
    state = bench.catalogue.indexer.read_state()
    assert state is not None
    assert (state.phase, state.pending) == (Phase.IDLE, 0)
    assert state.compared is not None
    assert not state.is_silent(state.heartbeat)
    bench.indexer.close()
    state = bench.catalogue.indexer.read_state()
    assert state is not None
    assert (state.phase, state.read, state.failed) == (Phase.STOPPED, 1, 1)
