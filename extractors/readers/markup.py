"""HTML as lines of text, as a person sees the page. Used by the readers of web pages, messages and e-books."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree
from lxml import html as lxml_html

from extractors.text import (
    DecodedText,
    TextLine,
    clean_description,
    clean_text,
    clean_title,
    decode_bytes,
    parse_authors,
    to_single_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element as Element

    Frames = Mapping[str, tuple[bytes, str | None]]

# Not displayed, or no part of the text: navigation, media, the titles of drawings, ruby (rt, rp), deleted text, and the
# TeX source that MathML carries as an annotation.
_UNSEEN = frozenset(
    {
        *("head", "script", "style", "template", "iframe", "object", "nav", "audio", "video", "canvas", "annotation"),
        *("rt", "rp", "del", "title", "desc", "defs", "symbol", "datalist"),
    }
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
    ),
    *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "legend", "li"),
    *("listing", "main", "marquee", "menu", "noframes", "ol", "optgroup", "option", "p", "pre", "search", "section"),
    *("summary", "table", "tbody", "text", "textarea", "tfoot", "thead", "tr", "ul", "xmp"),
}
# In boxes of their own on a line: their words touch no others, though nothing is written between.
_BOXES = frozenset({"button", "input", "label", "meter", "noscript", "output", "progress", "select"})
# Inputs that show their value; the others are hidden, or boxes to tick.
_SHOWN_INPUTS = frozenset(
    {
        *("", "text", "search", "email", "tel", "url", "number", "date", "time", "month", "week", "datetime-local"),
        *("submit", "button", "reset"),
    }
)
_PREFORMATTED = frozenset({"pre", "textarea", "listing", "xmp"})
_BLOCK_STYLE = re.compile(r"display\s*:\s*(block|flex|grid|table|list-item|flow-root)\b", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Matches the declarations of HTML (meta charset, http-equiv) and of XML (encoding).
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_TAG = re.compile(r"<[^<>]*>")
_UNSEEN_TEXT = re.compile(r"<!--.*?-->|<(script|style|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_DECLARATION_BYTES = 4096
# An element marked as the main part is believed only if it holds at least this share of the page's words.
_MAIN_SHARE = 0.3


_NO_FRAMES: Frames = {}


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """A page's lines and what it declares about itself."""

    lines: tuple[TextLine, ...] = ()
    title: str = ""
    authors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _LineWriter:
    """Collects lines: those that are complete, and the `pieces` of the current one.

    `is_heading` holds for the current line; `pre_depth` counts the open <pre> elements, whose white space is kept.
    """

    lines: list[TextLine] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    is_heading: bool = False
    pre_depth: int = 0

    def write(self, text: str | None) -> None:
        if text and self.pre_depth:
            self.pieces.append(text)
        elif text:
            line = re.sub(r"[ \t\r\n\f]+", " ", text)
            if line := line.lstrip(" ") if self.pieces and self.pieces[-1].endswith(" ") else line:
                self.pieces.append(line)

    def end_line(self) -> None:
        text = clean_text("\n".join(line.strip() for line in "".join(self.pieces).split("\n")).strip(" |"))
        if text:
            self.lines.append(TextLine(text, is_heading=self.is_heading))
        self.pieces.clear()


