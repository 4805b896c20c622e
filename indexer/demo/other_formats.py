"""Writes the formats of which the demonstration holds one file each: workbook, table, text, page, message, book."""

from __future__ import annotations

import csv
from datetime import timedelta
from email.message import EmailMessage
from html import escape
from io import BytesIO, StringIO
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile

from icalendar import Calendar, Event
from xlsxwriter import Workbook

from indexer.demo.notation import Block, Bullets, Table, block_texts
from indexer.demo.timeless_zip import remove_dates
from indexer.demo.typesetting import DEMONSTRATION_MARK, typeset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from indexer.demo.notation import DemoSection
    from indexer.demo.sources import DemoDocument

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OPENDOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"


def write_workbook(document: DemoDocument) -> bytes:
    """Give an Excel workbook with one sheet for each section, from its table."""
    stream = BytesIO()
    with Workbook(stream, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": typeset(document.title), "created": document.timestamp})
        for section in document.sections:
            sheet = workbook.add_worksheet(typeset(section.title))
            # Below the table, not above: a header is expected in the first row.
            rows = [*_table_rows(section), (DEMONSTRATION_MARK,)]
            for number, row in enumerate(rows):
                # Figures as numbers: formats of numbers are what a workbook has and a text has not.
                sheet.write_row(number, 0, [int(cell) if cell.isdecimal() else typeset(cell) for cell in row])
            sheet.autofit()
    return remove_dates(stream.getvalue())


def _table_rows(section: DemoSection) -> tuple[tuple[str, ...], ...]:
    return tuple(row for block in section.blocks if isinstance(block, Table) for row in block.rows)


def write_table(document: DemoDocument) -> bytes:
    """Give a CSV table as a French Excel saves it: semicolons, and a mark of UTF-8."""
    stream = StringIO()
    # A French Excel takes commas for decimal signs.
    writer = csv.writer(stream, delimiter=";")
    for section in document.sections:
        writer.writerows([typeset(cell) for cell in row] for row in _table_rows(section))
    writer.writerow([DEMONSTRATION_MARK])
    return stream.getvalue().encode("utf-8-sig")


def write_open_text(document: DemoDocument) -> bytes:
    """Give an OpenDocument text with real headings and lists."""
    body = f'<text:h text:outline-level="1">{_escape(document.title)}</text:h><text:p>{DEMONSTRATION_MARK}</text:p>'
    for section in document.sections:
        body += f'<text:h text:outline-level="2">{_escape(section.title)}</text:h>'
        body += "".join(map(_to_open_text, section.blocks))
    # Written by hand: what libraries write of OpenDocument bears the moment and the machine.
    spaces = " ".join(f'xmlns:{name}="{_OPENDOCUMENT}:{name}:1.0"' for name in ("office", "text"))
    kind = "application/vnd.oasis.opendocument.text"
    manifest = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{media_type}"/>'
        for path, media_type in (("/", kind), ("content.xml", "text/xml"))
    )
    return _pack(
        {
            "mimetype": kind,
            "content.xml": (
                f'{_XML}<office:document-content {spaces} office:version="1.3"><office:body><office:text>{body}'
                "</office:text></office:body></office:document-content>"
            ),
            "META-INF/manifest.xml": (
                f'{_XML}<manifest:manifest xmlns:manifest="{_OPENDOCUMENT}:manifest:1.0" manifest:version="1.3">'
                f"{manifest}</manifest:manifest>"
            ),
        }
    )


def _to_open_text(block: Block) -> str:
    paragraphs = [f"<text:p>{_escape(text)}</text:p>" for text in block_texts(block)]
    if isinstance(block, Bullets):
        items = "".join(f"<text:list-item>{each}</text:list-item>" for each in paragraphs)
        return f"<text:list>{items}</text:list>"
    return "".join(paragraphs)


def write_rich_text(document: DemoDocument) -> bytes:
    """Give a rich text whose characters beyond ASCII are written by their numbers, as word processors do."""
    lines = [rf"{{\b\fs32 {_to_rtf(document.title)}}}\par", rf"{_to_rtf(DEMONSTRATION_MARK)}\par"]
    for section in document.sections:
        lines.append(rf"{{\b {_to_rtf(section.title)}}}\par")
        lines += [rf"{_to_rtf(text)}\par" for block in section.blocks for text in block_texts(block)]
    return "\n".join([r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Calibri;}}\f0\fs22", *lines, "}"]).encode("ascii")


def _to_rtf(text: str) -> str:
    escaped = typeset(text).replace("\\", r"\\").replace("{", r"\{").replace("}", r"\}")
    return "".join(sign if sign.isascii() else rf"\u{ord(sign)}?" for sign in escaped)


