"""A library of generated office files, and sentences planted where readers of files forget to look.

Each file has the parts that such files have in life: notes, a SmartArt and a text box in a deck; footnotes and a text
box in a Word document; two columns on a PDF page. A planted sentence takes the place of what one of these said.
"""

from __future__ import annotations

import io
import random
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document
from docx.oxml.ns import nsdecls
from pptx import Presentation
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from benchmarks.generated import words
from tests.extractors.features import powerpoint, word
from tests.extractors.features.drawings import SMART_ART, SMART_ART_TYPE, smart_art
from tests.extractors.samples import unzipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

PLACES = ("slide notes", "SmartArt", "text box of a slide", "text box in Word", "footnote", "caption", "second column")
_KINDS = {
    "pptx": (0.4, ("slide notes", "SmartArt", "text box of a slide")),
    "docx": (0.25, ("text box in Word", "footnote")),
    "pdf": (0.25, ("second column",)),
    "vtt": (0.05, ("caption",)),
    "srt": (0.05, ("caption",)),
}
"""Suffix -> share of the files, and the places that such a file has."""

_SENTENCE, _ASKED = 9, 4
_FAMILIAR = slice(150, 20_000)
"""Ranks of the words that sentences are made of: neither those of every page nor those of none."""

_SLIDES, _BULLETS, _PARAGRAPHS, _PDF_PAGES, _CUES = 8, 4, 8, 3, 60
_NOTED, _DRAWN = 3, 5
"""Which slide or paragraph has the notes, and which slide the SmartArt and the text box."""

