"""Hostile and damaged archives, whichever format they claim."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import docx
import pptx
import pytest

from extractors import Limits, Reason, UnreadableFileError, extract
from extractors.model import PARTIAL_WARNING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docx.document import Document
    from pptx.presentation import Presentation

    from extractors import Extraction

    Read = Callable[[str, Any], Extraction]
    Refusal = Callable[[str, Any], Reason]

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def body(text: str, declarations: str = "") -> bytes:
    """The main part of a Word document that says this."""
    paragraph = f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
    return f'{declarations}<w:document xmlns:w="{W}"><w:body>{paragraph}</w:body></w:document>'.encode()


def test_expansion(refusal: Refusal, document: Document, edited: Callable[..., bytes]) -> None:
    """An archive that would fill the memory is refused before it is opened."""
    bomb = edited(document, {"word/media/image1.bin": lambda _: bytes(150_000_000)})
    assert len(bomb) < 1_000_000
    assert refusal("a.docx", bomb) is Reason.TOO_LARGE


def test_repetitive_document(read: Read, document: Document, edited: Callable[..., bytes]) -> None:
    """A short document that compresses very well is no bomb."""
    content = edited(document, {"word/media/image1.bin": lambda _: bytes(50_000_000)})
    assert read("a.docx", content).warnings == ()


def test_entries(tmp_path: Path, document: Document, edited: Callable[..., bytes]) -> None:
    """An archive of too many entries is refused by its directory alone."""
    path = tmp_path / "a.docx"
    path.write_bytes(edited(document, {f"word/{number}": lambda _: b"" for number in range(200)}))
    with pytest.raises(UnreadableFileError) as refused:
        extract(path, Limits(archive_entries=100))
    assert refused.value.reason is Reason.TOO_LARGE


def test_billion_laughs(document: Document, edited: Callable[..., bytes], tmp_path: Path) -> None:
    """Entities that multiply are not expanded: the file is refused, or read without them."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE w [<!ENTITY l0 "rires">{entities}]>'
    path = tmp_path / "a.docx"
    path.write_bytes(edited(document, {"word/document.xml": lambda _: body("&l9;", laughs)}))
    try:
        extraction = extract(path, Limits())
    except UnreadableFileError as refused:
        assert refused.reason in {Reason.DAMAGED, Reason.TOO_LARGE}  # noqa: PT017  both ends are right
    else:
        assert "rires" not in "".join(section.text for section in extraction.sections)


def test_external_entity(read: Read, document: Document, edited: Callable[..., bytes], tmp_path: Path) -> None:
    """A document cannot make the server read another file into it."""
    secret = tmp_path / "secret.txt"
    secret.write_text("mot de passe", encoding="utf-8")
    declaration = f'<!DOCTYPE w [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    content = edited(document, {"word/document.xml": lambda _: body("avant &x; après", declaration)})
    assert "mot de passe" not in "".join(section.text for section in read("a.docx", content).sections)


@pytest.mark.parametrize("before", ["", "<w:p><w:r><w:t>avant</w:t></w:r></w:p>"])
def test_deep_nesting(before: str, document: Document, edited: Callable[..., bytes], tmp_path: Path) -> None:
    """Elements nested without end overflow no stack: what precedes them is read, and nothing at all is damage."""
    path = tmp_path / "a.docx"
    deep = f'<w:document xmlns:w="{W}"><w:body>{before}' + "<w:sdt><w:sdtContent>" * 100_000
    path.write_bytes(edited(document, {"word/document.xml": lambda _: deep.encode()}))
    if before:
        extraction = extract(path, Limits())
        assert extraction.sections[0].text == "avant"
        assert extraction.warnings
    else:
        with pytest.raises(UnreadableFileError) as refused:
            extract(path, Limits())
        assert refused.value.reason is Reason.DAMAGED


