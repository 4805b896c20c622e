"""WebVTT and SubRip captions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from extractors import Format, SectionUnit

if TYPE_CHECKING:
    from collections.abc import Callable

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]


def said(extraction: Extraction) -> list[str]:
    """The text of each cue."""
    return [section.text for section in extraction.sections]


def test_webvtt(read: Read) -> None:
    """A cue is a Section with its seconds; hours may be left out."""
    extraction = read(
        "a.vtt",
        "\ufeffWEBVTT - Plénière\n\nintro\n00:01.500 --> 00:03.000 align:start\nBonjour à tous\n\n"
        "01:00:00.000 --> 01:00:02.250\nMerci\n".encode(),
    )
    assert extraction.format is Format.CAPTIONS
    assert [(s.unit, s.number, s.start, s.end, s.text) for s in extraction.sections] == [
        (SectionUnit.CUE, 1, 1.5, 3.0, "Bonjour à tous"),
        (SectionUnit.CUE, 2, 3600.0, 3602.25, "Merci"),
    ]
    assert extraction.duration == 3602.25


def test_srt(read: Read) -> None:
    """SubRip writes a comma, Windows line ends and often Windows-1252."""
    extraction = read(
        "a.srt",
        "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Évaluer</i>\r\n{\\an8}ensemble\r\n\r\n"
        "2\r\n00:00:05,000 --> 00:00:06,000\r\nFin\r\n".encode("cp1252"),
    )
    assert said(extraction) == ["Évaluer\nensemble", "Fin"]
    assert extraction.sections[0].end == 2.5


def test_asides_and_tags(read: Read) -> None:
    """Notes and styles are not said; tags and times are taken off; a speaker's name stays."""
    extraction = read(
        "a.vtt",
        b"WEBVTT\n\nNOTE relu\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\n"
        b"00:00.000 --> 00:02.000\n<v.loud Ana Rey>Le <c.rouge>RSA</c> <00:01.000>&amp; apr\xc3\xa8s</v>\n",
    )
    assert said(extraction) == ["Ana Rey : Le RSA & après"]


def test_rolling_captions(read: Read) -> None:
    """Automatic captions repeat the line above at each step: each line is kept once."""
    extraction = read(
        "a.vtt",
        b"WEBVTT\n\n00:00.000 --> 00:02.000\nle non recours\n\n00:02.000 --> 00:02.010\nle non recours\n\n"
        b"00:02.010 --> 00:04.000\nle non recours\nest un sujet\n\n00:04.000 --> 00:06.000\nest un sujet\nancien\n",
    )
    assert said(extraction) == ["le non recours", "est un sujet", "ancien"]


def test_growing_captions(read: Read) -> None:
    """Live captions grow word by word: only the whole sentence is kept, from its first second."""
    extraction = read(
        "a.srt",
        b"1\n00:00:00,000 --> 00:00:01,000\nle\n\n2\n00:00:01,000 --> 00:00:02,000\nle droit\n\n"
        b"3\n00:00:02,000 --> 00:00:03,000\nle droit commun\n",
    )
    assert [(section.start, section.end, section.text) for section in extraction.sections] == [
        (0.0, 3.0, "le droit commun")
    ]


def test_the_same_words_later(read: Read) -> None:
    """The same words said again after a silence are kept."""
    extraction = read("a.srt", b"1\n00:00:00,000 --> 00:00:01,000\nOui\n\n2\n00:00:09,000 --> 00:00:10,000\nOui\n")
    assert said(extraction) == ["Oui", "Oui"]


def test_unreadable_timing(read: Read) -> None:
    """A cue whose time makes no sense is left out, and the animator is told how many."""
    extraction = read(
        "a.srt",
        b"1\n00:00:01,000 --> 00:00:02,000\nOui\n\n2\n00:00:03:000 --> demain\nNon\n\n"
        b"3\n00:00:09,000 --> 00:00:08,000\nPas plus\n\n4\n00:00:10,000 --> 00:00:11,000\nSi\n",
    )
    assert [(section.number, section.text) for section in extraction.sections] == [(1, "Oui"), (4, "Si")]
    assert extraction.warnings == ("2 sous-titres ont un minutage illisible : ils ont été ignorés.",)


def test_missing_and_spare_blank_lines(read: Read) -> None:
    """Cues are found where no blank line parts them, and kept whole where one cuts them."""
    extraction = read(
        "a.srt",
        b"1\n00:00:01,000 --> 00:00:02,000\nUn\n2\n00:00:05,000 --> 00:00:06,000\nDeux\n\ndeux encore\n",
    )
    assert said(extraction) == ["Un", "Deux\ndeux encore"]


@pytest.mark.parametrize("content", [b"WEBVTT\n", b"WEBVTT\n\nNOTE rien\n", b"1\nBonjour\n"])
def test_nothing_said(content: bytes, read: Read) -> None:
    """A caption file without any cue is read, with a word to the animator."""
    extraction = read("a.srt", content)
    assert extraction.sections == ()
    assert extraction.warnings
