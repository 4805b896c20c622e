"""Sending files of the library: originals and captions, never in a form that a browser could run."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from flask import request, send_file

from webapp.server import FILE_POLICY, ErrorExplanation, ProblemError, services

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from flask import Response

    from index.model import Document, Passage

# What no browser shows: it must never render markup that someone put into the library.
_DEFAULT_TYPE = "application/octet-stream"

_FILE_MISSING = ErrorExplanation(
    "Fichier absent de la bibliothèque",
    "Le document est connu, mais son fichier n’est plus à sa place\u00a0: il a sans doute été déplacé ou retiré.",
    "Son texte reste lisible sur sa page. Réessayez dans quelques minutes, ou demandez-le à l’équipe d’animation.",
)


def is_playable(document: Document) -> bool:
    """Return whether browsers play a document in the page; another one can only be downloaded."""
    format_ = services().format_of(document)
    return format_.is_recording and any(
        PurePosixPath(path).suffix.lower() in format_.browser_types for path in document.paths
    )


def send_original(library: Path, document: Document) -> Response:
    """Return a document's file: a recording to play in the page, anything else to download.

    Ranges and conditional requests are answered. Raises ProblemError (404) where no file is left.
    """
    path = _find_library_file(library, document)
    if path is None:
        raise ProblemError(404, _FILE_MISSING)
    _settle_range(path)
    format_, suffix = services().format_of(document), path.suffix.lower()
    media_type = format_.browser_types.get(suffix, _DEFAULT_TYPE)
    watched = format_.is_recording and suffix in format_.browser_types
    response = send_file(
        path,
        mimetype=media_type,
        as_attachment=not watched,
        download_name=_download_name(path),
        conditional=True,
    )
    if not watched:
        response.headers["Content-Security-Policy"] = FILE_POLICY
    return _delegate_range(response, path)


def send_captions(library: Path, document: Document) -> Response | None:
    """Return the file of captions if it is WebVTT, which browsers read as it is; else None."""
    path = _find_library_file(library, document)
    if path is None or path.suffix.lower() != ".vtt":
        return None
    _settle_range(path)
    response = send_file(path, mimetype="text/vtt", conditional=True)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _download_name(path: Path) -> str:
    # Cc: Linux allows line breaks in names, headers do not. Cf: marks of text direction can hide the true suffix.
    return "".join("_" if unicodedata.category(letter) in {"Cc", "Cf"} else letter for letter in path.name)


_RANGES = re.compile(r"\s*bytes\s*=([\d\s,-]*)", re.IGNORECASE)
_RANGE = re.compile(r"(\d{0,18})-(\d{0,18})")
_MOST_RANGES = 100


def _settle_range(path: Path) -> None:
    """Have the request ask for one part of the file, or for all of it, where Werkzeug would refuse it (RFC 9110, 14.2).

    A range that is none, or of another unit, is ignored; so are several, which may be answered by the whole file.
    """
    wanted = request.environ.get("HTTP_RANGE")
    if wanted is None:
        return
    parts = _parse_ranges(wanted) if request.method == "GET" else None
    size = path.stat().st_size
    satisfiable = [part for part in parts or () if _is_satisfiable(part, size)]
    if parts is None or len(satisfiable) > 1:
        del request.environ["HTTP_RANGE"]
    elif len(parts) > 1:
        # One that is left is answered; none is refused, as one that lies behind the end is.
        first, last = satisfiable[0] if satisfiable else (str(size), "")
        request.environ["HTTP_RANGE"] = f"bytes={first}-{last}"


def _parse_ranges(wanted: str) -> list[tuple[str, str]] | None:
    """Return the first and last bytes of ranges, as they are written; None where that is no range of bytes."""
    match = _RANGES.fullmatch(wanted)
    if match is None:
        return None
    found = [_RANGE.fullmatch(part.strip()) for part in match[1].split(",") if part.strip()]
    parts = [(each[1], each[2]) for each in found if each is not None]
    is_wrong = any(not (first or last) or (first and last and int(first) > int(last)) for first, last in parts)
    return None if is_wrong or not parts or len(parts) != len(found) or len(parts) > _MOST_RANGES else parts


def _is_satisfiable(part: tuple[str, str], size: int) -> bool:
    first, last = part
    return int(first) < size if first else int(last) > 0 and size > 0


def _delegate_range(response: Response, path: Path) -> Response:
    """Have the server read the part of a file that a range asks for; returns the same response.

    Werkzeug leaves whole files to waitress, which sends them at the client's pace without holding a thread. A part it
    reads by itself, which would keep a thread busy for as long as someone watches.
    """
    wrapper = request.environ.get("wsgi.file_wrapper")
    if wrapper is None or response.status_code != HTTPStatus.PARTIAL_CONTENT:
        return response
    # waitress sends as many bytes as Content-Length says, from where the file stands, and closes it.
    file = path.open("rb")
    file.seek(response.content_range.start or 0)
    response.response.close()  # type: ignore[union-attr]  # a part is always read through an object that closes
    response.response = wrapper(file)
    return response


def _find_library_file(library: Path, document: Document) -> Path | None:
    """Return the path of the first of the document's locations that is still a file of the library, or None."""
    root = library.resolve()
    for relative in document.paths:
        try:
            path = (root / relative).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            continue
        # Neither a path of the catalogue nor a symbolic link may lead out of the library.
        if path.is_relative_to(root) and path.is_file():
            return path
    return None


_CUE_CHARACTERS = 84
"""Characters that a person reads at once under a video: two lines of 42."""

_DEFAULT_SECONDS = 5.0
"""Seconds that a passage without an end is shown."""


def render_webvtt(passages: Iterable[Passage], note: str = "") -> str:
    """Return passages as a WebVTT file, with a note at its head where there is one.

    The indexer gathers many cues into one passage; here a passage is cut again into cues of two lines, and its time is
    shared out among them by their length.
    """
    cues = (cue for passage in passages for cue in _split_cues(passage))
    head = ("WEBVTT", f"NOTE {_escape_cue(note)}") if note else ("WEBVTT",)
    return "\n\n".join((*head, *cues)) + "\n"


def _split_cues(passage: Passage) -> Iterator[str]:
    lines = [line for row in passage.text.splitlines() for line in textwrap.wrap(row, _CUE_CHARACTERS)]
    start = passage.locator.start or 0.0
    end = passage.locator.end or start + _DEFAULT_SECONDS
    letters = sum(map(len, lines))
    for line in lines:
        # Of the time left, by the letters left: rounding never pushes the last cue beyond the end.
        until = start + (end - start) * len(line) / letters
        letters -= len(line)
        yield f"{_format_timestamp(start)} --> {_format_timestamp(until)}\n{_escape_cue(line)}"
        start = until


def _format_timestamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _escape_cue(text: str) -> str:
    # « > » too: « --> » in a cue's text would be read as the timing of another cue.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