_A_FOLDER = 25
_TOKEN = re.compile(rb"@(\w+)@")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A planted sentence: the file that holds it, the place in it, and the few words of it that someone remembers."""

    file: str
    place: str
    asked: str


def write(library: Path, files: int, planted: int) -> list[Sentence]:
    """Write so many files, `planted` of them with a sentence (as many for each place, as far as there are files)."""
    draw = random.Random(6)  # noqa: S311 - repeatable, no secret
    vocabulary, weights = words()
    wanted = {place: -(-planted // len(PLACES)) for place in PLACES}
    sentences: list[Sentence] = []
    for number, suffix in enumerate(_suffixes(files)):
        name = f"Séances/{2019 + number // _A_FOLDER % 7}-{number % 12 + 1:02d} - Séance {number // _A_FOLDER}"
        path = library / name / f"document {number:05d}.{suffix}"
        said = _Said(draw, vocabulary, weights)
        place = max(_KINDS[suffix][1], key=lambda place: wanted[place])
        if wanted[place] and len(sentences) < planted:
            wanted[place] -= 1
            sentence = draw.sample(vocabulary[_FAMILIAR], _SENTENCE)
            said.planted[place] = " ".join(sentence)
            asked = " ".join(draw.sample(sentence, _ASKED))
            sentences.append(Sentence(str(path.relative_to(library)), place, asked))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_MAKERS[suffix](said))
    return sentences


def _suffixes(files: int) -> Iterator[str]:
    """The suffixes of so many files, mixed, each as often as its share says."""
    counted = dict.fromkeys(_KINDS, 0)
    for number in range(1, files + 1):
        suffix = max(_KINDS, key=lambda each: _KINDS[each][0] * number - counted[each])
        counted[suffix] += 1
        yield suffix


class _Said:
    """What one file says: generated sentences, and in one place the planted one."""

    def __init__(self, draw: random.Random, vocabulary: Sequence[str], weights: Sequence[float]) -> None:
        self._draw = draw
        self._vocabulary = vocabulary
        self._weights = weights
        self.planted: dict[str, str] = {}

    def text(self, count: int, place: str = "") -> str:
        """So many words; where one was planted, the sentence instead."""
        drawn = self._draw.choices(self._vocabulary, cum_weights=self._weights, k=count)
        return f"{self.planted.get(place) or ' '.join(drawn)}.".capitalize()


def _deck(said: _Said) -> bytes:
    texts = {"notes": said.text(40, "slide notes"), "box": said.text(12, "text box of a slide")}
    texts |= {f"node{number}": said.text(3) for number in range(3)}
    texts["node1"] = said.text(3, "SmartArt")
    for slide in range(_SLIDES):
        texts |= {f"title{slide}": said.text(5), f"notes{slide}": said.text(30)}
        texts |= {f"bullet{slide}x{number}": said.text(9) for number in range(_BULLETS)}
    return _filled(_pattern("pptx"), texts)


def _report(said: _Said) -> bytes:
    texts = {"box": said.text(15, "text box in Word"), "note": said.text(15, "footnote")}
    texts |= {f"title{number}": said.text(5) for number in range(_PARAGRAPHS)}
    texts |= {f"text{number}": said.text(90) for number in range(_PARAGRAPHS)}
    return _filled(_pattern("docx"), texts)


def _columns(said: _Said) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for page in range(_PDF_PAGES):
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(60, 780, said.text(5))
        second = "second column" if page == 1 else ""
        for column, text in enumerate((said.text(110), f"{said.text(50)} {said.text(12, second)} {said.text(50)}")):
            lines = canvas.beginText(60 + 250 * column, 750)
            lines.setFont("Helvetica", 10)
            lines.textLines(textwrap.wrap(text, 44))
            canvas.drawText(lines)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _captions(said: _Said, head: str, comma: str) -> bytes:
    spoken = (said.text(10, "caption" if number == _CUES // 2 else "") for number in range(_CUES))
    cues = (
        f"{number + 1}\n00:{number // 6:02d}:{number % 6 * 10:02d}{comma}000 --> "
        f"00:{number // 6:02d}:{number % 6 * 10 + 8:02d}{comma}000\n{text}\n"
        for number, text in enumerate(spoken)
    )
    return (head + "\n".join(cues)).encode()


_MAKERS: Mapping[str, Callable[[_Said], bytes]] = {
    "pptx": _deck,
    "docx": _report,
    "pdf": _columns,
    "vtt": lambda said: _captions(said, "WEBVTT\n\n", "."),
    "srt": lambda said: _captions(said, "", ","),
}


def _filled(pattern: Mapping[str, bytes], texts: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in pattern.items():
            archive.writestr(name, _TOKEN.sub(lambda found: escape(texts[found[1].decode()]).encode(), content))
    return stream.getvalue()


_PATTERNS: dict[str, dict[str, bytes]] = {}


def _pattern(suffix: str) -> Mapping[str, bytes]:
    """The entries of a file made once by the format's library, with tokens where texts come."""
    if suffix not in _PATTERNS:
        stream = io.BytesIO()
        (_deck_pattern() if suffix == "pptx" else _report_pattern()).save(stream)
        _PATTERNS[suffix] = unzipped(stream.getvalue())
    return _PATTERNS[suffix]


def _deck_pattern() -> Any:
    deck: Any = Presentation()
    for number in range(_SLIDES):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = f"@title{number}@"
        slide.placeholders[1].text = "\n".join(f"@bullet{number}x{bullet}@" for bullet in range(_BULLETS))
        slide.notes_slide.notes_text_frame.text = "@notes@" if number == _NOTED else f"@notes{number}@"
        if number == _DRAWN:
            slide.shapes.add_textbox(0, 0, 10**6, 10**6).text_frame.text = "@box@"
            nodes = smart_art(*(f"@node{node}@" for node in range(3)))
            art = powerpoint.linked(slide, nodes, "diagramData", SMART_ART_TYPE, "/ppt/diagrams/data1.xml")
            powerpoint.frame(slide, art, SMART_ART, "dgm:relIds r:dm")
    return deck


def _report_pattern() -> Any:
    document = Document()
    for number in range(_PARAGRAPHS):
        document.add_heading(f"@title{number}@", level=1 + number % 2)
        document.add_paragraph(f"@text{number}@")
        if number == _NOTED:
            word.append(document, f"<w:p {nsdecls('w')}><w:r><w:footnoteReference w:id='2'/></w:r></w:p>")
            word.add_notes(document, "footnote", "@note@")
            word.append(document, word.drawing(f"<wps:wsp>{word.box('@box@')}</wps:wsp>", "", "@box@"))
    return document
