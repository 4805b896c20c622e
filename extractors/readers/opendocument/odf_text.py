"""The reader of OpenDocument texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.formats import Format
from extractors.model import Extraction
from extractors.readers.embedded_objects import read_embedded_objects
from extractors.readers.opendocument.odf_content import (
    OFFICE,
    list_embedded,
    open_document,
    open_odf,
    read_content,
    read_lines,
    read_margins,
    read_properties,
)
from extractors.text import TextLine, clean_text, find_title, split_at_headings

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.model import Limits


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each heading with the text below it; what precedes the first heading is an untitled Section."""
    with open_odf(path, limits) as archive:
        stated = read_properties(archive)
        content, warnings = read_content(archive)
        body = content.find(f"{OFFICE}body/{OFFICE}text")
        # The lines tell a title where the file states none.
        document = open_document(archive, content, has_titles=not stated.get("title"))
        written = [] if body is None else list(read_lines(body.iterchildren("*"), document))
        # Controls that stand at no place of the text.
        written += map(TextLine, document.controls.values())
        sections = split_at_headings(written, clean_text("\n".join(read_margins(document))))
        further, unread = read_embedded_objects(list_embedded(content, archive), len(sections), limits)
    stated["title"] = stated.get("title") or find_title(written)
    return Extraction(Format.ODF_TEXT, sections + further, warnings=warnings + unread, **stated)
