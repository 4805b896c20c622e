"""Captions: WebVTT, SubRip, SBV, TTML, SSA and ASS, LRC."""

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


@pytest.mark.parametrize(
    ("timing", "times"),
    [
        ("00:04:40 --> 00:04:41", (280, 281)),
        ("04:40 --> 04:41", (280, 281)),
        ("00:00:01:500 --> 00:00:02:900", (1.5, 2.9)),
        ("00: 00: 03, 000 --> 00: 00: 04, 000", (3, 4)),
        ("0:00:05,0000 --> 0:00:06,0000", (5, 6)),
        ("00:00:07,000 -> 00:00:08,000", (7, 8)),
        ("00:00:07.5-->00:00:08.25", (7.5, 8.25)),
        ("00:00:07,000 --&gt; 00:00:08,000", (7, 8)),
        ("00:00:07,000 –-> 00:00:08,000", (7, 8)),
        ("00:00:07,5 --> 00:00:08,0:", (7.5, 8)),
        ("00:00:07.5 --> 00:00:08.0:  align:start", (7.5, 8)),
        ("00:00:07,000 → 00:00:08,000  X1:100 X2:200", (7, 8)),
    ],
)
def test_times_as_players_take_them(timing: str, times: tuple[float, float], read: Read) -> None:
    """Programs leave milliseconds out, add spaces and digits, and write arrows as they please."""
    extraction = read("a.srt", f"1\n{timing}\nUn\n\n2\n01:00:00,000 --> 01:00:01,000\nDeux\n".encode())
    assert said(extraction) == ["Un", "Deux"]
    assert (extraction.sections[0].start, extraction.sections[0].end) == times
    assert extraction.warnings == ()


def test_signs_of_less_and_more(read: Read) -> None:
    """A text compares and points with the signs that tags are made of."""
    lines = "si revenu < 1 000 et âge > 60 : <b>oui</b>\nle guichet --> la caisse\n<nom> -> <commune>"
    extraction = read("a.srt", f"1\n00:00:01,000 --> 00:00:02,000\n{lines}\n".encode())
    assert said(extraction) == [
        "si revenu < 1 000 et âge > 60 : oui\nle guichet --> la caisse\n<nom> -> <commune>",
    ]
    assert extraction.warnings == ()


@pytest.mark.parametrize("word", ["NOTE de service", "STYLE de vie", "REGION Bretagne", "2024"])
def test_words_of_another_format(word: str, read: Read) -> None:
    """What begins a comment in WebVTT begins nothing in SubRip; a number that numbers no cue is said."""
    extraction = read(
        "a.srt", f"00:00:01,000 --> 00:00:02,000\nUn\n\n{word}\n\n00:00:05,000 --> 00:00:06,000\nDeux\n".encode()
    )
    assert said(extraction) == [f"Un\n{word}", "Deux"]


def test_blocks_of_webvtt(read: Read) -> None:
    """A cue may follow the signature at once and bear a name; a comment ends at a blank line, or at a cue."""
    extraction = read(
        "a.vtt",
        b"WEBVTT\n00:01.000 --> 00:02.000\nUn\nNOTE de service\n\nNOTE\nrelu\n\nnom de la suite\n"
        b"00:05.000 --> 00:06.000\nDeux\n\nNOTE\n00:08.000 --> 00:09.000\nTrois\n",
    )
    assert said(extraction) == ["Un\nNOTE de service", "Deux", "Trois"]


def test_double_spacing(read: Read) -> None:
    """A file whose every other line is blank has the same cues."""
    extraction = read(
        "a.srt", b"1\n\n00:00:01,000 --> 00:00:02,000\n\nUn\n\n2\n\n00:00:05,000 --> 00:00:06,000\n\nDeux\n"
    )
    assert said(extraction) == ["Un", "Deux"]


