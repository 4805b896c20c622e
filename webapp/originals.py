"""The files of the library, as they may leave it."""

from __future__ import annotations

import unicodedata
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from flask import request, send_file

from webapp.errors import Explanation, ProblemError
from webapp.security import FILE_POLICY

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Response

    from index.model import Document

VIDEO = "video"

# Everything else leaves as plain bytes: a browser must never render markup that someone dropped in the library.
_TYPES = {
    ".pdf": "application/pdf",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_VIDEO_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".ogv": "video/ogg",
}
_BYTES = "application/octet-stream"

_GONE = Explanation(
    "Fichier absent de la bibliothèque",
    "Le document est connu, mais son fichier n’est plus à sa place\u00a0: il a sans doute été déplacé ou retiré.",
    "Son texte reste lisible sur sa page. Réessayez dans quelques minutes, ou demandez-le à l’équipe d’animation.",
)


def is_watchable(document: Document) -> bool:
    """Whether browsers may play a document: others can only be downloaded."""
    return document.format == VIDEO and any(
        PurePosixPath(path).suffix.lower() in _VIDEO_TYPES for path in document.paths
    )


def send_original(library: Path, document: Document) -> Response:
    """A document's file: a video to watch in the page, anything else to download. Answers ranges and revalidation."""
    path = _located(library, document)
    if path is None:
        raise ProblemError(404, _GONE)
    suffix = path.suffix.lower()
    watched = document.format == VIDEO and suffix in _VIDEO_TYPES
    response = send_file(
        path,
        mimetype=_VIDEO_TYPES[suffix] if watched else _TYPES.get(suffix, _BYTES),
        as_attachment=not watched,
        download_name=_name(path),
        conditional=True,
    )
    if not watched:
        response.headers["Content-Security-Policy"] = FILE_POLICY
    return _handed_over(response, path)


def send_captions(library: Path, document: Document) -> Response | None:
    """A document's file when browsers read it as captions just as it is."""
    path = _located(library, document)
    if path is None or path.suffix.lower() != ".vtt":
        return None
    response = send_file(path, mimetype="text/vtt", conditional=True)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _name(path: Path) -> str:
    # Linux allows a line break in a name; a header does not. A mark that turns the direction round hides the suffix.
    return "".join("_" if unicodedata.category(letter) in {"Cc", "Cf"} else letter for letter in path.name)


def _handed_over(response: Response, path: Path) -> Response:
    """The same answer, whose part of a file is left to the server to read.

    A whole file is left to it already. It sends Content-Length bytes at the pace of whoever watches and holds no thread
    meanwhile, where a part that we read ourselves would keep one busy until the end.
    """
    wrapper = request.environ.get("wsgi.file_wrapper")
    if wrapper is None or response.status_code != HTTPStatus.PARTIAL_CONTENT:
        return response
    file = path.open("rb")
    file.seek(response.content_range.start or 0)
    response.response.close()  # type: ignore[union-attr]  # a part is always read through an object that closes
    response.response = wrapper(file)
    return response


def _located(library: Path, document: Document) -> Path | None:
    """The first of the document's places that still holds a file of the library."""
    root = library.resolve()
    for relative in document.paths:
        try:
            path = (root / relative).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            continue
        # A path of the catalogue or a link in the library must not lead out of it.
        if path.is_relative_to(root) and path.is_file():
            return path
    return None
