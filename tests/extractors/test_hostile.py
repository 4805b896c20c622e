"""Hostile files: each costs itself a named failure or is read, and the pool goes on."""

from __future__ import annotations

import os
import signal
import time
import zlib
from typing import TYPE_CHECKING

import pytest

from extractors import Extraction, Limits, Pool, Reason, UnreadableFileError
from tests.extractors.samples import SUFFIXES, WORD, ZIPS, sample, unzipped, zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Outcome = Extraction | Reason

PATIENCE = 60
DEPTH = 100_000
# Formats that any text can pass for, so that a wrong suffix decides between them.
TEXTS = frozenset({".txt", ".md", ".csv"})

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


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One worker, so that what harms it would show in the next file."""
    with Pool(1, Limits(seconds=20)) as pool:
        yield pool


@pytest.fixture
def outcome(pool: Pool, tmp_path: Path) -> Callable[[str, bytes], Outcome]:
    """What a file of this name and content gives, or why not; then the pool reads another."""

    def read(name: str, content: bytes) -> Outcome:
        result = _read(pool, tmp_path / name, content)
        after = _read(pool, tmp_path / "apres.txt", b"Bonjour")
        assert isinstance(after, Extraction)
        return result

    return read


def _read(pool: Pool, path: Path, content: bytes) -> Outcome:
    path.write_bytes(content)
    try:
        return pool.submit(path).result(PATIENCE)
    except UnreadableFileError as refused:
        return refused.reason


def _said(outcome: Outcome) -> str:
    assert isinstance(outcome, Extraction), outcome
    return "\n".join(f"{section.title}\n{section.text}\n{section.notes}" for section in outcome.sections)


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


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_sound(suffix: str, outcome: Callable[..., Outcome]) -> None:
    """What the hostile files are made from is sound, or they would show nothing."""
    result = outcome(f"a{suffix}", sample(suffix))
    assert isinstance(result, Extraction)
    assert suffix == ".png" or WORD in _said(result) + result.title


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_empty(suffix: str, outcome: Callable[..., Outcome]) -> None:
    """A file of 0 byte is empty, whatever it is called."""
    assert outcome(f"a{suffix}", b"") is Reason.EMPTY


@pytest.mark.parametrize("tenth", range(1, 10))
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_truncated(suffix: str, tenth: int, outcome: Callable[..., Outcome]) -> None:
    """A copy that stopped halfway gives what is left of it, or says that it is damaged or unknown."""
    content = sample(suffix)
    result = outcome(f"a{suffix}", content[: len(content) * tenth // 10])
    assert isinstance(result, Extraction) or result in {Reason.DAMAGED, Reason.UNKNOWN_FORMAT}


@pytest.mark.parametrize("suffix", sorted(set(SUFFIXES) - TEXTS))
@pytest.mark.parametrize("wrong", [".pdf", ".docx", ".mp4", ".zip", ".doc"])
def test_wrong_suffix(suffix: str, wrong: str, outcome: Callable[..., Outcome]) -> None:
    """What a file holds decides, and the animator is told that its name says otherwise."""
    right = outcome(f"a{suffix}", sample(suffix))
    result = outcome(f"a{wrong}", sample(suffix))
    assert isinstance(right, Extraction)
    assert isinstance(result, Extraction)
    assert (result.format, result.sections) == (right.format, right.sections)
    assert suffix == wrong or any("extension" in warning for warning in result.warnings)


@pytest.mark.parametrize("suffix", sorted(ZIPS))
def test_zip_bomb(suffix: str, outcome: Callable[..., Outcome]) -> None:
    """A gigabyte of zeros in a megabyte is refused from the archive’s directory alone."""
    began = time.monotonic()
    bomb = _edited(suffix, {"bombe.bin": bytes(300_000_000)})
    assert len(bomb) < 1_000_000
    assert outcome(f"a{suffix}", bomb) is Reason.TOO_LARGE
    assert time.monotonic() - began < PATIENCE


def test_zip_bomb_that_lies(outcome: Callable[..., Outcome]) -> None:
    """An archive that understates what it holds is read no further than it says."""
    bomb = zipped({"a.txt": b"mot " * 30_000_000})
    true, false = (120_000_000).to_bytes(4, "little"), (400).to_bytes(4, "little")
    assert bomb.count(true) == 2
    assert outcome("a.zip", bomb.replace(true, false)) is Reason.DAMAGED


def test_nested_zips(outcome: Callable[..., Outcome]) -> None:
    """Archives inside archives are not opened, however deep they go."""
    nested = zipped({"a.txt": WORD})
    for level in range(60):
        nested = zipped({f"{level}.zip": nested})
    assert outcome("a.zip", nested) is Reason.UNKNOWN_FORMAT


def test_entries_without_number(outcome: Callable[..., Outcome]) -> None:
    """An archive of too many entries is refused."""
    assert outcome("a.zip", zipped({f"{number}.txt": b"" for number in range(20_001)})) is Reason.TOO_LARGE


@pytest.mark.parametrize("suffix", sorted(XML_PARTS))
def test_billion_laughs(suffix: str, outcome: Callable[..., Outcome]) -> None:
    """Entities that multiply are not expanded."""
    result = outcome(f"a{suffix}", _with_markup(suffix, LAUGHS, b"&i;"))
    assert result in {Reason.DAMAGED, Reason.TOO_LARGE} or _said(result).count("rire") <= 1


@pytest.mark.parametrize("suffix", sorted(XML_PARTS))
def test_external_entity(suffix: str, outcome: Callable[..., Outcome], tmp_path: Path) -> None:
    """An entity never shows a file of the server’s."""
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", encoding="utf-8")
    doctype = f"<!DOCTYPE r [<!ENTITY x SYSTEM '{secret.as_uri()}'>]>".encode()
    result = outcome(f"a{suffix}", _with_markup(suffix, doctype, b"&x;"))
    assert isinstance(result, Reason) or "SECRET" not in _said(result)


@pytest.mark.parametrize("suffix", [".html", ".epub"])
def test_page_that_includes_files(suffix: str, outcome: Callable[..., Outcome], tmp_path: Path) -> None:
    """A page’s frames and images are not fetched, from here or from anywhere."""
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", encoding="utf-8")
    include = f"<iframe src='{secret.as_uri()}'></iframe><object data='{secret.as_uri()}'></object>".encode()
    content = (
        sample(suffix).replace(WORD.encode(), include) if suffix == ".html" else _with_markup(suffix, b"", include)
    )
    assert "SECRET" not in _said(outcome(f"a{suffix}", content))


def _pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1, the first its root."""
    written, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


