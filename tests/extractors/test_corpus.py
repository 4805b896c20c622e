"""Real files, sound and broken, as organisations published them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from extractors import Extraction, Limits, Pool, Reason, UnreadableFileError
from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CORPUS = ROOT.parent / "shared" / "corpus"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the corpus is not at {CORPUS}"),
]


def outcome(pool: Pool, path: Path) -> Extraction | Reason:
    """What the file gives, or why not."""
    try:
        return pool.submit(path).result(60)
    except UnreadableFileError as refused:
        return refused.reason


def test_every_file_ends_well(capfd: pytest.CaptureFixture[str]) -> None:
    """Every file gives an Extraction or a reason, and no reader prints anything."""
    paths = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.suffix != ".tsv")
    with Pool(2, Limits()) as pool:
        outcomes = {path: outcome(pool, path) for path in paths}
    assert len(outcomes) > 200
    assert Reason.CRASHED not in outcomes.values()
    assert Reason.TOO_SLOW not in outcomes.values()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("folder", ["pdf", "docx", "pptx", "srt", "vtt", "txt"])
def test_sound_files_are_read(folder: str) -> None:
    """No file that its own software opens is refused."""
    with Pool(2, Limits()) as pool:
        outcomes = {path.name: outcome(pool, path) for path in sorted((CORPUS / folder).iterdir())}
    assert {name: result for name, result in outcomes.items() if isinstance(result, Reason)} == {}


def test_protected_files_are_named() -> None:
    """Every protected PDF and Office file is refused as protected."""
    with Pool(2, Limits()) as pool:
        paths = [path for path in (CORPUS / "encrypted").iterdir() if path.suffix != ".zip"]
        assert {outcome(pool, path) for path in paths} == {Reason.ENCRYPTED}
