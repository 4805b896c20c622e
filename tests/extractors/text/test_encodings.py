"""Decoding: the bytes decide, then what they declare, then their letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from extractors import Format
from extractors.text import decode_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]

WITHOUT_TYPOGRAPHY = "La réunion évoquera l'hébergement d'été à Vézanteuil. Où ? Là-bas, dès août : ça dépend."
SENTENCES = {
    "cp1252": "L’accès à l’hébergement d’été coûte 5 € ; le cœur de « Vézanteuil » – où ça ? – s’élève…",
    "iso8859-15": "Le coût s'élève à 5 € ; le cœur du « problème », les nœuds et l'œuvre d'Œuilly.",
    "mac_roman": "L’accès à l’hébergement d’été coûte cher ; le cœur de « Vézanteuil » – où ça ? – s’élève…",
    "cp850": WITHOUT_TYPOGRAPHY,
    "utf-8": "L’accès à l’hébergement d’été coûte 5 €",
    **dict.fromkeys(("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-16", "utf-32"), WITHOUT_TYPOGRAPHY),
}
GUESSED = "L’encodage du texte a été deviné : des lettres accentuées peuvent être fausses."


@pytest.mark.parametrize("declared", ["", "us-ascii", "iso-8859-1", "utf-8", "windows-1252", "utf-16", "koi8-x"])
@pytest.mark.parametrize("encoding", SENTENCES)
def test_letters_tell_the_encoding(encoding: str, declared: str) -> None:
    """Whatever is declared for French text, or nothing, its letters tell what it is written in."""
    decoded = decode_bytes(SENTENCES[encoding].encode(encoding), declared)
    assert decoded.text.removeprefix("\ufeff") == SENTENCES[encoding]


@pytest.mark.parametrize(
    "encoding", ["cp1251", "koi8_r", "gb18030", "shift_jis", "cp1250", "cp1253", "iso2022_jp", "utf-7"]
)
def test_true_declarations(encoding: str) -> None:
    """An encoding of other letters, or of letters in seven bits, is believed."""
    words = {"cp1250": "Zażółć", "cp1253": "καλημέρα", "utf-7": "été"}.get(encoding, "привет")
    assert decode_bytes(words.encode(encoding), encoding).text == words


@pytest.mark.parametrize("declared", ["windows-1251", "gb2312", "macintosh", "cp850"])
def test_utf8_under_another_name(declared: str) -> None:
    """Bytes that are valid as UTF-8 are UTF-8."""
    assert decode_bytes(SENTENCES["utf-8"].encode(), declared).text == SENTENCES["utf-8"]


@pytest.mark.parametrize("name", ["cp437", "cp858", "macintosh", "iso-8859-15"])
def test_true_declarations_of_western_letters(name: str) -> None:
    """A declared code page decides between letters that could be of several."""
    assert decode_bytes("déjà".encode(name), name).text == "déjà"


def test_texts_put_together() -> None:
    """Lines in UTF-8 stay so among others, and stray bytes among lines in UTF-8 are letters."""
    old, new = "L’été à Vézanteuil, où l’œuvre s’élève.\n", "L’hébergement à côté\n"
    assert decode_bytes(old.encode("cp1252") * 3 + new.encode()).text == old * 3 + new
    decoded = decode_bytes(new.encode() * 3 + "d’été".encode("cp1252") + b"\x81")
    assert decoded.text.startswith(new * 3 + "d’été")
    assert decoded.is_doubtful
    assert decode_bytes(b"\xef\xbb\xbfville\n" + "Évry, Orléans".encode("cp1252")).text == "ville\nÉvry, Orléans"


@pytest.mark.parametrize("cyrillic", ["koi8_r", "cp1251"])
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.md", "a.html"])
def test_doubt_is_told(name: str, cyrillic: str, read: Read) -> None:
    """Where letters do not tell the encoding, the animator is told; where they do, there is nothing to tell."""
    doubtful, certain = "привет, как дела".encode(cyrillic), SENTENCES["cp850"].encode("cp850")
    start = b"<html><body>" if name == "a.html" else b""
    assert read(name, start + doubtful).warnings == (GUESSED,)
    assert read(name, start + certain).warnings == ()


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.txt", ""),
        ("a.csv", "a;b\n"),
        ("a.md", "# "),
        ("a.html", "<html><p>"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n"),
    ],
)
@pytest.mark.parametrize("zeros", ["\0", "\0" * 3000])
def test_zeros(zeros: str, name: str, start: str, read: Read) -> None:
    """A NUL, or a run of them that a crash left behind, refuses nothing and hides nothing."""
    extraction = read(name, f"{start}avant {zeros} après".encode())
    words = "\n".join(f"{section.title}\n{section.text}" for section in extraction.sections)
    assert "avant" in words
    assert "après" in words


def test_zeros_at_random(read: Read) -> None:
    """A text without a suffix that has a NUL is still a text."""
    assert read("LISEZMOI", b"avant\0 apres, une phrase").format is Format.TEXT
