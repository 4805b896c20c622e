"""Page images of all formats: PDF directly, office files converted to PDF first, one frame of a video.

Rendering runs in worker processes, by `Pool.submit_call`: the libraries that it needs are only imported there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from extractors.detection import detect_format
from extractors.errors import Reason, UnreadableFileError
from extractors.extraction import load_reader
from extractors.formats import FORMATS, Format
from extractors.programs import LIBREOFFICE, convert_document, is_installed, private_folder

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.model import Limits, RenderedPage

# Of the file's seconds, for LibreOffice; the rest is for counting the pages.
_SHARE_OF_TIME = 0.7


@dataclass(frozen=True, slots=True)
class PreviewSource:
    """What pages are rendered from: the file itself, or `pdf` where it had to be converted; `pages` is their number.

    A text or workbook counts as one page: its Sections are headings or sheets, to which further pages do not belong.
    """

    kind: Format
    pages: int
    pdf: bytes | None = None


def can_preview(value: str) -> bool:
    """Whether pages of the format of this value can be rendered here; office formats need LibreOffice."""
    spec = FORMATS.get(value)
    return spec is not None and (spec.drawn or (bool(spec.pdf_filter) and is_installed(LIBREOFFICE)))


def open_preview(path: Path, limits: Limits) -> PreviewSource:
    """Prepare a file for `render_page`: convert it if need be, and count its pages. Runs in a worker process.

    UnreadableFileError if it cannot be rendered.
    """
    # Imported here, since only worker processes need the libraries that render.
    from extractors.rendering.page_images import count_pages  # noqa: PLC0415

    kind = detect_format(path)
    if kind.spec.pdf_filter:
        pdf = _convert_to_pdf(path, kind, limits)
        return PreviewSource(Format.PDF, count_pages(pdf, limits) if kind.spec.is_deck else 1, pdf)
    if kind.spec.drawn:
        return PreviewSource(kind, count_pages(path, limits) if kind.spec.is_paged else 1)
    raise UnreadableFileError(Reason.UNKNOWN_FORMAT, f"pas d’aperçu : {kind.value}")


def render_page(path: Path, kind: Format, number: int, width: int, limits: Limits) -> RenderedPage:
    """Render one page, `number` counting from 1, at most `width` pixels wide. Runs in a worker process.

    `path` is the file, or the PDF that `open_preview` made of it. UnreadableFileError if there is no such page.
    """
    from extractors.rendering import page_images  # noqa: PLC0415 - as above

    if kind is Format.PDF:
        return page_images.render_pdf_page(path, number, width, limits)
    if kind is Format.IMAGE:
        return page_images.render_image(path, number, width)
    if kind is Format.VIDEO:
        # By the registry, as all readers: its libraries are heavy, and of use to videos only.
        reader: Any = load_reader(Format.VIDEO)
        return page_images.encode_webp(reader.read_poster(path), width)
    raise UnreadableFileError(Reason.UNKNOWN_FORMAT, f"pas d’aperçu : {kind.value}")


def shrink_image(image: bytes, width: int) -> bytes:
    """The same image, at most `width` pixels wide. Runs in a worker process."""
    from extractors.rendering.page_images import shrink_image as drawn_smaller  # noqa: PLC0415 - as above

    return drawn_smaller(image, width)


def _convert_to_pdf(path: Path, kind: Format, limits: Limits) -> bytes:
    """Convert an office file to PDF; pages are numbered as its slides or sheets are."""
    with private_folder() as folder:
        return convert_document(path, kind, kind.spec.pdf_filter, folder, limits.seconds * _SHARE_OF_TIME).read_bytes()
