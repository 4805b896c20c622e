"""A small sound file of each format, each with a word to look for; none is made by what reads it here."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from functools import cache
from typing import TYPE_CHECKING

import av
from docx import Document
from PIL import Image
from pptx import Presentation
from reportlab.pdfgen.canvas import Canvas

from extractors.readers.mail import tnef
from tests.extractors import outlook_files
from tests.extractors.tnef_files import build_tnef

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

WORD = "Domiciliation"

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_ODF_CONTENT = f"""<?xml version="1.0"?><office:document-content xmlns:office="{_ODF}:office:1.0"
 xmlns:text="{_ODF}:text:1.0" xmlns:draw="{_ODF}:drawing:1.0" xmlns:table="{_ODF}:table:1.0"><office:body>"""
_ODF_END = "</office:body></office:document-content>"
_ODF_BODIES = {
    "text": f"<office:text><text:h text:outline-level='1'>Titre</text:h><text:p>{WORD}</text:p></office:text>",
    "presentation": "<office:presentation><draw:page draw:name='p1'><draw:frame><draw:text-box>"
    f"<text:p>{WORD}</text:p></draw:text-box></draw:frame></draw:page></office:presentation>",
    "spreadsheet": "<office:spreadsheet><table:table table:name='F'><table:table-row><table:table-cell>"
    f"<text:p>{WORD}</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>",
}
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CAPTIONS = (
    f"00:00:01{{comma}}000 --> 00:00:02{{comma}}500\n{WORD}\n\n00:00:03{{comma}}000 --> 00:00:04{{comma}}000\nFin.\n"
)
_HTML = f"<!DOCTYPE html><html lang='fr'><head><title>Titre</title></head><body><h1>Un</h1><p>{WORD}</p></body></html>"


def zipped(entries: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these entries, in their order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    """The entries of a zip, in their order."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def sample(suffix: str) -> bytes:
    """The sound file of this suffix."""
    return _MADE[suffix]()


def _pdf() -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(60, 780, WORD)
    canvas.bookmarkPage("un")
    canvas.addOutlineEntry("Un", "un")
    canvas.showPage()
    canvas.drawString(60, 780, "Seconde page")
    canvas.save()
    return stream.getvalue()


def _docx() -> bytes:
    stream = io.BytesIO()
    document = Document()
    document.add_heading("Titre", level=1)
    document.add_paragraph(WORD)
    document.add_table(2, 2).cell(0, 0).text = "Cellule"
    document.sections[0].header.paragraphs[0].text = "En-tête"
    document.save(stream)
    return stream.getvalue()


def _pptx() -> bytes:
    stream = io.BytesIO()
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Titre"
    slide.placeholders[1].text = WORD
    slide.notes_slide.notes_text_frame.text = "Notes"
    deck.save(stream)
    return stream.getvalue()


def _xlsx() -> bytes:
    relation = f"<Relationship Id='r1' Type='{_RELATIONS}/{{}}' Target='{{}}'/>"
    relations = f"<Relationships xmlns='{_PACKAGE}/relationships'>{{}}</Relationships>"
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = (
        "<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        f"<Override PartName='/xl/workbook.xml' ContentType='{main}.sheet.main+xml'/>"
        f"<Override PartName='/xl/worksheets/sheet1.xml' ContentType='{main}.worksheet+xml'/>"
    )
    cell = f"<c r='A1' t='inlineStr'><is><t>{WORD}</t></is></c><c r='B1'><v>12.5</v></c>"
    return zipped(
        {
            "[Content_Types].xml": f"<Types xmlns='{_PACKAGE}/content-types'>{types}</Types>",
            "_rels/.rels": relations.format(relation.format("officeDocument", "xl/workbook.xml")),
            "xl/_rels/workbook.xml.rels": relations.format(relation.format("worksheet", "worksheets/sheet1.xml")),
            "xl/workbook.xml": f"<workbook xmlns='{_SHEET}' xmlns:r='{_RELATIONS}'>"
            "<sheets><sheet name='F' sheetId='1' r:id='r1'/></sheets></workbook>",
            "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{_SHEET}'><sheetData><row r='1'>{cell}</row></sheetData>"
            "</worksheet>",
        }
    )


def _odf(kind: str) -> bytes:
    media_type = f"application/vnd.oasis.opendocument.{kind}"
    return zipped({"mimetype": media_type, "content.xml": _ODF_CONTENT + _ODF_BODIES[kind] + _ODF_END})


def _epub() -> bytes:
    container = "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles>"
    package = (
        "<package xmlns='http://www.idpf.org/2007/opf'><metadata xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        "<dc:title>Titre</dc:title></metadata><manifest><item id='a' href='a.xhtml' "
        "media-type='application/xhtml+xml'/></manifest><spine><itemref idref='a'/></spine></package>"
    )
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": f"{container}<rootfile full-path='a.opf'/></rootfiles></container>",
            "a.opf": package,
            "a.xhtml": f"<html xmlns='http://www.w3.org/1999/xhtml'><body><h1>Un</h1><p>{WORD}</p></body></html>",
        }
    )


