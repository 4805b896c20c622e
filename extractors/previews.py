"""Page images: of PDF by PDFium, of office files by LibreOffice and then PDFium, of videos one frame."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw
from PIL import Image, ImageOps

from extractors import office
from extractors.converters import installed, private_folder
from extractors.errors import Reason, UnreadableFileError
from extractors.images import check_size, image_errors
from extractors.kinds import detect
from extractors.page_words import read_page
from extractors.sections import Format

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from extractors.limits import Limits
    from extractors.page_words import Place

_QUALITY = 75
_WIDEST = 2000
# A long narrow page (a receipt, a sheet printed whole) must not cost more than a poster.
_MOST_PIXELS = 8_000_000
_SHARE_OF_TIME = 0.7
# Hidden slides are exported too, and a sheet is one page: numbers are those of the Sections.
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
    """What a file has to show: `pages` counts them; `pdf` holds them where the file itself could not be drawn.

    Of a text or a workbook the first page alone is shown: their Sections are headings and sheets, not pages.
    """

    kind: Format
    pages: int
    pdf: bytes | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as a WebP image, its size in pixels, and the words on it with their places."""

    image: bytes
    width: int
    height: int
    text: str = ""
    words: tuple[Place, ...] = ()


def can_show(kind: Format) -> bool:
    """Whether files of this format have page images here."""
    return kind in {Format.PDF, Format.IMAGE, Format.VIDEO} or (kind in _EXPORTS and installed(office.PROGRAM))


def open_for_show(path: Path, limits: Limits) -> Showable:
    """How much of a file can be shown; runs in a worker, as a call of the Pool.

    UnreadableFileError where nothing can.
    """
    kind = detect(path)
    if kind in _EXPORTS:
        pdf = as_pdf(path, kind, limits)
        return Showable(Format.PDF, _page_count(pdf, limits) if kind in _DECKS else 1, pdf)
    if kind is Format.PDF:
        return Showable(kind, _page_count(path, limits))
    if kind in {Format.IMAGE, Format.VIDEO}:
        return Showable(kind, 1)
    raise UnreadableFileError(Reason.UNKNOWN_FORMAT, f"pas d’aperçu : {kind.value}")


def draw(path: Path, kind: Format, number: int, width: int, limits: Limits) -> Drawn:
    """One page, `number` counting from 1, as an image of at most this width in pixels; runs in a worker.

    UnreadableFileError where there is none to show.
    """
    if kind is Format.PDF:
        return _draw_pdf(path, number, width, limits)
    if kind is Format.IMAGE:
        return _draw_image(path, number, width)
    if kind is Format.VIDEO:
        from extractors import video  # noqa: PLC0415  its libraries are heavy, and of use to videos only

        return _written(video.poster(path), width)
    raise UnreadableFileError(Reason.UNKNOWN_FORMAT, f"pas d’aperçu : {kind.value}")


def smaller(image: bytes, width: int) -> bytes:
    """The same image at most so wide."""
    with image_errors(), Image.open(BytesIO(image)) as opened:
        return _written(opened, width).image


def as_pdf(path: Path, kind: Format, limits: Limits) -> bytes:
    """An office file as a PDF whose pages are numbered as its slides or sheets are."""
    with private_folder() as folder:
        return office.convert(path, kind, _EXPORTS[kind], folder, limits.seconds * _SHARE_OF_TIME).read_bytes()


def _page_count(source: Path | bytes, limits: Limits) -> int:
    with _opened(source, limits) as document:
        return len(document)


def _draw_pdf(source: Path | bytes, number: int, width: int, limits: Limits) -> Drawn:
    with _opened(source, limits) as document:
        return _draw_page(document, number, width)


@contextmanager
def _opened(source: Path | bytes, limits: Limits) -> Iterator[pypdfium2.PdfDocument]:
    """The document, by the first password that opens it; closed once it was used."""
    refusal = UnreadableFileError(Reason.DAMAGED)
    for password in (None, *limits.passwords):
        try:
            document = pypdfium2.PdfDocument(source, password)
        except pypdfium2.PdfiumError as error:
            refusal = UnreadableFileError(Reason.DAMAGED, str(error))
            if getattr(error, "err_code", None) != pypdfium2.raw.FPDF_ERR_PASSWORD:
                break
            refusal = UnreadableFileError(Reason.ENCRYPTED, str(error))
            continue
        try:
            yield document
        finally:
            document.close()
        return
    raise refusal


def _draw_page(document: pypdfium2.PdfDocument, number: int, width: int) -> Drawn:
    if not 1 <= number <= len(document):
        raise UnreadableFileError(Reason.DAMAGED, f"page {number} de {len(document)}")
    try:
        page = document[number - 1]
        across, down = page.get_size()
        scale = min(width, _WIDEST) / max(across, 1)
        scale = min(scale, (_MOST_PIXELS / max(across * down, 1)) ** 0.5)
        text, words = read_page(page)
        return replace(_written(page.render(scale=scale).to_pil(), width), text=text, words=words)
    except pypdfium2.PdfiumError as error:
        raise UnreadableFileError(Reason.DAMAGED, str(error)) from error


def _draw_image(path: Path, number: int, width: int) -> Drawn:
    with image_errors(), Image.open(path) as image:
        check_size(image)
        image.seek(number - 1)
        # JPEG can be decoded smaller, which spares a photograph most of its cost.
        image.draft("RGB", (width, width))
        return _written(ImageOps.exif_transpose(image), width)


def _written(image: Image.Image, width: int) -> Drawn:
    coloured = image.convert("RGB")
    coloured.thumbnail((min(width, _WIDEST), _MOST_PIXELS // max(width, 1)))
    stream = BytesIO()
    coloured.save(stream, "WEBP", quality=_QUALITY)
    return Drawn(stream.getvalue(), coloured.width, coloured.height)
