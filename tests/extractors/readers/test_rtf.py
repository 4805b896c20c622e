"""RTF texts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.extractors.features.others import RTF

if TYPE_CHECKING:
    from collections.abc import Callable

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]


def text_of(read: Read, body: bytes) -> str:
    """The text of a document of this body."""
    return "\n".join(section.text for section in read("a.rtf", b"{\\rtf1\\ansi\\ansicpg1252 " + body + b"}").sections)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (rb"caf\'e9", "café"),
        (rb"\u339?uvre \u8217'eau", "œuvre ’eau"),
        (rb"\uc0\u233 t\u233 ", "été"),
        (rb"\uc2\u233\'e9?t", "ét"),
        (rb"\u55357?\u56898?", "🙂"),
        (rb"{\fonttbl{\f1\fcharset204 A;}}{\f1\'cf\'f0\'e8}", "При"),
        (rb"l\rquote eau \emdash  \{a\}\\ \_b\~c\-d", "l’eau — {a}\\ -b\u00a0cd"),
        (rb"un\line deux\tab trois", "un\ndeux\ttrois"),
        (b"un {\\pict\\bin5 {}\\}{} deux", "un  deux"),
        ("cœur d’été".encode(), "cœur d’été"),
        (rb"\'c3\'a9t\'c3\'a9", "été"),
        (rb"{\fonttbl{\f1\fcharset255 A;}}{\f1 \'82t\'82} \'e9", "été é"),
        (rb"\ansicpg10000 d\'d5\'8et\'8e", "d’été"),
        (rb"\mac d\'d5\'8et\'8e", "d’été"),
        (rb"\pc \'82t\'82", "été"),
        (rb"\pca \'82t\'82 \'b7", "été À"),
        (
            rb"{\listtext\f0 1.\tab}un\par{\pntext Article 2\tab}deux\par{\listtext\'b7\tab}trois",
            "1.\tun\nArticle 2\tdeux\ntrois",
        ),
        (
            rb"avant\par{\*\do\dobxpage\dptxbx{\dptxbxtext\pard\plain encadr\'e9\par}\dpx0}apr\'e8s",
            "avant\naprès\nencadré",
        ),
        (rb"un{\shp{\*\shpinst{\sp{\sn gtextUNICODE}{\sv lettrage}}}}", "un\nlettrage"),
        (rb"{\*\inconnu rien}mot{\v cach\'e9}", "mot"),
    ],
)
def test_words(written: bytes, said: str, read: Read) -> None:
    """Words are read in every way that RTF has of writing them."""
    assert text_of(read, written) == said


FIELD = rb"{\field{\*\fldinst FORMDROPDOWN {\*\formfield{%s{\*\ffl Un}{\*\ffl Deux}}}}{\fldrslt%s}} fin"


@pytest.mark.parametrize(
    ("chosen", "result", "said"),
    [
        (rb"\ffres1", b"", "Deux fin"),
        (rb"\ffres25\ffdefres1", b"", "Deux fin"),
        (rb"", b" Trois", "Trois fin"),
        (rb"\ffres7", b"", "fin"),
    ],
)
def test_choices(chosen: bytes, result: bytes, said: str, read: Read) -> None:
    """Of a list to choose from, what is chosen is read, told by its place or by itself."""
    assert text_of(read, FIELD % (chosen, result)) == said


def test_properties(read: Read) -> None:
    """Title, author and date come from the file."""
    extraction = read("a.rtf", RTF.replace(rb"{\author", rb"{\creatim\yr2024\mo2\dy7\hr10}{\author"))
    assert (extraction.title, extraction.authors) == ("Actes", ("Ana Rey",))
    assert extraction.created == datetime(2024, 2, 7, 10, tzinfo=UTC)


def test_heading_by_name(read: Read) -> None:
    """A style that is called a heading's is one, as is a paragraph that has an outline level."""
    body = rb"{\stylesheet{\s3 Titre 2;}}{\rtf1\pard\s3 Un\par\pard texte\par\pard\outlinelevel1 Deux\par}"
    extraction = read("a.rtf", b"{\\rtf1" + body + b"}")
    assert [(section.title, section.text) for section in extraction.sections] == [("Un", "texte"), ("Deux", "")]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "content", [b"{" * 100_000 + b"mot" + b"}" * 100_000, b"}" * 100_000 + b"mot", b"mot" + b"{\\*" * 1000]
)
def test_braces(content: bytes, read: Read) -> None:
    """Groups without end, or without beginning, overflow nothing."""
    assert text_of(read, content) == "mot"


def test_text_for_old_programs(read: Read) -> None:
    """Of a text that is written twice, for old programs and in Unicode, the latter is read."""
    assert text_of(read, rb"{\rtf1 avant {\upr{?}{\*\ud{\u233?t\u233?}}} apr\'e8s}") == "avant été après"
