"""The registry of readers: which module reads which format. A new format adds one line."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from extractors.model import Extraction, Format

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.model import Limits

# Names and not modules: readers are imported at their first use, or ahead by the process that workers are forked from.
MODULES: dict[Format, str] = {
    Format.PDF: "extractors.readers.pdf.pdf_reader",
    Format.POWERPOINT: "extractors.readers.powerpoint.powerpoint_reader",
    Format.WORD: "extractors.readers.word.word_reader",
    Format.MARKDOWN: "extractors.readers.markdown",
    Format.TEXT: "extractors.text.decoding",
    Format.CAPTIONS: "extractors.readers.captions",
    Format.VIDEO: "extractors.readers.audio_video",
    Format.ODF_TEXT: "extractors.readers.opendocument.odf_text",
    Format.ODF_SLIDES: "extractors.readers.opendocument.odf_slides",
    Format.ODF_SHEETS: "extractors.readers.opendocument.odf_sheets",
    Format.EXCEL: "extractors.readers.excel.excel_reader",
    Format.CSV: "extractors.readers.csv",
    Format.RTF: "extractors.readers.rtf.rtf_reader",
    Format.HTML: "extractors.readers.html",
    Format.EMAIL: "extractors.readers.mail",
    Format.EPUB: "extractors.readers.epub",
    Format.ARCHIVE: "extractors.readers.archive",
    Format.IMAGE: "extractors.recognition",
    Format.OLD_WORD: "extractors.readers.legacy_office",
    Format.OLD_POWERPOINT: "extractors.readers.legacy_office",
    Format.OLD_EXCEL: "extractors.readers.legacy_office",
}


class FormatReader(Protocol):
    """The interface that every format module has."""

    def extract(self, path: Path, limits: Limits) -> Extraction:
        """Read a file of this format within limits; UnreadableFileError if that fails."""
        ...


def load_reader(kind: Format) -> FormatReader:
    """The module that reads this format, imported at its first use: the main process never loads any."""
    return cast("FormatReader", import_module(MODULES[kind]))
