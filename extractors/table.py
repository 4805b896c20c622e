"""The registry of readers: which module reads which format. A new format adds one line."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from extractors.sections import Extraction, Format

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.limits import Limits

# Names and not modules: readers are imported at their first use, or ahead by the process that workers are forked from.
MODULES: dict[Format, str] = {
    Format.PDF: "extractors.pdf",
    Format.POWERPOINT: "extractors.powerpoint",
    Format.WORD: "extractors.word",
    Format.MARKDOWN: "extractors.markdown",
    Format.TEXT: "extractors.text",
    Format.CAPTIONS: "extractors.captions",
    Format.VIDEO: "extractors.video",
    Format.ODF_TEXT: "extractors.odf_text",
    Format.ODF_SLIDES: "extractors.odf_slides",
    Format.ODF_SHEETS: "extractors.odf_sheets",
    Format.EXCEL: "extractors.excel",
    Format.CSV: "extractors.delimited",
    Format.RTF: "extractors.rtf",
    Format.HTML: "extractors.web",
    Format.EMAIL: "extractors.mail",
    Format.EPUB: "extractors.epub",
    Format.ARCHIVE: "extractors.archives",
    Format.IMAGE: "extractors.ocr",
    Format.OLD_WORD: "extractors.office",
    Format.OLD_POWERPOINT: "extractors.office",
    Format.OLD_EXCEL: "extractors.office",
}


class FormatReader(Protocol):
    """The interface that every format module has."""

    def extract(self, path: Path, limits: Limits) -> Extraction:
        """Read a file of this format within limits; UnreadableFileError if that fails."""
        ...


def load_reader(kind: Format) -> FormatReader:
    """The module that reads this format, imported at its first use: the main process never loads any."""
    return cast("FormatReader", import_module(MODULES[kind]))
