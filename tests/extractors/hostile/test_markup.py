"""XML that multiplies, that reaches outside, or that nests without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from extractors import Extraction, Limits, Reason, extract
from tests.extractors.hostile.outcomes import said
from tests.extractors.samples import WORD, sample, unzipped, zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.extractors.hostile.outcomes import Outcome

DEPTH = 100_000
XML_PARTS = {
    ".docx": "word/document.xml",
    ".pptx": "ppt/slides/slide1.xml",
    ".xlsx": "xl/worksheets/sheet1.xml",
    ".odt": "content.xml",
    ".odp": "content.xml",
    ".ods": "content.xml",
    ".epub": "a.xhtml",
}
LAUGHS = b"<!DOCTYPE r [<!ENTITY a 'rire'>%s]>" % b"".join(
    b"<!ENTITY %c '%s'>" % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("j"))
)


def _edited(suffix: str, edits: Mapping[str, bytes]) -> bytes:
    return zipped({**unzipped(sample(suffix)), **edits})


def _with_markup(suffix: str, before_root: bytes, in_text: bytes) -> bytes:
    """The sample with a document type, and with this in the place of its word."""
    part = XML_PARTS[suffix]
    xml = unzipped(sample(suffix))[part]
    declaration, _, rest = xml.rpartition(b"?>")
    return _edited(
        suffix, {part: declaration + b"?>" * bool(declaration) + before_root + rest.replace(WORD.encode(), in_text)}
    )


def _nested(opening: bytes, closing: bytes, depth: int = DEPTH) -> bytes:
    return opening * depth + closing * depth


@pytest.mark.parametrize("suffix", sorted(XML_PARTS))
def test_billion_laughs(suffix: str, outcome: Callable[..., Outcome]) -> None:
    """Entities that multiply are not expanded."""
    result = outcome(f"a{suffix}", _with_markup(suffix, LAUGHS, b"&i;"))
    assert result in {Reason.DAMAGED, Reason.TOO_LARGE} or said(result).count("rire") <= 1


@pytest.mark.parametrize("suffix", sorted(XML_PARTS))
def test_external_entity(suffix: str, outcome: Callable[..., Outcome], tmp_path: Path) -> None:
    """An entity never shows a file of the server’s."""
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", encoding="utf-8")
    doctype = f"<!DOCTYPE r [<!ENTITY x SYSTEM '{secret.as_uri()}'>]>".encode()
    result = outcome(f"a{suffix}", _with_markup(suffix, doctype, b"&x;"))
    assert isinstance(result, Reason) or "SECRET" not in said(result)


@pytest.mark.parametrize("suffix", [".html", ".epub"])
def test_page_that_includes_files(suffix: str, outcome: Callable[..., Outcome], tmp_path: Path) -> None:
    """A page’s frames and images are not fetched, from here or from anywhere."""
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", encoding="utf-8")
    include = f"<iframe src='{secret.as_uri()}'></iframe><object data='{secret.as_uri()}'></object>".encode()
    content = (
        sample(suffix).replace(WORD.encode(), include) if suffix == ".html" else _with_markup(suffix, b"", include)
    )
    assert "SECRET" not in said(outcome(f"a{suffix}", content))


def test_nested_groups(outcome: Callable[..., Outcome]) -> None:
    """A slide of 100,000 groups, one inside the other, is read or refused."""
    part = XML_PARTS[".pptx"]
    slide = unzipped(sample(".pptx"))[part]
    result = outcome(
        "a.pptx",
        _edited(".pptx", {part: slide.replace(b"</p:spTree>", _nested(b"<p:grpSp>", b"</p:grpSp>") + b"</p:spTree>")}),
    )
    assert isinstance(result, Extraction) or result in {Reason.DAMAGED, Reason.TOO_LARGE}


@pytest.mark.parametrize("depth", [300, DEPTH])
def test_nested_tables(depth: int, outcome: Callable[..., Outcome]) -> None:
    """Tables inside the cells of tables are read or refused."""
    part = XML_PARTS[".docx"]
    document = unzipped(sample(".docx"))[part]
    tables = _nested(b"<w:tbl><w:tr><w:tc>", b"</w:tc></w:tr></w:tbl>", depth)
    result = outcome("a.docx", _edited(".docx", {part: document.replace(b"<w:sectPr", tables + b"<w:sectPr", 1)}))
    assert isinstance(result, Extraction) or result in {Reason.DAMAGED, Reason.TOO_LARGE}


@pytest.mark.parametrize(
    ("suffix", "opening", "closing"),
    [
        (".odt", b"<text:section>", b"</text:section>"),
        (".odp", b"<draw:g>", b"</draw:g>"),
        (".ods", b"<text:span>", b"</text:span>"),
        (".epub", b"<div>", b"</div>"),
        (".xlsx", b"<r>", b"</r>"),
    ],
)
def test_nested_elements(suffix: str, opening: bytes, closing: bytes, outcome: Callable[..., Outcome]) -> None:
    """Elements 100,000 deep are read or refused in the other zips of XML too."""
    result = outcome(f"a{suffix}", _with_markup(suffix, b"", _nested(opening, closing)))
    assert isinstance(result, Extraction) or result in {Reason.DAMAGED, Reason.TOO_LARGE}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"<!---->" * 1000 + b"x"),
        ("a.ttml", b"<!---->" * 100_000 + b"x"),
        ("a.html", b"<html><span style='display:" + b" " * 200_000 + b"x'>a</span>"),
        ("a.md", b"^[" * 200_000),
        ("a.mbox", b"From a 2024" + b" 2024" * 200_000),
        ("a.eml", b"From: a@b.fr\nTo: c@d.fr\nSubject: " + b"=?a?q?" * 100_000 + b"\n\nx"),
        ("a.eml", b"From: a@b.fr\nTo: c@d.fr\n\n" + b"begin 644 a\n" * 3000 + b"M" * 60),
        ("a.ics", b"BEGIN:VCALENDAR\n" + b'A;B="' * 200_000),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + b"{\\p1}" * 100_000),
    ],
)
def test_what_could_be_read_in_many_ways(name: str, content: bytes, tmp_path: Path) -> None:
    """Marks that begin again and again, and never end, are read in passing."""
    path = tmp_path / name
    path.write_bytes(content)
    assert extract(path, Limits()).format