def test_captions_that_scroll_by_words(read: Read) -> None:
    """Where each cue repeats the last words of the one before, and lines break elsewhere, each phrase is kept once."""
    cues = ("le droit commun passe avant", "droit commun\npasse avant toute aide", "passe avant toute aide facultative")
    timed = (f"00:0{n}.000 --> 00:0{n + 1}.000\n{text}\n" for n, text in enumerate(cues))
    assert said(read("a.vtt", "\n".join(["WEBVTT\n", *timed]).encode())) == [
        "le droit commun passe avant",
        "toute aide",
        "facultative",
    ]


SSA = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:05.00,0:00:06.50,Default,,0,0,0,,{\\i1}Deux{\\i0}, enfin\\Nsuite
Comment: 0,0:00:05.00,0:00:06.50,Default,,0,0,0,,relu
Dialogue: 0,0:00:01.00,0:00:02.00,Default,Ana Rey,0,0,0,,Un
Dialogue: 0,0:00:08.00,0:00:09.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0 100 100{\\p0}
"""


@pytest.mark.parametrize("name", ["a.ass", "a.ssa", "a.txt"])
def test_ssa(name: str, read: Read) -> None:
    """Events come by their time, without overrides, comments and drawings."""
    extraction = read(name, SSA.encode())
    assert [(s.start, s.end, s.text) for s in extraction.sections] == [
        (1, 2, "Ana Rey : Un"),
        (5, 6.5, "Deux, enfin\nsuite"),
    ]


def test_sbv(read: Read) -> None:
    """The captions of a video service have both times on one line, with a comma between them."""
    content = b"0:00:01.000,0:00:02.500\nUn[br]suite\n\n0:00:05.000,0:00:06.000\nDeux, 3\n"
    extraction = read("a.sbv", content)
    assert [(s.start, s.end, s.text) for s in extraction.sections] == [(1, 2.5, "Un\nsuite"), (5, 6, "Deux, 3")]
    assert read("a.txt", content).format is Format.CAPTIONS


def test_lrc(read: Read) -> None:
    """A line ends where the next one begins, and is said at each of its times."""
    extraction = read(
        "a.lrc", b"[ti:Titre]\n[offset:+500]\n[00:01.50]Un <00:02.00>mot\n[00:05.5][01:00.50]Refrain\n[00:09.50]\n"
    )
    assert [(s.start, s.end, s.text) for s in extraction.sections] == [
        (1, 5, "Un mot"),
        (5, 9, "Refrain"),
        (60, 60, "Refrain"),
    ]


@pytest.mark.parametrize("namespace", ["http://www.w3.org/ns/ttml", "http://www.w3.org/2006/10/ttaf1"])
@pytest.mark.parametrize("prefix", ["", "tt:"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_ttml(encoding: str, prefix: str, namespace: str, read: Read) -> None:
    """Paragraphs, or the parts that alone have times, count their seconds, frames and ticks from what holds them."""
    t = prefix
    content = (
        f"<?xml version='1.0' encoding='{encoding}'?><{t}tt xmlns{':tt' if t else ''}='{namespace}' "
        "xmlns:p='http://www.w3.org/ns/ttml#parameter' p:frameRate='25' p:tickRate='1000'>"
        f"<{t}head><{t}metadata><{t}p>hors texte</{t}p></{t}metadata></{t}head><{t}body begin='10s'><{t}div>"
        f"<{t}p begin='00:00:01.500' end='00:00:03:05'>Évaluer<{t}br/>le\n  <{t}span>non-recours</{t}span></{t}p>"
        f"<{t}p><{t}span begin='5000t' dur='500ms'>Deux</{t}span> <{t}span begin='9s' end='10s'>&lt; 3</{t}span></{t}p>"
        f"</{t}div></{t}body></{t}tt>"
    )
    extraction = read("a.ttml", content.encode(encoding))
    assert [(s.start, s.end, s.text) for s in extraction.sections] == [
        (11.5, 13.2, "Évaluer\nle non-recours"),
        (15, 15.5, "Deux"),
        (19, 20, "< 3"),
    ]
    assert extraction.warnings == ()


def test_damaged_ttml(read: Read) -> None:
    """What is called TTML and has no cue says so."""
    assert read("a.ttml", b"<tt xmlns='http://www.w3.org/ns/ttml' \x00 <<<").warnings
