"""Content of another format that Word imports when it opens a document (altChunk, ECMA-376 part 1, 17.17.2)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from extractors.extraction import extract
from extractors.text import TextLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractors.model import Limits
    from extractors.ooxml import OfficePart

# The suffix decides between formats that are plain text; a type that is declared says more than the name of a part.
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "message/rfc822": ".mht",
    "text/plain": ".txt",
    **dict.fromkeys(("application/rtf", "text/rtf"), ".rtf"),
}


def read_imported_content(part: OfficePart, limits: Limits) -> Iterator[TextLine]:
    """The lines of the imported content, whatever its format; UnreadableFileError if it cannot be read."""
    suffix = _SUFFIXES.get(part.content_type) or PurePosixPath(part.name).suffix
    with TemporaryDirectory(prefix="ruche-") as folder:
        path = Path(folder) / f"contenu{suffix}"
        path.write_bytes(part.blob)
        sections = extract(path, replace(limits, nesting=limits.nesting - 1)).sections
    for section in sections:
        if section.title:
            yield TextLine(section.title, is_heading=True)
        for line in filter(None, (*section.text.split("\n"), section.notes)):
            yield TextLine(line)