@pytest.mark.parametrize(
    "pages",
    [
        b"<< /Type /Pages /Count 3 /Kids [2 0 R 2 0 R] >>",
        b"<< /Type /Pages /Count 10000000 /Kids [] >>",
        b"<< /Type /Pages /Count -1 /Kids [3 0 R] >>",
    ],
)
def test_page_tree_loop(pages: bytes, outcome: Callable[..., Outcome]) -> None:
    """A page tree that contains itself, or that lies about its size, ends."""
    child = b"<< /Type /Pages /Parent 2 0 R /Count 1 /Kids [2 0 R] >>"
    result = outcome("a.pdf", _pdf(b"<< /Type /Catalog /Pages 2 0 R >>", pages, child))
    assert isinstance(result, Extraction) or result is Reason.DAMAGED


def test_outline_loop(outcome: Callable[..., Outcome]) -> None:
    """An outline whose entries follow one another in a ring ends."""
    result = outcome(
        "a.pdf",
        _pdf(
            b"<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
            b"<< /First 5 0 R /Last 5 0 R >>",
            b"<< /Title (Un) /Parent 4 0 R /Next 5 0 R /First 5 0 R /Last 5 0 R /Dest [3 0 R /Fit] >>",
        ),
    )
    assert isinstance(result, Extraction) or result is Reason.DAMAGED


def _page_of(content: bytes, *, side: int = 500, resources: bytes = b"") -> list[bytes]:
    """The objects of a PDF of one page with this content; the last is number 4."""
    stream = zlib.compress(content, 9)
    return [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << %b >> >>"
        % (side, side, resources),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(stream), stream),
    ]


def test_pdf_bomb(outcome: Callable[..., Outcome]) -> None:
    """A page whose content is 300 megabytes once decompressed is read or refused."""
    result = outcome("a.pdf", _pdf(*_page_of(b" " * 300_000_000)))
    assert isinstance(result, Extraction) or result in {Reason.TOO_LARGE, Reason.TOO_SLOW, Reason.CRASHED}


