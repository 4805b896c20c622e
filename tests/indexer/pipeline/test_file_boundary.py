"""Whatever goes wrong with one file costs that file, and no other: after it was read, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from index.catalogue import FileState, StatusFilter
from index.text import remember_analyses
from indexer.describe.tagging import Tagger
from indexer.reconcile import extraction_results
from tests.indexer.conftest import only

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from index.catalogue import Content, FileStatus
    from index.text import TokenStreams
    from tests.indexer.conftest import Bench

POISON = "poison"


def _describe(monkeypatch: pytest.MonkeyPatch) -> None:
    describe = Tagger.describe_document

    def fail(self: Tagger, paths: Sequence[str], content: Content, *others: Any) -> Any:
        if any(POISON in each.text for each in content.passages):
            raise KeyError(content.format)
        return describe(self, paths, content, *others)

    monkeypatch.setattr(Tagger, "describe_document", fail)


def _take(monkeypatch: pytest.MonkeyPatch) -> None:
    remember = remember_analyses

    def fail(analysed: Mapping[str, TokenStreams]) -> None:
        if any(POISON in text for text in analysed):
            raise RecursionError(POISON)
        remember(analysed)

    monkeypatch.setattr(extraction_results, "remember_analyses", fail)


def _failed(bench: Bench) -> list[FileStatus]:
    return list(bench.catalogue.file_statuses.find(StatusFilter(frozenset({FileState.FAILED}))))


@pytest.mark.parametrize("break_step", [_describe, _take])
def test_one_file_among_several(
    break_step: Callable[[pytest.MonkeyPatch], None],
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is named, with the reason and what to do, and logged; the others are found; nothing is tried for ever.

    What fails in a reader, as the search for personal data, is that file's failure there.
    """
    break_step(monkeypatch)
    for name in ("a", "b", "c"):
        bench.put(f"{name}.txt", f"maraude {name}")
    bench.put("mauvais.txt", f"maraude {POISON}")
    result = bench.step()
    assert (result.read, result.failed) == (3, 1)
    assert sorted(each.title for each in bench.found("maraude")) == ["a", "b", "c"]
    (status,) = _failed(bench)
    assert status.path == "mauvais.txt"
    assert status.reason
    assert status.advice
    assert "could not make anything of" in caplog.text
    again = bench.step()
    assert (again.read, again.failed, len(_failed(bench))) == (0, 0, 1)
    # A new version that can be described is read, and is found.
    bench.put("mauvais.txt", "maraude entière")
    bench.step()
    assert len(bench.found("maraude")) == 4
    assert _failed(bench) == []


def test_a_new_version(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version that cannot be described withdraws its document, which keeps its identity."""
    bench.put("a.txt", "maraude")
    bench.put("b.txt", "maraude aussi")
    bench.step()
    id_ = next(each.id for each in bench.found("maraude") if each.title == "a")
    _describe(monkeypatch)
    bench.put("a.txt", f"maraude {POISON}")
    assert bench.step().failed == 1
    assert [each.title for each in bench.found("maraude")] == ["b"]
    assert [each.path for each in _failed(bench)] == ["a.txt"]
    bench.put("a.txt", "maraude de retour")
    bench.step()
    assert only(bench, "retour") == id_


def test_a_document_described_before(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of the rules that fails on some documents leaves them the description that they have."""
    bench.put("a.txt", f"maraude {POISON}")
    bench.put("b.txt", "maraude")
    bench.step()
    _describe(monkeypatch)
    monkeypatch.setattr("indexer.describe.tagging.TAGGER_VERSION", 99)
    (bench.library / "a.txt").rename(bench.library / "c.txt")
    bench.restart()
    bench.step()
    assert sorted(each.title for each in bench.found("maraude")) == ["a", "b"]
