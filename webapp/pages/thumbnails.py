"""Images of documents' pages, from the cache that the indexer fills: thumbnails, pages, marked words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, send_file, url_for

from index.model import Unit
from index.preview_cache import COORDINATE_SCALE, MEDIA_TYPE
from index.search import find_spans
from webapp.auth import find_document_or_404
from webapp.server import FILE_POLICY, NOT_FOUND, ProblemError, services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.model import Document, Locator
    from index.preview_cache import PreviewPage
    from index.query import Match

thumbnail_blueprint = Blueprint("thumbnails", __name__, url_prefix="/documents")

# The parameter that names the content: a new version of a document has another address.
_VERSION_PARAM = "v"
_VERSION_LETTERS = 12
_YEAR_SECONDS = 365 * 24 * 3600

PAGED_UNITS = frozenset({Unit.PAGE, Unit.SLIDE})
"""Units of which each is one drawn page. Of documents in other units only the first page is drawn."""


@dataclass(frozen=True, slots=True)
class HighlightBox:
    """Where a word searched stands on an image, in units of 1 / COORDINATE_SCALE of its width and height."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PagePicture:
    """The image of a page: its address, its size in pixels, and the boxes of words searched."""

    address: str
    width: int
    height: int
    boxes: tuple[HighlightBox, ...] = ()
    scale: int = COORDINATE_SCALE


@thumbnail_blueprint.get("/<document_id>/vignette")
def thumbnail(document_id: str) -> Response:
    """Send the thumbnail of a document's first page."""
    document = find_document_or_404(document_id)
    return _send_image(document, services().previews.find_small_page(document.digest, 1), "vignette")


@thumbnail_blueprint.get("/<document_id>/pages/<int:number>.webp")
def page(document_id: str, number: int) -> Response:
    """Send the image of a page or slide, numbered from 1."""
    document = find_document_or_404(document_id)
    return _send_image(document, services().previews.find_page_image(document.digest, number), str(number))


@thumbnail_blueprint.get("/<document_id>/vignettes/<int:number>.webp")
def small_page(document_id: str, number: int) -> Response:
    """Send the small image of a page or slide, numbered from 1."""
    document = find_document_or_404(document_id)
    return _send_image(document, services().previews.find_small_page(document.digest, number), f"{number}-petite")


def thumbnail_address(document: Document, locator: Locator | None = None) -> str:
    """Return the address of a document's thumbnail, or of the page or slide of a locator; "" where none is drawn."""
    if (
        locator
        and locator.unit in PAGED_UNITS
        and locator.number > 1
        and (found := small_page_address(document, locator.number))
    ):
        return found
    if not services().previews.find_small_page(document.digest, 1):
        return ""
    return url_for("thumbnails.thumbnail", document_id=document.id, v=_content_version(document))


def small_page_address(document: Document, number: int) -> str:
    """Return the address of the small image of a page; where it was drawn without one, of its image; "" without any."""
    if number == 1:
        return thumbnail_address(document)
    if not services().previews.find_small_page(document.digest, number):
        found = find_picture(document, number)
        return found.address if found else ""
    version = _content_version(document)
    return url_for("thumbnails.small_page", document_id=document.id, number=number, v=version)


def find_picture(document: Document, number: int, match: Match | None = None) -> PagePicture | None:
    """Return the image of a page, with boxes around the words of `match`; None where it is not drawn."""
    # Reading the words of a page costs more than its size: only where there is something to mark.
    drawn = services().previews.read_page(document.digest, number, with_words=match is not None)
    if drawn is None:
        return None
    address = url_for("thumbnails.page", document_id=document.id, number=number, v=_content_version(document))
    boxes = tuple(_find_boxes(drawn, match)) if match else ()
    return PagePicture(address, drawn.width, drawn.height, boxes)


def find_passage_picture(document: Document, locator: Locator, match: Match | None) -> PagePicture | None:
    """Return the image of the page or slide where a passage stands; None for other units."""
    return find_picture(document, locator.number, match) if locator.unit in PAGED_UNITS else None


def count_drawn_pages(document: Document) -> int:
    """Return how many pages of a document have an image. Where they are not drawn yet, the indexer is asked to."""
    previews = services().previews
    count = previews.count_pages(document.digest)
    if not previews.is_current(document.digest):
        previews.request_pages(document.digest)
    if count is None:
        return 0
    # Pages least looked at are the first to be deleted when the cache is full.
    previews.mark_viewed(document.digest)
    return count


def _find_boxes(drawn: PreviewPage, match: Match) -> Iterator[HighlightBox]:
    # Spans and words are both positions in the text of the page.
    found = find_spans(drawn.text, match)
    for word in drawn.words:
        if any(start < word.end and word.start < end for start, end in found):
            yield HighlightBox(word.left, word.top, word.width, word.height)


def _content_version(document: Document) -> str:
    return document.digest[:_VERSION_LETTERS]


def _send_image(document: Document, path: Path | None, name: str) -> Response:
    if path is None:
        raise ProblemError(404, NOT_FOUND)
    response = send_file(path, mimetype=MEDIA_TYPE, conditional=True, etag=f"{document.digest}-{name}")
    response.headers["Content-Security-Policy"] = FILE_POLICY
    # An address that names the content never changes; « private », since not everyone may see the document.
    if request.args.get(_VERSION_PARAM) == _content_version(document):
        response.headers["Cache-Control"] = f"private, max-age={_YEAR_SECONDS}, immutable"
    return response