def write_web_page(document: DemoDocument) -> bytes:
    """Give a web page."""
    return (
        '<!doctype html>\n<html lang="fr">\n'
        f'<head><meta charset="utf-8"><title>{_escape(document.title)}</title></head>\n'
        f"<body>\n<h1>{_escape(document.title)}</h1>\n<p>{DEMONSTRATION_MARK}</p>\n{_to_html(document)}</body>\n</html>\n"
    ).encode()


def _to_html(document: DemoDocument) -> str:
    return "".join(
        f"<h2>{_escape(section.title)}</h2>\n{''.join(map(_to_html_block, section.blocks))}"
        for section in document.sections
    )


def _to_html_block(block: Block) -> str:
    match block:
        case Bullets(items):
            return f"<ul>{''.join(f'<li>{_escape(item)}</li>' for item in items)}</ul>\n"
        case _:
            return "".join(f"<p>{_escape(text)}</p>\n" for text in block_texts(block))


def write_message(document: DemoDocument) -> bytes:
    """Give a message between two functions, of which no person bears the address."""
    message = EmailMessage()
    message["Subject"] = typeset(document.title)
    # « .invalid » can belong to nobody (RFC 2606).
    message["From"] = "Équipe d’animation <animation@demonstration.invalid>"
    message["To"] = "Médiation d’accès aux droits <mediation@demonstration.invalid>"
    message["Date"] = document.timestamp
    message.set_content("\n\n".join([*_list_lines(document.sections), DEMONSTRATION_MARK]))
    return message.as_bytes()


def write_calendar(document: DemoDocument) -> bytes:
    """Give a calendar with one appointment for each section, a week apart."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{DEMONSTRATION_MARK}//FR")
    calendar.add("version", "2.0")
    for number, section in enumerate(document.sections):
        event = Event()
        # The same at each run: a calendar that imports it twice must not show it twice.
        event.add("uid", f"{number}@demonstration.invalid")
        event.add("dtstamp", document.timestamp)
        event.add("dtstart", document.timestamp + timedelta(weeks=number))
        event.add("duration", timedelta(hours=2))
        event.add("summary", typeset(section.title))
        event.add("description", "\n".join([*_list_lines([section])[1:], DEMONSTRATION_MARK]))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def write_cards(document: DemoDocument) -> bytes:
    """Give one address card for each section: a function, never a person."""
    lines: list[str] = []
    for section in document.sections:
        name, (note, *_) = typeset(section.title), _list_lines([section])[1:]
        # « org » tells that the card is no person's (RFC 6350).
        lines += ["BEGIN:VCARD", "VERSION:4.0", "KIND:org", f"FN:{name}", f"NOTE:{note} ({DEMONSTRATION_MARK})"]
        lines.append("END:VCARD")
    return ("\r\n".join(lines) + "\r\n").encode()


def write_book(document: DemoDocument) -> bytes:
    """Give a book in EPUB, with one chapter."""
    page = (
        f'{_XML}<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr"><head><title>{_escape(document.title)}</title>'
        f"</head><body><h1>{_escape(document.title)}</h1><p>{DEMONSTRATION_MARK}</p>{_to_html(document)}</body></html>"
    )
    # The identifier stays the same whatever the text: it is that of the book, not of its edition.
    package = (
        f'{_XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">demonstration</dc:identifier>'
        f"<dc:title>{_escape(document.title)}</dc:title><dc:language>fr</dc:language></metadata>"
        '<manifest><item id="t" href="livre.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="t"/></spine></package>'
    )
    container = (
        f'{_XML}<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles><rootfile '
        'full-path="livre.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    return _pack(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "livre.opf": package,
            "livre.xhtml": page,
        }
    )


def write_archive(document: DemoDocument) -> bytes:
    """Give a ZIP with one text for each section."""
    return _pack(
        {
            f"{section.title}.txt": "\n\n".join([*_list_lines([section]), DEMONSTRATION_MARK]) + "\n"
            for section in document.sections
        }
    )


def _list_lines(sections: Iterable[DemoSection]) -> list[str]:
    """The texts of sections, titles first, as plain lines."""
    lines: list[str] = []
    for section in sections:
        lines.append(typeset(section.title))
        for block in section.blocks:
            dash = "- " if isinstance(block, Bullets) else ""
            lines += [f"{dash}{typeset(text)}" for text in block_texts(block)]
    return lines


def _escape(text: str) -> str:
    return escape(typeset(text), quote=False)


def _pack(parts: Mapping[str, str]) -> bytes:
    """Pack texts in an archive without dates; a `mimetype` stays uncompressed, as OpenDocument and EPUB ask."""
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text.encode(), ZIP_STORED)
    return remove_dates(stream.getvalue())
