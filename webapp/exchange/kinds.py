"""Formats of documents in the terms of others: DCMI types, schema.org classes, media types."""

from __future__ import annotations

from dataclasses import dataclass

_OPENXML = "application/vnd.openxmlformats-officedocument"
_OPENDOCUMENT = "application/vnd.oasis.opendocument"


@dataclass(frozen=True, slots=True)
class Kind:
    """A DCMI type, a schema.org class, and a media type, "" where a format has several."""

    dcmi: str
    schema: str
    media: str


def _text(media: str) -> Kind:
    return Kind("Text", "TextDigitalDocument", media)


def _slides(media: str) -> Kind:
    return Kind("Text", "PresentationDigitalDocument", media)


def _sheets(media: str) -> Kind:
    return Kind("Dataset", "SpreadsheetDigitalDocument", media)


OTHER = Kind("Text", "DigitalDocument", "")

KINDS = {
    "pdf": Kind("Text", "DigitalDocument", "application/pdf"),
    "pptx": _slides(f"{_OPENXML}.presentationml.presentation"),
    "odp": _slides(f"{_OPENDOCUMENT}.presentation"),
    "ppt": _slides("application/vnd.ms-powerpoint"),
    "docx": _text(f"{_OPENXML}.wordprocessingml.document"),
    "odt": _text(f"{_OPENDOCUMENT}.text"),
    "doc": _text("application/msword"),
    "rtf": _text("application/rtf"),
    "markdown": _text("text/markdown"),
    "texte": _text("text/plain"),
    "html": _text("text/html"),
    "courriel": _text("message/rfc822"),
    "epub": _text("application/epub+zip"),
    "sous-titres": _text(""),
    "xlsx": _sheets(f"{_OPENXML}.spreadsheetml.sheet"),
    "ods": _sheets(f"{_OPENDOCUMENT}.spreadsheet"),
    "xls": _sheets("application/vnd.ms-excel"),
    "csv": _sheets("text/csv"),
    "video": Kind("MovingImage", "VideoObject", ""),
    "image": Kind("StillImage", "ImageObject", ""),
    "zip": Kind("Collection", "DigitalDocument", "application/zip"),
}
"""By the format of a document."""