def test_protected_entries(refusal: Refusal, document: Document, edited: Callable[..., bytes]) -> None:
    """A zip whose entries ask for a password is refused as protected."""
    content = bytearray(edited(document, {}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo("word/document.xml")
    central = content.index(b"PK\x01\x02")
    while content[central + 46 : central + 46 + len(entry.filename)] != entry.filename.encode():
        central = content.index(b"PK\x01\x02", central + 4)
    content[central + 8] |= 1
    assert refusal("a.docx", bytes(content)) is Reason.ENCRYPTED


def test_missing_main_part(refusal: Refusal, document: Document, edited: Callable[..., bytes]) -> None:
    """A document without its main part has nothing left to read."""
    assert refusal("a.docx", edited(document, {"word/document.xml": lambda _: None})) is Reason.DAMAGED


def test_damage_told(read: Read, deck: Presentation, edited: Callable[..., bytes]) -> None:
    """A layout that breaks off is told of, though nothing is read in it and a sound one of its template came before."""
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "Domiciliation"
    unused = "ppt/slideLayouts/slideLayout9.xml"
    assert read("a.pptx", edited(deck, {unused: lambda content: content})).warnings == ()
    damaged = read("b.pptx", edited(deck, {unused: lambda content: content[:-100]}))
    assert damaged.warnings == (PARTIAL_WARNING,)
    assert damaged.sections[0].title == "Domiciliation"


def test_styles_apart(read: Read, document: Document, edited: Callable[..., bytes]) -> None:
    """What is kept of a document's styles serves those whose styles are the very same, and no other."""
    document.add_heading("Repérer", 1)
    renamed = {"word/styles.xml": lambda content: content.replace(b'"Heading1"', b'"Heading0"')}
    other = edited(document, renamed)
    titles = [read("a.docx", content).sections[0].title for content in (document, other, document)]
    assert titles == ["Repérer", "", "Repérer"]


def test_libraries_left_alone(read: Read, deck: Presentation, document: Document, tmp_path: Path) -> None:
    """Reading leaves python-pptx and python-docx as they were for others in the process, which change files by them."""
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "Avant"
    document.add_paragraph("Avant")
    read("a.pptx", deck)
    read("a.docx", document)
    deck.save(str(tmp_path / "b.pptx"))
    document.save(str(tmp_path / "b.docx"))
    again, text = pptx.Presentation(str(tmp_path / "b.pptx")), docx.Document(str(tmp_path / "b.docx"))
    again.slides[0].shapes.title.text = text.paragraphs[0].text = "Après"
    assert read("c.pptx", again).sections[0].title == read("c.docx", text).sections[0].text == "Après"


RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def add_link(kind: str, target: str) -> Callable[[bytes], bytes]:
    """An edit that adds a relationship; one without a target where this is ""."""
    named = f"Target='{target}'" if target else ""
    link = f"<Relationship Id='r99' Type='{RELATIONSHIPS}/{kind}' {named}/></Relationships>".encode()
    return lambda content: content.replace(b"</Relationships>", link)


@pytest.mark.parametrize(
    "edits",
    [
        {
            "word/media/image1.zzz": lambda _: b"image",
            "word/_rels/document.xml.rels": add_link("image", "media/image1.zzz"),
        },
        {"[Content_Types].xml": lambda content: re.sub(rb'<Default Extension="xml"[^>]*>', b"", content)},
        {"word/_rels/document.xml.rels": add_link("image", "")},
        {"word/_rels/document.xml.rels": add_link("image", "NULL")},
        {"word/_rels/document.xml.rels": add_link("header", "")},
        {"_rels/.rels": lambda _: None},
        {"_rels/.rels": lambda content: content.replace(b"word/document.xml", b"/Word/Document.xml")},
    ],
    ids=["type", "default type", "no target", "no image", "no header target", "no first links", "case"],
)
def test_odd_packages(edits: Any, read: Read, document: Document, edited: Callable[..., bytes]) -> None:
    """What a package says of its parts costs no word: missing types, links without a target, names in capitals."""
    document.add_paragraph("Domiciliation")
    extraction = read("a.docx", edited(document, edits))
    assert [section.text for section in extraction.sections] == ["Domiciliation"]
    assert extraction.warnings == ()


def test_backslashes(read: Read, document: Document, edited: Callable[..., bytes]) -> None:
    """Some programs name the entries of a package as Windows names files."""
    document.add_heading("Repérer", 1)
    document.add_paragraph("Domiciliation")
    content = edited(document, {})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, part in entries.items():
            archive.writestr(name.replace("/", "\\"), part)
    section = read("a.docx", stream.getvalue()).sections[0]
    assert (section.title, section.text) == ("Repérer", "Domiciliation")


def test_missing_words(read: Read, document: Document, edited: Callable[..., bytes]) -> None:
    """A part that would hold words and is not there is told of."""
    document.add_paragraph("Domiciliation")
    links = {"word/_rels/document.xml.rels": add_link("footnotes", "footnotes9.xml")}
    assert read("a.docx", edited(document, links)).warnings == (PARTIAL_WARNING,)
