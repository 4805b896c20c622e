"""Page images of all formats: PDF directly, office files converted to PDF first, one frame of a video.

Rendering runs in worker processes, by `Pool.submit_call`: the libraries that it needs are only imported there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors import office
from extractors.converters import installed, private_folder
from extractors.errors import Reason, UnreadableFileError
from extractors.kinds import detect
from extractors.sections import Format

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.limits import Limits
    from extractors.page_words import Place

# Of the file's seconds, for LibreOffice; the rest is for counting the pages.
_SHARE_OF_TIME = 0.7
# Hidden slides are exported too, and each sheet on one page: page numbers are then those of the Sections.
_SLIDES = 'pdf:impress_pdf_Export:{"ExportHiddenSlides":{"type":"boolean","value":"true"}}'
_SHEETS = 'pdf:calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
_TEXT = "pdf:writer_pdf_Export"
_DECKS = frozenset({Format.POWERPOINT, Format.OLD_POWERPOINT, Format.ODF_SLIDES})
_EXPORTS: dict[Format, str] = {
    **dict.fromkeys(_DECKS, _SLIDES),
    **dict.fromkeys((Format.EXCEL, Format.OLD_EXCEL, Format.ODF_SHEETS), _SHEETS),
    **dict.fromkeys((Format.WORD, Format.OLD_WORD, Format.ODF_TEXT, Format.RTF), _TEXT),
}


@dataclass(frozen=True, slots=True)
class Showable:
    """What pages are rendered from: the file itself, or `pdf` where it had to be converted; `pages` is their number.

    A text or workbook counts as one page: its Sections are headings or sheets, to which further pages do not belong.
    """

    kind: Format
    pages: int
    pdf: bytes | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as a WebP image, its size in pixels, and its text with the boxes of its words."""

    image: bytes
    width: int
    height: int
    text: str = ""
    words: tuple[Place, ...] = ()


def can_show(kind: Format) -> bool:
    """Whether pages of this format can be rendered here; office formats need LibreOffice."""
    return kind in {Format.PDF, Format.IMAGE, Format.VIDEO} or (kind in _EXPORTS and installed(office.PROGRAM))


def open_for_show(path: Path, limits: Limits) -> Showable:
    """Prepare a file for `render_page`: convert it if need be, and count its pages. Runs in a worker process.

    UnreadableFileError if it cannot be rendered.
    """
    # Imported here, since only worker processes need the libraries that render.
    from extractors.page_images import page_count  # noqa: PLC0415

    kind = detect(path)
    if kind in _EXPORTS:
        pdf = as_pdf(path, kind, limits)
        return Showable(Format.PDF, page_count(pdf, limits) if kind in _DECKS else 1, pdf)
    if kind is Format.PDF:
        return Showable(kind, page_count(path, limits))
    if kind in {Format.IMAGE, Format.VIDEO}:
        return Showable(kind, 1)
    raise UnreadableFileError(Reason.UNKNOWN_FORMAT, f"pas d’aperçu : {kind.value}")


def draw(path: Path, kind: Format, number: int, width: int, limits: Limits) -> Drawn:
    """Render one page, `number` counting from 1, at most `width` pixels wide. Runs in a worker process.

    `path` is the file, or the PDF that `open_preview` made of it. UnreadableFileError if there is no such page.
    """
    from extractors import page_images  # noqa: PLC0415 - as above

    if kind is Format.PDF:
        return page_images.draw_pdf(path, number, width, limits)
    if kind is Format.IMAGE:
        return page_images.draw_image(path, number, width)
    if kind is Format.VIDEO:
        from extractors import video  # noqa: PLC0415  its libraries are heavy, and of use to videos only

        return page_images.written(video.poster(path), width)
    raise UnreadableFileError(Reason.UNKNOWN_FORMAT, f"pas d’aperçu : {kind.value}")


def smaller(image: bytes, width: int) -> bytes:
    """The same image, at most `width` pixels wide. Runs in a worker process."""
    from extractors.page_images import smaller as drawn_smaller  # noqa: PLC0415 - as above

    return drawn_smaller(image, width)


def as_pdf(path: Path, kind: Format, limits: Limits) -> bytes:
    """Convert an office file to PDF; pages are numbered as its slides or sheets are."""
    with private_folder() as folder:
        return office.convert(path, kind, _EXPORTS[kind], folder, limits.seconds * _SHARE_OF_TIME).read_bytes()
