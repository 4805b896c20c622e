"""Formats of documents in the terms of others: DCMI types, schema.org classes, media types."""

from __future__ import annotations

from dataclasses import dataclass

_OPENXML = "application/vnd.openxmlformats-officedocument"
_OPENDOCUMENT = "application/vnd.oasis.opendocument"


@dataclass(frozen=True, slots=True)
class StandardTypes:
    """A DCMI type, a schema.org class, and a media type, "" where a format has several."""

    dcmi: str
    schema_org: str
    media_type: str


def _text_types(media: str) -> StandardTypes:
    return StandardTypes("Text", "TextDigitalDocument", media)


def _slides_types(media: str) -> StandardTypes:
    return StandardTypes("Text", "PresentationDigitalDocument", media)


def _sheets_types(media: str) -> StandardTypes:
    return StandardTypes("Dataset", "SpreadsheetDigitalDocument", media)


DEFAULT_TYPES = StandardTypes("Text", "DigitalDocument", "")

TYPES_BY_FORMAT = {
    "pdf": StandardTypes("Text", "DigitalDocument", "application/pdf"),
    "pptx": _slides_types(f"{_OPENXML}.presentationml.presentation"),
    "odp": _slides_types(f"{_OPENDOCUMENT}.presentation"),
    "ppt": _slides_types("application/vnd.ms-powerpoint"),
    "docx": _text_types(f"{_OPENXML}.wordprocessingml.document"),
    "odt": _text_types(f"{_OPENDOCUMENT}.text"),
    "doc": _text_types("application/msword"),
    "rtf": _text_types("application/rtf"),
    "markdown": _text_types("text/markdown"),
    "texte": _text_types("text/plain"),
    "html": _text_types("text/html"),
    "courriel": _text_types("message/rfc822"),
    "epub": _text_types("application/epub+zip"),
    "sous-titres": _text_types(""),
    "xlsx": _sheets_types(f"{_OPENXML}.spreadsheetml.sheet"),
    "ods": _sheets_types(f"{_OPENDOCUMENT}.spreadsheet"),
    "xls": _sheets_types("application/vnd.ms-excel"),
    "csv": _sheets_types("text/csv"),
    "video": StandardTypes("MovingImage", "VideoObject", ""),
    "image": StandardTypes("StillImage", "ImageObject", ""),
    "zip": StandardTypes("Collection", "DigitalDocument", "application/zip"),
}
"""By the format of a document."""
