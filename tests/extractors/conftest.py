"""Files made on the spot by the libraries that make real ones, so that a test shows what matters in them."""

from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING

import pytest
from docx import Document
from pptx import Presentation
from reportlab.pdfgen.canvas import Canvas

from extractors import Limits, UnreadableFileError, extract

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from docx.document import Document as WordDocument
    from pptx.presentation import Presentation as Deck

    from extractors import Extraction, Reason

    Content = bytes | WordDocument | Deck
    Edit = Callable[[bytes], bytes | None]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str, Content], Extraction]:
    """Saves this content under this name, then extracts the file."""

    def write_and_extract(name: str, content: Content) -> Extraction:
        path = tmp_path / name
        path.write_bytes(_bytes(content))
        return extract(path, Limits())

    return write_and_extract


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[[str, Content], Reason]:
    """Saves this content under this name, and gives the reason why they are refused."""

    def write_and_refuse(name: str, content: Content) -> Reason:
        path = tmp_path / name
        path.write_bytes(_bytes(content))
        with pytest.raises(UnreadableFileError) as refused:
            extract(path, Limits())
        return refused.value.reason

    return write_and_refuse


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A file that any worker reads."""
    path = tmp_path / "sain.txt"
    path.write_text("Bonjour", encoding="utf-8")
    return path


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A named pipe into which nobody ever writes: whoever opens it waits."""
    path = tmp_path / "sans_fin.txt"
    os.mkfifo(path)
    return path


@pytest.fixture
def pdf() -> Callable[..., bytes]:
    """A PDF with one page for each list of lines."""

    def make(*pages: list[str], title: str = "", author: str = "") -> bytes:
        stream = io.BytesIO()
        canvas = Canvas(stream)
        canvas.setTitle(title)
        canvas.setAuthor(author)
        for lines in pages:
            for row, line in enumerate(lines):
                canvas.drawString(60, 780 - 16 * row, line)
            canvas.showPage()
        canvas.save()
        return stream.getvalue()

    return make


@pytest.fixture
def document() -> WordDocument:
    """A new Word document without a title."""
    return Document()


@pytest.fixture
def deck() -> Deck:
    """A new presentation without a title."""
    return Presentation()


@pytest.fixture
def edited() -> Callable[[Content, Mapping[str, Edit]], bytes]:
    """An archive some entries of which are replaced by what an edit makes of them; None leaves them out."""

    def edit(content: Content, edits: Mapping[str, Edit]) -> bytes:
        stream = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(_bytes(content))) as old,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            before = {name: old.read(name) for name in old.namelist()}
            after = {name: change(before.get(name, b"")) for name, change in edits.items()}
            for name, written in {**before, **after}.items():
                if written is not None:
                    new.writestr(name, written)
        return stream.getvalue()

    return edit


def _bytes(content: Content) -> bytes:
    if isinstance(content, bytes):
        return content
    stream = io.BytesIO()
    content.save(stream)
    return stream.getvalue()
