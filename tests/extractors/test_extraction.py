"""The boundary around one file: it gives an Extraction or a named reason, nothing else."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import extractors
from extractors import Extraction, Format, Limits, Reason, UnreadableFileError, extract
from extractors.text.dates import parse_iso_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docx.document import Document
    from pptx.presentation import Presentation


@pytest.mark.parametrize("tenth", range(1, 10))
@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".pptx", ".vtt", ".md"])
def test_truncated(suffix: str, tenth: int, whole: dict[str, bytes], tmp_path: Path) -> None:
    """A copy that stopped halfway gives what is left of it, or a reason; never another error."""
    content = whole[suffix]
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content[: len(content) * tenth // 10])
    try:
        assert isinstance(extract(path, Limits()), Extraction)
    except UnreadableFileError as refused:
        assert refused.reason in {Reason.DAMAGED, Reason.UNKNOWN_FORMAT}  # noqa: PT017  both ends are right


@pytest.fixture
def whole(
    pdf: Callable[..., bytes], document: Document, deck: Presentation, edited: Callable[..., bytes]
) -> dict[str, bytes]:
    """A sound file of each kind."""
    document.add_heading("Titre", level=1)
    deck.slides.add_slide(deck.slide_layouts[0])
    return {
        ".pdf": pdf(["Un"], ["Deux"]),
        ".docx": edited(document, {}),
        ".pptx": edited(deck, {}),
        ".vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\nÉté\n".encode(),
        ".md": "---\ntitle: Été\n---\n# Un\n```\ncode\n```\n".encode(),
    }


def test_output_limit(tmp_path: Path) -> None:
    """A file whose text would swell the catalogue is refused."""
    path = tmp_path / "a.txt"
    path.write_text("mot " * 100, encoding="utf-8")
    with pytest.raises(UnreadableFileError) as refused:
        extract(path, Limits(output_characters=398))
    assert refused.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ZeroDivisionError("x"), Reason.DAMAGED),
        (RecursionError("x"), Reason.DAMAGED),
        (MemoryError(), Reason.TOO_LARGE),
        (PermissionError("x"), Reason.UNREADABLE),
    ],
)
def test_boundary(error: Exception, reason: Reason, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a library raises on a file becomes a reason."""

    class Broken:
        @staticmethod
        def extract(_path: Path, _limits: Limits) -> Extraction:
            raise error

    monkeypatch.setitem(sys.modules, Format.TEXT.spec.reader, Broken)
    path = tmp_path / "a.txt"
    path.write_text("mot", encoding="utf-8")
    with pytest.raises(UnreadableFileError) as refused:
        extract(path, Limits())
    assert refused.value.reason is reason


def test_what_crosses_processes(read: Callable[[str, Any], Extraction], document: Document) -> None:
    """Extractions and failures reach another process unchanged."""
    document.add_heading("Titre", level=1)
    extraction = read("a.docx", document)
    assert pickle.loads(pickle.dumps(extraction)) == extraction  # noqa: S301  made one line above
    failure = pickle.loads(pickle.dumps(UnreadableFileError(Reason.EMPTY, "détail")))  # noqa: S301  idem
    assert (failure.reason, failure.detail, str(failure)) == (Reason.EMPTY, "détail", "fichier vide (0 octet)")


@pytest.mark.parametrize("reason", Reason)
def test_reasons_are_told(reason: Reason) -> None:
    """Every reason says what happened and what to do."""
    assert reason.message
    assert reason.advice
    assert "'" not in reason.message + reason.advice


def test_cheap_import() -> None:
    """The main process never reads a file, and never loads what reads them."""
    code = "import extractors, sys; print(*{'pypdfium2', 'pypdf', 'docx', 'pptx', 'lxml', 'av'} & sys.modules.keys())"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)  # noqa: S603
    assert ran.stdout.strip() == ""


def test_public_names() -> None:
    """What the package promises is there."""
    assert all(hasattr(extractors, name) for name in extractors.__all__)
    assert extractors.EXTRACTOR_VERSION >= 1


@pytest.mark.parametrize("written", ["1601-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "hier", ""])
def test_dates_that_nobody_set(written: str) -> None:
    """A clock's zero is no date."""
    assert parse_iso_date(written) is None
