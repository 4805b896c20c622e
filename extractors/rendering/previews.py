"""Page images of all formats: PDF directly, office files converted to PDF first, one frame of a video.

Rendering runs in worker processes, by `Pool.submit_call`: the libraries that it needs are only imported there.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from extractors.detection import detect_format
from extractors.errors import Reason, UnreadableFileError
from extractors.extraction import load_reader
from extractors.formats import FORMATS, Format
from extractors.programs import LIBREOFFICE, convert_document, is_installed, private_folder
from extractors.zip_directory import open_archive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from extractors.format_spec import FormatSpec
    from extractors.model import Limits, RenderedPage

# Windows metafiles, which old versions of PowerPoint wrote, are for Windows to draw.
_THUMBNAIL = re.compile(r"(docProps/thumbnail|Thumbnails/thumbnail)\.(jpe?g|png)", re.IGNORECASE)
# Of the file's seconds, for LibreOffice; the rest is for counting the pages.
_SHARE_OF_TIME = 0.7


@dataclass(frozen=True, slots=True)
class PreviewSource:
    """What pages are rendered from: the file itself, or `pdf` where it had to be converted; `pages` is their number.

    Where nothing can draw a deck, `pdf` is the picture of its first slide that it carries, `kind` is an image, and
    `is_stand_in` is true: LibreOffice would draw more.
    A text or workbook counts as one page: its Sections are headings or sheets, to which further pages do not belong.
    """

    kind: Format
    pages: int
    pdf: bytes | None = None
    is_stand_in: bool = False


def can_preview(value: str) -> bool:
    """Whether pages of the format of this value can be rendered here; office formats need LibreOffice.

    Without it, a deck of today's formats may carry a picture of its first slide.
    """
    spec = FORMATS.get(value)
    return spec is not None and (
        spec.drawn or _may_carry_thumbnail(spec) or (bool(spec.pdf_filter) and is_installed(LIBREOFFICE))
    )


def awaits_converter(value: str) -> bool:
    """Whether pages of the format of this value would be rendered if LibreOffice were installed, and it is not."""
    spec = FORMATS.get(value)
    return spec is not None and bool(spec.pdf_filter) and not is_installed(LIBREOFFICE)


def open_preview(path: Path, limits: Limits) -> PreviewSource:
    """Prepare a file for `render_page`: convert it if need be, and count its pages. Runs in a worker process.

    UnreadableFileError if it cannot be rendered.
    """
    # Imported here, since only worker processes need the libraries that render.
    from extractors.rendering.page_images import count_pages, is_blank  # noqa: PLC0415

    kind = detect_format(path)
    if kind.spec.pdf_filter:
        with _unpack(path, kind, limits) as source:
            try:
                pdf = _convert_to_pdf(source, kind, limits)
            except UnreadableFileError as error:
                picture = _read_thumbnail(source, limits) if _may_carry_thumbnail(kind.spec) else b""
                if picture and not is_blank(picture):
                    return PreviewSource(Format.IMAGE, 1, picture, is_stand_in=error.reason is Reason.NO_CONVERTER)
                raise
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


def _may_carry_thumbnail(spec: FormatSpec) -> bool:
    return spec.is_deck and bool(spec.signs.content_type or spec.signs.mimetype)


def _read_thumbnail(path: Path, limits: Limits) -> bytes:
    """The picture of its first slide that a deck carries; b"" where it has none that can be shown."""
    with open_archive(path, limits) as archive:
        names = (name for name in archive.namelist() if _THUMBNAIL.fullmatch(name))
        return archive.read(name) if (name := next(names, "")) else b""


def _convert_to_pdf(path: Path, kind: Format, limits: Limits) -> bytes:
    """Convert an office file to PDF; pages are numbered as its slides or sheets are."""
    with private_folder() as folder:
        return convert_document(path, kind, kind.spec.pdf_filter, folder, limits.seconds * _SHARE_OF_TIME).read_bytes()


@contextmanager
def _unpack(path: Path, kind: Format, limits: Limits) -> Iterator[Path]:
    """What LibreOffice can open: a package that is one XML file would be drawn as the letters of its XML."""
    if kind not in {Format.WORD, Format.POWERPOINT}:
        yield path
        return
    # As above: it parses XML.
    from extractors.flat_packages import open_flat_office  # noqa: PLC0415

    with open_flat_office(path, limits) as (packed, _):
        yield packed