def parse_html(content: bytes, charset: str | None = None, frames: Frames | None = _NO_FRAMES) -> HtmlPage:
    """Parse an HTML page. `charset` is what its envelope declares, if it has one. Nothing is ever fetched.

    `frames` are the pages that were saved with it, which its frames show: by address, their contents and charsets. None
    where frames are not read: those in frames could go on for ever.
    """
    # lxml refuses decoded text that still has an XML declaration with an encoding.
    decoded = _decode_page(content, charset)
    # Nor does it read on after a NUL.
    text = _DECLARATION.sub("", decoded.text.replace("\0", ""), count=1)
    if not text.strip():
        return HtmlPage()
    parser = lxml_html.HTMLParser(no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(text, parser=parser)
    except etree.ParserError:
        return HtmlPage()
    named = {meta.get("name", "").lower(): meta.get("content", "") for meta in root.iter("meta")}
    lines = tuple(_read_lines(_find_main_part(root), frames))
    return HtmlPage(
        lines or tuple(_read_lines_without_tree(text)),
        title=clean_title(root.findtext("head/title") or root.findtext("body/title") or ""),
        authors=parse_authors(named.get("author", "")),
        warnings=decoded.warnings,
    )


def _decode_page(content: bytes, charset: str | None) -> DecodedText:
    """Decode by the bytes, else by the encoding that the envelope declares, else the page."""
    declared = _CHARSET.search(content[:_DECLARATION_BYTES])
    return decode_bytes(content, charset, declared[1].decode("ascii") if declared else None)


def _find_main_part(root: Element) -> Element:
    """The element that is marked as the main part, if there is exactly one and it is large; else the body."""
    body = root.find("body")
    body = root if body is None else body
    candidates = [element for element in body.iter("main", "article", "div") if _is_main(element)]
    if len(candidates) == 1 and _count_words(candidates[0]) >= _MAIN_SHARE * _count_words(body):
        return candidates[0]
    return body


def _is_main(element: Element) -> bool:
    return element.tag == "main" or element.get("role") == "main"


def _count_words(element: Element) -> int:
    """The number of words that are read in this element."""
    return sum(len(line.text.split()) for line in _read_lines(element))


def _read_lines(root: Element, frames: Frames | None = None) -> Iterator[TextLine]:
    """The lines of an element, in one pass over its tree, and of the pages that its frames show.

    A walk and no recursion: pages may be nested more deeply than Python can call functions.
    """
    writer = _LineWriter()
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            _leave_element(element, writer)
            # The tail of the root itself lies outside the part that is read.
            writer.write(element.tail if element is not root else None)
        elif _is_unseen(element):
            walk.skip_subtree()
            if frames is not None and element.tag == "iframe" and not _is_hidden(element):
                writer.end_line()
                writer.lines.extend(_read_frame(element, frames))
        else:
            _enter_element(element, writer)
    writer.end_line()
    yield from writer.lines


def _read_frame(frame: Element, frames: Frames) -> tuple[TextLine, ...]:
    """The lines of the page that a frame holds itself, or that was saved with the page around it."""
    framed = frame.get("srcdoc", "")
    page = (framed.encode(), "utf-8") if framed else frames.get(frame.get("src", ""))
    return () if page is None else parse_html(*page, None).lines


def _read_lines_without_tree(text: str) -> Iterator[TextLine]:
    """The words of a page by regular expressions, for pages nested too deeply for the parser."""
    for line in _TAG.sub("\n", _UNSEEN_TEXT.sub("", text)).split("\n"):
        if said := to_single_line(html.unescape(line)):
            yield TextLine(said)


def _is_unseen(element: Element) -> bool:
    # A template is shown where it is what its element is made of (HTML Standard, 4.12.3).
    is_made_of = element.tag == "template" and element.get("shadowrootmode")
    return (element.tag in _UNSEEN and not is_made_of) or _is_hidden(element)


def _is_hidden(element: Element) -> bool:
    return (
        # « until-found » hides what a search in the page unfolds.
        element.get("hidden", "until-found").lower() != "until-found"
        or element.get("role") == "navigation"
        or bool(_HIDDEN_STYLE.search(element.get("style", "")))
    )


def _is_heading(element: Element) -> bool:
    return element.tag in _HEADINGS or element.get("role") == "heading"


def _enter_element(element: Element, writer: _LineWriter) -> None:
    if _is_block(element):
        writer.end_line()
    if _is_heading(element):
        writer.is_heading = True
    elif element.tag in _PREFORMATTED:
        writer.pre_depth += 1
    elif element.tag == "br":
        writer.pieces.append("\n" if not _is_in_cell(element) else " ")
    elif element.tag == "img":
        writer.write(f" {clean_description(element.get('alt', ''))} ")
    elif element.tag == "optgroup":
        writer.write(element.get("label"))
    elif element.tag in _BOXES:
        shown = element.tag == "input" and element.get("type", "").lower() in _SHOWN_INPUTS
        writer.write(f" {element.get('value', '') if shown else ''} ")
    writer.write(element.text)


def _leave_element(element: Element, writer: _LineWriter) -> None:
    # `skip_subtree` still gives the end event of the skipped element.
    if _is_unseen(element):
        return
    if element.tag in {"td", "th"}:
        _end_cell(writer)
    elif _is_block(element):
        writer.end_line()
    if _is_heading(element):
        writer.is_heading = False
    elif element.tag in _PREFORMATTED:
        writer.pre_depth -= 1
    elif element.tag in _BOXES:
        writer.write(" ")


def _end_cell(writer: _LineWriter) -> None:
    """Separate a cell by a bar from the next one; empty cells leave no second bar."""
    if to_single_line("".join(writer.pieces)) and not writer.pieces[-1].endswith("| "):
        writer.write(" | ")


def _is_block(element: Element) -> bool:
    """Whether the element begins and ends a line; a paragraph that is alone in its cell does not."""
    if element.tag in {"p", "div"} and (cell := element.getparent()) is not None and cell.tag in {"td", "th"}:
        return len(cell) > 1
    return element.tag in _BLOCKS or _is_heading(element) or bool(_BLOCK_STYLE.search(element.get("style", "")))


def _is_in_cell(element: Element) -> bool:
    """Whether the element is a child of a table cell, whose row is one line."""
    above = element.getparent()
    return above is not None and above.tag in {"td", "th"}
