"""The words that a file holds, found in another way than the extractors’: neither can hide the other’s losses."""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from extractors import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from lxml.etree import _Element as Element

Words = Counter[str]

_WORD = re.compile(r"[^\W\d_]+")
_REFUSALS = (BadZipFile, etree.XMLSyntaxError, PyPdfError, KeyError, ValueError, TypeError, AttributeError, OSError)
_PARTS = {
    Format.WORD: re.compile(r"word/(document|footnotes|endnotes|comments)\d*\.xml"),
    Format.POWERPOINT: re.compile(r"ppt/(slides/slide|notesSlides/notesSlide|diagrams/data)\d*\.xml"),
    Format.ODF_TEXT: re.compile(r"content\.xml"),
    Format.ODF_SLIDES: re.compile(r"content\.xml"),
}
_TEXTS = {Format.WORD: ("{*}t",), Format.POWERPOINT: ("{*}t",)}
# Shown to nobody: the second form of what stands before it, what a reviewer deleted, the number of the page.
_UNSEEN = ("{*}Fallback", "{*}del", "{*}moveFrom", "{*}tracked-changes", "{*}annotation", "{*}fld")
# What every slide and every page of notes repeats; ours keeps a footer once.
_FURNITURE = frozenset({"dt", "ftr", "hdr", "sldNum"})


def words(text: str) -> Words:
    """The words of letters in a text, as the corpus's manifest counts them, whatever their case."""
    return Counter(_WORD.findall(text.casefold()))


def stated(folder: Path) -> dict[Path, int]:
    """How many words each file holds according to the folder's manifest, if it has one."""
    manifest = folder / "manifest.tsv"
    if not manifest.is_file():
        return {}
    with manifest.open(encoding="utf-8", newline="") as rows:
        listed = csv.DictReader(rows, delimiter="\t")
        return {folder / row["file"]: int(row["ref_words"]) for row in listed if row["ref_words"]}


def independent(path: Path, kind: Format) -> Words | None:
    """The words by another way: every text node of the parts that hold text, pypdf for PDF; None if there is none."""
    try:
        if kind is Format.PDF:
            return words("\n".join(page.extract_text() for page in PdfReader(path).pages))
        if kind in _PARTS:
            return words("\n".join(_paragraphs(path, kind)))
    except _REFUSALS:
        return None
    return None


def _paragraphs(path: Path, kind: Format) -> Iterator[str]:
    with ZipFile(path) as archive:
        for name in filter(_PARTS[kind].fullmatch, archive.namelist()):
            root = etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, huge_tree=True))
            for unseen in [*root.iter(*_UNSEEN), *_furniture(root)]:
                _drop(unseen)
            for paragraph in root.iter("{*}p", "{*}h"):
                yield "".join(_texts(paragraph, kind))


def _furniture(root: Element) -> Iterator[Element]:
    for placeholder in root.iter("{*}ph"):
        if placeholder.get("type") in _FURNITURE:
            yield from placeholder.iterancestors("{*}sp")


def _drop(element: Element) -> None:
    """Take an element away, and leave the text that follows it."""
    parent, tail = element.getparent(), element.tail
    if parent is not None:
        before = element.getprevious()
        if tail and before is not None:
            before.tail = (before.tail or "") + tail
        elif tail:
            parent.text = (parent.text or "") + tail
        parent.remove(element)


def _texts(paragraph: Element, kind: Format) -> Iterable[str]:
    """The text of one paragraph, without that of paragraphs inside it, which come by themselves."""
    if kind in _TEXTS:
        own = (node for node in paragraph.iter("{*}t") if next(node.iterancestors("{*}p"), None) is paragraph)
        return (node.text or "" for node in own)
    inner = {id(node) for nested in paragraph.iterdescendants("{*}p") for node in nested.iter()}
    pieces = [paragraph.text or ""]
    for node in paragraph.iterdescendants("*"):
        if id(node) not in inner:
            pieces.append(" " if str(node.tag).endswith(("}s", "}tab", "}line-break")) else node.text or "")
        parent = node.getparent()
        if parent is not None and id(parent) not in inner:
            pieces.append(node.tail or "")
    return pieces
