"""What the demonstration's minutes decided is found: as much, and as little else, as when it was last measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.bench_resolutions import compare, extract_resolutions, read_truth
from indexer.demo.minutes import write_minutes
from indexer.demo.sources import load_demo_documents

if TYPE_CHECKING:
    from pathlib import Path


def test_decisions_of_the_demonstration_are_found(tmp_path: Path) -> None:
    """Hand-made truth over all its minutes: precision and recall stay what docs/adr/0038 says."""
    for document in load_demo_documents():
        if document.path.suffix == ".docx":
            file = tmp_path / document.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(write_minutes(document))
    told = compare(extract_resolutions(tmp_path), read_truth())
    assert len(told.right) + len(told.missed) >= 50
    assert told.precision >= 0.98, told.wrong
    assert told.recall >= 0.92, told.missed


def test_a_comparison_tells_what_is_missing_and_what_is_too_much() -> None:
    """By words: an apostrophe or a full stop is no difference."""
    told = compare(
        {"a/un.docx": frozenset({"L’été vient.", "Trop"})}, {"un.docx": frozenset({"L'été vient", "Manque"})}
    )
    assert set(told.right) == {("a/un.docx", "L’été vient.")}
    assert (set(told.missed), set(told.wrong)) == ({("un.docx", "Manque")}, {("a/un.docx", "Trop")})
    assert (told.precision, told.recall) == (0.5, 0.5)