@pytest.mark.parametrize(("side", "pixels"), [(14_000, 8), (500, 20_000)])
def test_immense_scan(side: int, pixels: int, outcome: Callable[..., Outcome]) -> None:
    """A scanned page the size of a house, or of 400 million pixels, is read or refused."""
    image = zlib.compress(bytes(pixels * pixels // 8), 9)
    header = b"/Subtype /Image /Width %d /Height %d /BitsPerComponent 1 /ColorSpace /DeviceGray" % (pixels, pixels)
    scan = b"<< /Type /XObject %b /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (
        header,
        len(image),
        image,
    )
    draw = b"%d 0 0 %d 0 0 cm /I Do" % (side, side)
    page = _page_of(draw, side=side, resources=b"/XObject << /I 5 0 R >>")
    result = outcome("a.pdf", _pdf(*page, scan))
    assert isinstance(result, Extraction) or result in {Reason.TOO_LARGE, Reason.TOO_SLOW, Reason.CRASHED}


def _nested(opening: bytes, closing: bytes, depth: int = DEPTH) -> bytes:
    return opening * depth + closing * depth


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


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<html><body>" + b"<div>" * DEPTH + b"mot"),
        ("b.html", b"<html><body>" + b"<table><tr><td>" * DEPTH),
        ("a.rtf", rb"{\rtf1 " + b"{" * DEPTH + b"mot" + b"}" * DEPTH),
        ("a.md", b"> " * DEPTH + b"mot"),
        ("b.md", b"[" * DEPTH + b"mot" + b"](" * DEPTH),
        ("c.md", b"`" * DEPTH + b"\n\n" + b"*" * DEPTH),
        ("a.csv", b'"' * DEPTH + b";" * DEPTH),
        ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<c>" * DEPTH),
        ("a.srt", b"1\n" * DEPTH),
        ("a.txt", b" " * 10_000_000),
        ("b.txt", b"a" * 10_000_000),
        ("c.txt", b"\xff\xfe" + b"\x00\xd8" * DEPTH),
        ("a.eml", b"From: a\nTo: b\nSubject: c\nMIME-Version: 1.0\n" + b"Content-Type: message/rfc822\n\n" * 1000),
        ("b.eml", b"From: a\nTo: b\nSubject: " + b"=?utf-8?q?=" * DEPTH + b"\n\nmot"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_repetition(name: str, content: bytes, outcome: Callable[..., Outcome]) -> None:
    """Mark-up that is repeated or nested without end is read or refused, in time."""
    result = outcome(name, content)
    assert isinstance(result, Extraction) or result in {Reason.DAMAGED, Reason.TOO_LARGE, Reason.UNKNOWN_FORMAT}


def test_many_sections(outcome: Callable[..., Outcome]) -> None:
    """A file that would give 300,000 sections is read or refused, and does not swell who asked."""
    result = outcome("a.md", b"# a\n" * 300_000)
    assert isinstance(result, Extraction) or result in {Reason.TOO_LARGE, Reason.TOO_SLOW}


posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes and POSIX signals")


@posix
def test_worker_that_hangs_dies_or_swells(tmp_path: Path) -> None:
    """One file that never ends, one whose worker is killed, one that fills the memory: the fourth is read."""
    sleeping, killed, greedy, sound = (tmp_path / name for name in ("a.txt", "b.txt", "c.txt", "d.txt"))
    os.mkfifo(sleeping)
    os.mkfifo(killed)
    with greedy.open("wb") as file:
        file.truncate(1_500_000_000)
    sound.write_text("Bonjour", encoding="utf-8")
    with Pool(1, Limits(seconds=3, memory_bytes=1_200_000_000, text_bytes=2_000_000_000)) as pool:
        promises = [pool.submit(path) for path in (sleeping, killed, greedy, sound)]
        assert _reason(promises[0].exception(PATIENCE)) is Reason.TOO_SLOW
        time.sleep(1.5)
        _kill_workers()
        assert _reason(promises[1].exception(PATIENCE)) in {Reason.CRASHED, Reason.TOO_SLOW}
        assert _reason(promises[2].exception(PATIENCE)) in {Reason.TOO_LARGE, Reason.CRASHED, Reason.UNKNOWN_FORMAT}
        assert promises[3].result(PATIENCE).sections[0].text == "Bonjour"


def _reason(error: BaseException | None) -> Reason:
    assert isinstance(error, UnreadableFileError)
    return error.reason


def _kill_workers() -> None:
    from multiprocessing import active_children  # noqa: PLC0415

    for child in active_children():
        if child.pid is not None:
            os.kill(child.pid, signal.SIGKILL)
