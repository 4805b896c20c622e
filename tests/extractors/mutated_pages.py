"""Web pages and PDF files that say the same in other ways, and what other libraries read of them."""

from __future__ import annotations

import html
import io
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from pypdf import PdfReader, PdfWriter

from tests.extractors.pdf_files import build_page

if TYPE_CHECKING:
    from random import Random

TEXTS = (
    "Qui peut demander la tarpinette ?",
    "Toute personne de Clermoulin à l’été",
    "Deux semaines – délai",
    "Œuvres & bourses",
)
_ELEMENTS = (
    *("p", "div", "li", "td", "center", "label", "button", "legend", "summary", "dialog", "h2", "article"),
    *("blockquote", "dd"),
)


def mutate_html(chance: Random) -> bytes:
    """A page with other elements, references, declarations and an other encoding."""
    blocks = list[str]()
    for text in TEXTS:
        element = chance.choice(_ELEMENTS)
        attributes = chance.choice(["", ' class="a b"', " class=a data-x='1'", " onclick=\"f('<b>')\""])
        written = _refer(chance, text)
        inside = chance.choice(
            ["{}", "<span>{}</span>", "<a href='#'>{}</a>", "<b>{}</b>", "<font color=red>{}</font>"]
        )
        end = "" if element in {"p", "li", "td", "dd"} and chance.random() < 0.4 else f"</{element}>"
        block = f"<{element}{attributes}>{inside.format(written)}{end}"
        block = f"<table><tr>{block}</table>" if element == "td" else block
        blocks.append(block.upper() if chance.random() < 0.1 and "&" not in block and "href" not in block else block)
    encoding = chance.choice(["utf-8", "windows-1252", "utf-16", "utf-8-sig"])
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    meta = chance.choice(
        [f"<meta charset={declared}>", f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">']
    )
    doctype = chance.choice(
        ["<!doctype html>", '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">', "", "<!-- saved -->"]
    )
    head = chance.choice([f"<head>{meta}<title>Titre</title></head>", f"{meta}<title>Titre</title>"])
    page = f"{doctype}<html lang=fr>{head}<body>{chance.choice(['', '<!-- c -->'])}{chr(10).join(blocks)}</body></html>"
    return page.replace("\n", chance.choice(["\n", "\r\n", ""])).encode(encoding, errors="xmlcharrefreplace")


def _refer(chance: Random, text: str) -> str:
    kind = chance.choice(["named", "decimal", "hexadecimal", "none"])
    if kind == "none":
        return html.escape(text, quote=False)
    if kind == "named":
        names = {"é": "&eacute;", "à": "&agrave;", "’": "&rsquo;", "–": "&ndash;", "Œ": "&OElig;", "&": "&amp;"}
        return "".join(names.get(sign, sign) for sign in text)
    form = "&#{};" if kind == "decimal" else "&#x{:x};"
    return "".join(form.format(ord(sign)) if ord(sign) > 127 or sign == "&" else sign for sign in text)


class _Words(HTMLParser):
    """Collects the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = list[str]()
        self._is_unseen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._is_unseen = tag in {"title", "script", "style"}

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._is_unseen = False

    def handle_data(self, data: str) -> None:
        if not self._is_unseen:
            self.texts.append(data)


def read_by_html_parser(content: bytes) -> str:
    """The text of a page by the standard library, told its encoding by its bytes."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    words = _Words()
    words.feed(text)
    return " ".join(words.texts)


def mutate_pdf(chance: Random) -> bytes:
    """A page whose text is drawn by other operators, in another file structure."""
    content = "".join(_draw(chance, text, 700 - 40 * row) for row, text in enumerate(TEXTS))
    options = {"page": chance.choice(["", "/Rotate 90", "/CropBox[0 0 612 792]", "/UserUnit 2"])}
    raw = build_page(content, **options)
    if chance.random() < 0.3:
        return raw
    writer = PdfWriter(PdfReader(io.BytesIO(raw)))
    if chance.random() < 0.5:
        writer.pages[0].compress_content_streams()
    if chance.random() < 0.3:
        writer.add_metadata({"/Title": "Titre"})
    if chance.random() < 0.3:
        writer.encrypt("", "secret", algorithm=chance.choice(["RC4-128", "AES-128", "AES-256"]))
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _draw(chance: Random, text: str, bottom: int) -> str:
    text = text.replace("(", "\\(").replace(")", "\\)")
    show = chance.choice(["({}) Tj", "[({})] TJ", "({}) '", '0 0 ({}) "', "<{hex}> Tj", "{split} TJ"])
    middle = len(text) // 2
    split = f"[({text[:middle]}) -20 ({text[middle:]})]"
    shown = show.format(text, hex=text.encode("cp1252").hex(), split=split)
    place = chance.choice([f"50 {bottom} Td", f"1 0 0 1 50 {bottom} Tm", f"50 {bottom - 9} Td 0 9 TD 0 TL"])
    size = chance.choice(["/F1 12 Tf", "/F1 12 Tf 100 Tz", "/F1 12 Tf 14 TL"])
    drawn = f"BT {size} {place} {shown} ET "
    mark = chance.choice(["{}", "/P <</MCID 0>> BDC {}EMC ", "q {}Q "])
    return mark.format(drawn)


def read_by_pypdf(content: bytes) -> str:
    """The text of the pages by pypdf."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
