"""The design system's icons by what they stand for; each class is written whole, for the set-up to find it."""

from __future__ import annotations

FORMATS = {
    "pdf": "fr-icon-file-pdf-line",
    "pptx": "fr-icon-slideshow-line",
    "ppt": "fr-icon-slideshow-line",
    "odp": "fr-icon-slideshow-line",
    "docx": "fr-icon-file-text-line",
    "doc": "fr-icon-file-text-line",
    "odt": "fr-icon-file-text-line",
    "rtf": "fr-icon-file-text-line",
    "xlsx": "fr-icon-table-line",
    "xls": "fr-icon-table-line",
    "ods": "fr-icon-table-line",
    "csv": "fr-icon-table-line",
    "sous-titres": "fr-icon-chat-quote-line",
    "video": "fr-icon-film-line",
    "html": "fr-icon-global-line",
    "courriel": "fr-icon-mail-line",
    "epub": "fr-icon-book-2-line",
    "zip": "fr-icon-archive-line",
    "image": "fr-icon-image-line",
}

FILE = "fr-icon-file-line"
"""Of any other format."""
