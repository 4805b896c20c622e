"""Markdown texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from extractors import Format, SectionUnit
from extractors.readers.markdown import strip_markdown

if TYPE_CHECKING:
    from collections.abc import Callable

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]


def test_headings_cut_sections(read: Read) -> None:
    """Headings of both kinds open Sections; the first one is the title."""
    extraction = read("a.md", "Intro\n\n# Aller *vers* #\n\nUn\n\nÉvaluer\n-------\nDeux\n\n#Pas un titre\n".encode())
    assert extraction.format is Format.MARKDOWN
    assert [(s.unit, s.number, s.title, s.text) for s in extraction.sections] == [
        (SectionUnit.HEADING, 1, "", "Intro"),
        (SectionUnit.HEADING, 2, "Aller vers", "Un"),
        (SectionUnit.HEADING, 3, "Évaluer", "Deux\n\n#Pas un titre"),
    ]
    assert extraction.title == "Aller vers"


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("# C#", "C#"),
        ("## Deux ##", "Deux"),
        ("### Trois #####", "Trois"),
        ("## Cinq {#cinq}", "Cinq"),
        ("   #### Quatre", "Quatre"),
    ],
)
def test_closed_headings(line: str, title: str, read: Read) -> None:
    """Number signs may close a heading, and only a space sets them apart from its words."""
    assert read("a.md", f"{line}\ntexte".encode()).sections[0].title == title


def test_front_matter(read: Read) -> None:
    """The title comes from the front matter, which is not text."""
    extraction = read("a.md", b'---\ntitle: "Fiche action"\ntags: [rsa]\n---\n\n# Contexte\nTexte\n')
    assert extraction.title == "Fiche action"
    assert [(section.title, section.text) for section in extraction.sections] == [("Contexte", "Texte")]


def test_fenced_code(read: Read) -> None:
    """A comment in a block of code is no heading, and code is kept to the letter."""
    extraction = read("a.md", b"````\n# pas un titre\n```\n**x**\n````\nfin\n")
    assert [section.text for section in extraction.sections] == ["# pas un titre\n```\n**x**\nfin"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("**gras**, *penché*, _penché_ et ~~barré~~", "gras, penché, penché et barré"),
        ("un [lien](https://a.fr/b_(c)) et ![une image](b.png)", "un lien et une image"),
        ("un [lien][1]\n[1]: https://a.fr", "un lien\n"),
        ("`**code**` et nom_de_variable", "**code** et nom_de_variable"),
        ("2 * 3 * 4 et 5*6*7", "2 * 3 * 4 et 5*6*7"),
        ("> citation", "citation"),
        ("* puce\n+ puce", "- puce\n- puce"),
        ("| a | b |\n|---|:-:|\n| c | d |", "a | b\nc | d"),
        ("<https://a.fr> <b>gras</b> <!-- caché -->", "https://a.fr gras "),
        (r"\*pas penché\* &amp; fin[^1]", "*pas penché* & fin"),
        ("***", ""),
        ("mot^[sauf à Grigny] fin", "mot (sauf à Grigny) fin"),
    ],
)
def test_plain(written: str, words: str) -> None:
    """Mark-up is read away; what only looks like it is left alone."""
    assert strip_markdown(written) == words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("| aide | `APL` |", "aide | APL"),
        ("| `APL` | aide |", "APL | aide"),
        ("le `seuil` > 3", "le seuil > 3"),
        ("`a` * `b` et `*c*`", "a * b et *c*"),
        ("**la `règle` d’or**", "la règle d’or"),
    ],
)
def test_signs_beside_code(written: str, words: str) -> None:
    """What stands beside a code is within its line: signs of tables, quotes and lists mean what they look like."""
    assert strip_markdown(written) == words


def test_footnotes(read: Read) -> None:
    """A footnote is read at the end of the part that refers to it, whole; one that nothing refers to is kept."""
    content = (
        "# Un\n\nmot[^1] et `[^code]`\n\n# Deux\n\nautre[^longue]\n\n[^1]: sauf *ici*\net là\n"
        "[^longue]: premier\n\n    second paragraphe\n\n\tsuite\n\nfin\n\n[^seule]: oubliée\n[lien]: https://a.fr\n"
        "\n```\n[^2]: code\n```\n"
    )
    assert [(section.title, section.text) for section in read("a.md", content.encode()).sections] == [
        ("Un", "mot et [^code]\n\nsauf ici\net là"),
        ("Deux", "autre\n\nfin\n\n[^2]: code\npremier\n\nsecond paragraphe\n\nsuite"),
        ("", "oubliée"),
    ]
