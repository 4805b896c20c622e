"""The design system's icon of each format. Set-up extracts the icons whose class it finds written in full."""

from __future__ import annotations

# By a document's format. Set-up looks for these very texts: a class put together at run time would have no icon.
FORMAT_ICONS = {
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

DEFAULT_ICON = "fr-icon-file-line"
"""The icon of any other format."""
