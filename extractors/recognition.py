"""Character recognition by Tesseract, within a budget for each file; the reader of image files."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageOps, ImageSequence

from extractors.errors import NO_RECOGNITION_WARNING, Reason, UnreadableFileError
from extractors.formats import Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.programs import TESSERACT, is_installed, private_folder, run_program
from extractors.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from extractors.model import Limits

RESOLUTION = 200
"""Dots per inch at which pages are rendered: 300 takes twice the time and reads printed pages no better."""

_POINTS_PER_INCH = 72


# The first of these that is installed is used, alone.
_LANGUAGES = ("fra", "eng")
# Tesseract’s confidence in percent; words below it are mostly stains and decorations.
_MIN_CONFIDENCE = 40
_LONGEST_SIDE = 4000
# Width and height in pixels: anything smaller is a logo or an icon.
_SMALLEST_PICTURE = (200, 80)
# Differences of grey between neighbouring pixels, by which writing is told from a photograph: at least _FLAT_SHARE of
# them are below _FLAT_STEP (a photograph has grain everywhere), and _EDGE_SHARE are _EDGE_STEP or more (ink on paper).
_FLAT_SHARE, _FLAT_STEP = 0.7, 3
_EDGE_SHARE, _EDGE_STEP = 0.0002, 64


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each page on which text is recognised; only TIFF files have several pages."""
    with translate_image_errors():
        image = Image.open(path)
    with image:
        count = getattr(image, "n_frames", 1)
        pages = (_prepare_picture(frame) for frame in ImageSequence.Iterator(image))
        with translate_image_errors():
            texts = list(recognise_text(pages, limits)) if is_available() else []
    sections = (Section(SectionUnit.PAGE, number, text) for number, text in enumerate(texts, 1) if text)
    return Extraction(Format.IMAGE, tuple(sections), units=count, warnings=tuple(_list_warnings(len(texts), count)))


def is_available() -> bool:
    """Whether Tesseract is installed with one of the languages."""
    return _choose_options() is not None


def recognise_text(pictures: Iterable[Image.Image], limits: Limits) -> Iterator[str]:
    """The text of each picture, "" where recognition fails; ends early when the file's budget is spent.

    Pictures are taken from the iterable one at a time, so that it may render them lazily.
    """
    deadline = time.monotonic() + limits.ocr_seconds
    # The range comes first: zip would otherwise take one picture more than allowed, and so render it for nothing.
    for _, picture in zip(range(limits.ocr_pages), pictures, strict=False):
        left = deadline - time.monotonic()
        if left <= 0:
            return
        try:
            text = _recognise_picture(picture, left)
        except UnreadableFileError as error:
            if error.reason is Reason.TOO_SLOW:
                return
            text = ""
        yield text


def page_scale(width: float, height: float) -> float:
    """Pixels for each point when a page is rendered for recognition; posters get a lower resolution."""
    return min(RESOLUTION / _POINTS_PER_INCH, _LONGEST_SIDE / max(width, height, 1))


def warning_for_skipped_pages(count: int) -> str:
    """The warning in French that the budget left out this many pages or pictures."""
    if count == 1:
        return "Une page numérisée n’a pas été lue : la reconnaissance de caractères aurait pris trop de temps."
    return f"{count} pages numérisées n’ont pas été lues : la reconnaissance de caractères aurait pris trop de temps."


def open_picture(content: bytes) -> Image.Image | None:
    """Open a picture if it may bear text; None if it is tiny, a photograph or a vector drawing."""
    try:
        with translate_image_errors():
            image = Image.open(BytesIO(content))
            if image.width < _SMALLEST_PICTURE[0] or image.height < _SMALLEST_PICTURE[1]:
                return None
            grey = _prepare_picture(image)
    except UnreadableFileError:
        return None
    return grey if _has_writing(grey) else None


def _list_warnings(read: int, count: int) -> Iterator[str]:
    if not is_available():
        yield NO_RECOGNITION_WARNING
    elif read < count:
        yield warning_for_skipped_pages(count - read)


def _prepare_picture(image: Image.Image) -> Image.Image:
    """The image in grey, upright by its EXIF data, reduced to a useful size, white where it is transparent."""
    check_image_size(image)
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("RGBA"))
        image = paper
    grey = ImageOps.exif_transpose(image).convert("L")
    grey.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return grey


def _has_writing(grey: Image.Image) -> bool:
    """Whether a picture in grey looks like writing on a plain ground."""
    # Shifted by one pixel: the difference of the two is that of all horizontal neighbours, at the speed of C.
    left = grey.crop((0, 0, grey.width - 1, grey.height))
    right = grey.crop((1, 0, grey.width, grey.height))
    steps = ImageChops.difference(left, right).histogram()
    total = sum(steps)
    return sum(steps[:_FLAT_STEP]) >= _FLAT_SHARE * total and sum(steps[_EDGE_STEP:]) >= _EDGE_SHARE * total


def _recognise_picture(image: Image.Image, seconds: float) -> str:
    options = _choose_options()
    if options is None:
        raise UnreadableFileError(Reason.NO_CONVERTER, TESSERACT)
    with private_folder() as folder:
        # PGM is uncompressed: encoding it costs nothing.
        source = folder / "page.pgm"
        image.convert("L").save(source)
        arguments = [str(source), "stdout", *options, "--dpi", str(RESOLUTION), "tsv"]
        return clean_text(
            _keep_confident_words(run_program(TESSERACT, arguments, folder, seconds).decode("utf-8", errors="replace"))
        )


def _keep_confident_words(table: str) -> str:
    """The words of Tesseract's TSV output in which it is confident, by lines.

    Its columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
    """
    lines: dict[tuple[str, ...], list[str]] = {}
    for row in table.splitlines()[1:]:
        columns = row.split("\t")
        if len(columns) == 12 and float(columns[10]) >= _MIN_CONFIDENCE:  # noqa: PLR2004  the columns named above
            lines.setdefault(tuple(columns[2:5]), []).append(columns[11])
    return "\n".join(" ".join(words) for words in lines.values())


def _choose_options() -> tuple[str, ...] | None:
    """Tesseract's options for the language and layout data that are installed; None without a language of ours."""
    # Not remembered where it is absent: it may be installed while this process runs.
    return _read_options() if is_installed(TESSERACT) else None


@cache
def _read_options() -> tuple[str, ...] | None:
    """Ask Tesseract for its languages, once in a process; gives what `_choose_options` does."""
    with private_folder() as folder:
        listed = run_program(TESSERACT, ["--list-langs"], folder, seconds=10).decode("utf-8", errors="replace").split()
    language = next((language for language in _LANGUAGES if language in listed), None)
    # Mode 1 also detects the orientation of a page, for a quarter more time: landscape pages are often scanned upright.
    return None if language is None else ("-l", language, "--psm", "1" if "osd" in listed else "3")


# A page of A4 at 600 dots per inch has 35 million.
_MOST_PIXELS = 100_000_000
# What Pillow's decoders raise on damaged files.
_PILLOW_ERRORS = (OSError, SyntaxError, ValueError, EOFError)


@contextmanager
def translate_image_errors() -> Iterator[None]:
    """Turn Pillow's errors into UnreadableFileError: opening, seeking and decoding can all raise."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableFileError(Reason.TOO_LARGE, str(error)) from error
    except _PILLOW_ERRORS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error


def check_image_size(image: Image.Image) -> None:
    """Refuse (UnreadableFileError) an image of too many pixels, before any of them is decoded."""
    if image.width * image.height > _MOST_PIXELS:
        raise UnreadableFileError(Reason.TOO_LARGE, f"{image.width} × {image.height} pixels")
