"""What a file really is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from extractors import Format, Limits, Reason, UnreadableFileError, extract
from extractors.formats import SUFFIXES
from tests.extractors.compound_files import build_compound_file
from tests.extractors.samples import WORD, sample, unzipped, zipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docx.document import Document

    from extractors import Extraction

    Read = Callable[[str, Any], Extraction]
    Refusal = Callable[[str, bytes], Reason]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def test_wrong_suffix(read: Read, document: Document, pdf: Callable[..., bytes]) -> None:
    """A file with a wrong suffix is read as what it is, and what was read is the same under any name."""
    document.add_paragraph("Bonjour")
    assert read("a.pdf", document).format is Format.WORD
    assert read("a.pdf", document) == read("a.docx", document)
    whole = pdf(["Texte"])
    assert read("sans_suffixe", whole) == read("a.pdf", whole)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!DOCTYPE html><p>Page introuvable", Format.HTML),
        (b"{\\rtf1 Bonjour}", Format.RTF),
        (b"From: a@b.fr\nTo: c@d.fr\nSubject: Bonjour\n\nTexte", Format.EMAIL),
        (b"Bonjour", Format.TEXT),
    ],
)
def test_text_under_a_binary_name(content: bytes, kind: Format, read: Read) -> None:
    """What a server answered instead of a file is read as what it is."""
    assert read("a.docx", content).format is kind


def test_upper_case_suffix(read: Read, pdf: Callable[..., bytes]) -> None:
    """« .PDF » is a PDF's suffix."""
    assert read("A.PDF", pdf(["Texte"])).warnings == ()


def test_junk_before_a_pdf(read: Read, pdf: Callable[..., bytes]) -> None:
    """A PDF may begin with a little of something else (ISO 32000-1, annex H.3.4.1)."""
    assert read("a.pdf", b"\r\n\r\nHTTP junk\r\n" + pdf(["Texte"])).sections[0].text == "Texte"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", b"Bonjour", Format.TEXT),
        ("LISEZMOI", b"Bonjour", Format.TEXT),
        ("CR 12.03.2024", b"Bonjour", Format.TEXT),
        ("Note de M. Le Goff", b"Bonjour", Format.TEXT),
        ("Suivi v1.2", b"Bonjour", Format.TEXT),
        ("a.MD", b"# Bonjour", Format.MARKDOWN),
        ("a.txt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nOui", Format.CAPTIONS),
        ("a.txt", b"1\n00:00:01,000 --> 00:00:02,000\nOui", Format.CAPTIONS),
        ("a.vtt", b"00:01.000 --> 00:02.000\nOui", Format.CAPTIONS),
        ("a.csv", b"a;b", Format.CSV),
        ("a.html", b"<p>Bonjour", Format.HTML),
        ("a.eml", b"Subject: Bonjour\n\nTexte", Format.EMAIL),
        ("a.txt", b"Le fichier commence par WEBVTT puis 00:01.000 --> 00:02.000", Format.TEXT),
    ],
)
def test_texts(name: str, content: bytes, kind: Format, read: Read) -> None:
    """Captions are known by their shape, Markdown by its suffix, and no kind of text deserves a warning."""
    extraction = read(name, content)
    assert extraction.format is kind
    assert extraction.warnings == ()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"", Reason.EMPTY),
        ("a.json", b'{"a": 1}', Reason.UNKNOWN_FORMAT),
        ("a.svg", b"<?xml version='1.0'?><svg/>", Reason.UNKNOWN_FORMAT),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0", Reason.UNKNOWN_FORMAT),
        ("a.doc", OLE, Reason.DAMAGED),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), Reason.ENCRYPTED),
        ("a.docx", b"PK\x03\x04" + bytes(100), Reason.DAMAGED),
        ("a.zip", b"PK\x03\x04" + bytes(100), Reason.DAMAGED),
        ("a.pdf", bytes(range(256)), Reason.DAMAGED),
        ("a.pdf", b"MZ" + bytes(5_000), Reason.DAMAGED),
    ],
)
def test_refusals(name: str, content: bytes, reason: Reason, refusal: Refusal) -> None:
    """What is not read is named: empty, protected, damaged, or of a kind that is not supported."""
    assert refusal(name, content) is reason


@pytest.mark.parametrize("suffix", [".docx", ".odt", ".epub"])
def test_what_tells_a_zip_stands_anywhere(suffix: str, refusal: Refusal, read: Read) -> None:
    """A zip is what its first entry says, else what an entry further on says; neither needs a name that fits."""
    entries = unzipped(sample(suffix))
    told = read(f"a{suffix}", zipped(entries)).format
    assert told.value in {"docx", "odt", "epub"}
    assert read(f"b{suffix}", zipped({"autre.txt": "Rien", **entries})).format is told
    # One without the end of its table of contents is damaged, not an archive.
    assert refusal(f"c{suffix}", zipped(entries)[:-60]) is Reason.DAMAGED


@pytest.mark.parametrize("name", ["Index/Document.iwa", "Index.zip", "index.apxl", "projet.key/Index/Slide.iwa"])
def test_documents_of_apple(name: str, refusal: Refusal, read: Read) -> None:
    """A document of Pages, Numbers or Keynote is no archive: it is refused by name, unless it holds itself as a PDF."""
    entries = {name: b"\0" * 20, "preview.jpg": b"\xff\xd8\xff"}
    assert refusal("a.pages", zipped(entries)) is Reason.UNKNOWN_FORMAT
    assert WORD in read("a.pages", zipped({**entries, "QuickLook/Preview.pdf": sample(".pdf")})).sections[0].text


def test_directory_of_zeros(refusal: Refusal) -> None:
    """A compound file whose directory was never copied is damaged, whatever its name says that it was."""
    content = bytearray(build_compound_file({"__properties_version1.0": bytes(5000)}))
    place = content.index("Root Entry".encode("utf-16-le"))
    content[place : place + 512] = bytes(512)
    assert refusal("a.msg", bytes(content)) is Reason.DAMAGED


def test_unreadable(tmp_path: Path) -> None:
    """A file that is no longer there, or no file at all, is named as unreadable."""
    for path in (tmp_path / "parti.pdf", tmp_path):
        with pytest.raises(UnreadableFileError) as refused:
            extract(path, Limits())
        assert refused.value.reason is Reason.UNREADABLE


def test_suffixes() -> None:
    """Suffixes are compared in lower case, dot included."""
    assert {".pdf", ".pptx", ".docx", ".md", ".txt", ".vtt", ".srt", ".mp4"} <= SUFFIXES
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in SUFFIXES)