def _eml() -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "a@example.org", "b@example.org"
    message["Subject"], message["Date"] = "Réunion", "Wed, 07 Feb 2024 10:00:00 +0100"
    message.set_content(f"Bonjour,\n{WORD}\n")
    message.add_alternative(_HTML, subtype="html")
    message.add_attachment("Pièce jointe", filename="pièce.txt")
    message.set_boundary("limite")
    next(message.iter_parts()).set_boundary("limite-interieure")
    return message.as_bytes()


def _msg() -> bytes:
    values = {outlook_files.SUBJECT: "Titre", outlook_files.SENDER_NAME: "Ana Rey", outlook_files.BODY: f"{WORD} été"}
    attached: list[outlook_files.Values] = [{outlook_files.FILE_NAME: "note.txt", outlook_files.DATA: b"Une note"}]
    return outlook_files.build_message(values, [{outlook_files.NAME: "Bruno"}], attached)


def _mailbox() -> bytes:
    line = b"From a@example.org Wed Feb  7 10:00:00 2024\n"
    return line + _eml() + b"\n" + line + _eml()


def _winmail() -> bytes:
    attached: dict[int, str | bytes] = {tnef.PID_LONG_FILE_NAME: "note.txt", tnef.PID_DATA: b"Une note"}
    return build_tnef({tnef.PID_BODY: WORD}, [attached])


def _sound(container: str, codec: str) -> bytes:
    stream = io.BytesIO()
    with av.open(stream, "w", format=container) as written:
        written.metadata["title"] = WORD
        track: Any = written.add_stream(codec, rate=16_000)
        track.layout = "mono"
        frame = av.AudioFrame("s16", "mono", 16_000)
        frame.sample_rate, frame.pts = 16_000, 0
        # What a new frame holds is not defined.
        frame.planes[0].update(bytes(32_000))
        resampler = av.AudioResampler(track.format.name, "mono", 16_000, track.frame_size or None)
        for each in (*resampler.resample(frame), *resampler.resample(None)):
            written.mux(track.encode(each))
        written.mux(track.encode(None))
    return stream.getvalue()


def _film() -> bytes:
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as container:
        container.metadata["title"] = WORD
        film = container.add_stream("mpeg4", rate=5)
        film.width, film.height, film.pix_fmt = 64, 48, "yuv420p"
        for _ in range(5):
            container.mux(film.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(film.encode(None))
    return stream.getvalue()


def _png() -> bytes:
    stream = io.BytesIO()
    Image.new("L", (60, 40), 200).save(stream, "PNG")
    return stream.getvalue()


_MADE: dict[str, Callable[[], bytes]] = {
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".xlsx": _xlsx,
    ".odt": lambda: _odf("text"),
    ".odp": lambda: _odf("presentation"),
    ".ods": lambda: _odf("spreadsheet"),
    ".rtf": rf"{{\rtf1\ansi\ansicpg1252{{\fonttbl\f0 Arial;}}\pard {WORD} \'e9t\'e9\par}}".encode,
    ".html": _HTML.encode,
    ".csv": f"commune;aide\nGrigny;{WORD}\nViry;Logement\n".encode,
    ".md": f"---\ntitle: Titre\n---\n# Un\n\n{WORD}\n\n- puce\n\n```\ncode\n```\n".encode,
    ".txt": f"{WORD}, et la suite.\n".encode,
    ".eml": _eml,
    ".msg": _msg,
    ".tnef": _winmail,
    ".mbox": _mailbox,
    ".ics": f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20240207\nSUMMARY:{WORD}\nEND:VEVENT\nEND:VCALENDAR\n".encode,
    ".vcf": f"BEGIN:VCARD\nVERSION:3.0\nFN:{WORD}\nNOTE;ENCODING=QUOTED-PRINTABLE:un=20mot\nEND:VCARD\n".encode,
    ".epub": _epub,
    ".vtt": ("WEBVTT\n\n" + _CAPTIONS.format(comma=".")).encode,
    ".sbv": f"0:00:01.000,0:00:02.500\n{WORD}\n\n0:00:03.000,0:00:04.000\nFin.\n".encode,
    ".ttml": (
        "<?xml version='1.0'?><tt xmlns='http://www.w3.org/ns/ttml'><head/><body><div>"
        f"<p begin='00:00:01.000' end='00:00:02.500'>{WORD}<br/>suite</p><p begin='3s' dur='1s'>Fin.</p>"
        "</div></body></tt>"
    ).encode,
    ".ass": (
        "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, Text\n"
        f"Dialogue: 0,0:00:01.00,0:00:02.50,Default,,{{\\i1}}{WORD}\\Nsuite\n"
    ).encode,
    ".lrc": f"[ti:Titre]\n[00:01.00]{WORD}\n[00:03.00]Fin.\n".encode,
    ".srt": lambda: _CAPTIONS.format(comma=",").encode(),
    ".mp4": _film,
    ".mp3": lambda: _sound("mp3", "libmp3lame"),
    ".wav": lambda: _sound("wav", "pcm_s16le"),
    ".png": _png,
    ".zip": lambda: zipped({"note.txt": WORD, "dossier/a.md": "# Un\n\nDeux"}),
}
SUFFIXES = tuple(_MADE)
"""Every format that needs no program from outside."""

ZIPS = frozenset({".docx", ".pptx", ".xlsx", ".odt", ".odp", ".ods", ".epub", ".zip"})
"""Those that are zips inside."""
