"""Page images: of PDF by PDFium, of office files by LibreOffice and then PDFium, of videos one frame."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw
from PIL import Image, ImageOps

from extractors import office
from extractors.converters import installed, private_folder
from extractors.errors import Reason, UnreadableFileError
from extractors.images import check_size, image_errors
from extractors.preview_cache import page_key, pdf_key
from extractors.sections import Format

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.limits import Limits
    from extractors.preview_cache import PreviewCache

MEDIA_TYPE = "image/webp"

_QUALITY = 80
_WIDEST = 2000
# A long narrow page (a receipt, a sheet printed whole) must not cost more than a poster.
_MOST_PIXELS = 8_000_000
_SHARE_OF_TIME = 0.7
# Hidden slides are exported too, and a sheet is one page: numbers are those of the Sections.
_SLIDES = 'pdf:impress_pdf_Export:{"ExportHiddenSlides":{"type":"boolean","value":"true"}}'
_SHEETS = 'pdf:calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
_TEXT = "pdf:writer_pdf_Export"
_EXPORTS: dict[Format, str] = {
    **dict.fromkeys((Format.POWERPOINT, Format.OLD_POWERPOINT, Format.ODF_SLIDES), _SLIDES),
    **dict.fromkeys((Format.EXCEL, Format.OLD_EXCEL, Format.ODF_SHEETS), _SHEETS),
    **dict.fromkeys((Format.WORD, Format.OLD_WORD, Format.ODF_TEXT, Format.RTF), _TEXT),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The page to show: `number` counts from 1 as Sections do, `width` is in pixels; `digest` names the content."""

    path: Path
    digest: str
    format: Format
    number: int
    width: int


def can_show(kind: Format) -> bool:
    """Whether files of this format have page images here."""
    return kind in {Format.PDF, Format.IMAGE, Format.VIDEO} or (kind in _EXPORTS and installed(office.PROGRAM))


def preview(wanted: Wanted, cache: PreviewCache, limits: Limits) -> bytes:
    """The page image, from the cache if it is there; runs in a worker, as a call of the Pool.

    The PDF of an office file is kept too, so that its second page costs no second conversion.
    """
    key = page_key(wanted.digest, wanted.number, wanted.width)
    image = cache.find(key)
    if image is None:
        image = _pages_of(wanted, cache, limits)
        cache.keep(key, image)
    return image


def render(path: Path, kind: Format, number: int, width: int, limits: Limits) -> bytes:
    """One page as a WebP image of at most this width; UnreadableFileError where there is none to show."""
    if kind in _EXPORTS:
        return render_pdf(as_pdf(path, kind, limits), number, width, limits)
    if kind is Format.PDF:
        return render_pdf(path, number, width, limits)
    if kind is Format.IMAGE:
        return _render_image(path, number, width)
    if kind is Format.VIDEO:
        from extractors import video  # noqa: PLC0415  its libraries are heavy, and of use to videos only

        return _written(video.poster(path), width)
    raise UnreadableFileError(Reason.UNKNOWN_FORMAT, f"pas d’aperçu : {kind.value}")


def as_pdf(path: Path, kind: Format, limits: Limits) -> bytes:
    """An office file as a PDF whose pages are numbered as its slides or sheets are."""
    with private_folder() as folder:
        return office.convert(path, kind, _EXPORTS[kind], folder, limits.seconds * _SHARE_OF_TIME).read_bytes()


def render_pdf(source: Path | bytes, number: int, width: int, limits: Limits) -> bytes:
    """One page of a PDF, from its file or its bytes."""
    refusal = UnreadableFileError(Reason.DAMAGED)
    for password in (None, *limits.passwords):
        try:
            return _render_page(source, number, width, password)
        except pypdfium2.PdfiumError as error:
            refusal = UnreadableFileError(Reason.DAMAGED, str(error))
            if getattr(error, "err_code", None) != pypdfium2.raw.FPDF_ERR_PASSWORD:
                break
            refusal = UnreadableFileError(Reason.ENCRYPTED, str(error))
    raise refusal


def _pages_of(wanted: Wanted, cache: PreviewCache, limits: Limits) -> bytes:
    if wanted.format not in _EXPORTS:
        return render(wanted.path, wanted.format, wanted.number, wanted.width, limits)
    pdf = cache.find(pdf_key(wanted.digest))
    if pdf is None:
        pdf = as_pdf(wanted.path, wanted.format, limits)
        cache.keep(pdf_key(wanted.digest), pdf)
    return render_pdf(pdf, wanted.number, wanted.width, limits)


def _render_page(source: Path | bytes, number: int, width: int, password: str | None) -> bytes:
    document = pypdfium2.PdfDocument(source, password)
    try:
        if not 1 <= number <= len(document):
            raise UnreadableFileError(Reason.DAMAGED, f"page {number} de {len(document)}")
        page = document[number - 1]
        across, down = page.get_size()
        scale = min(width, _WIDEST) / max(across, 1)
        scale = min(scale, (_MOST_PIXELS / max(across * down, 1)) ** 0.5)
        return _written(page.render(scale=scale).to_pil(), width)
    finally:
        document.close()


def _render_image(path: Path, number: int, width: int) -> bytes:
    with image_errors(), Image.open(path) as image:
        check_size(image)
        image.seek(number - 1)
        # JPEG can be decoded smaller, which spares a photograph most of its cost.
        image.draft("RGB", (width, width))
        return _written(ImageOps.exif_transpose(image), width)


def _written(image: Image.Image, width: int) -> bytes:
    coloured = image.convert("RGB")
    coloured.thumbnail((min(width, _WIDEST), _MOST_PIXELS // max(width, 1)))
    stream = BytesIO()
    coloured.save(stream, "WEBP", quality=_QUALITY)
    return stream.getvalue()
