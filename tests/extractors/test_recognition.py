"""Reading pictures: scanned pages, pictures of slides, image files."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from PIL import Image

from extractors import (
    NO_RECOGNITION_WARNING,
    Format,
    Limits,
    Reason,
    SectionUnit,
    UnreadableFileError,
    programs,
    recognition,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pptx.presentation import Presentation

    from extractors import Extraction

needs_tesseract = pytest.mark.skipif(
    not recognition.is_available(), reason="Tesseract is not installed, or without fra and eng"
)


@pytest.fixture
def page_of(pdf: Callable[..., bytes]) -> Callable[..., Image.Image]:
    """A picture of a page with these lines, as a scanner makes it."""

    def scan(*lines: str, dpi: int = 200) -> Image.Image:
        document = pypdfium2.PdfDocument(pdf(list(lines)))
        image: Image.Image = document[0].render(scale=dpi / 72).to_pil()
        document.close()
        return image

    return scan


def content(image: Image.Image, kind: str, **options: object) -> bytes:
    """The image as a file of this kind."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture
def no_program(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which no external program is installed."""
    monkeypatch.setenv("PATH", os.devnull)
    recognition._read_options.cache_clear()  # noqa: SLF001  what is remembered of this machine
    yield
    recognition._read_options.cache_clear()  # noqa: SLF001  idem


@needs_tesseract
def test_french(page_of: Callable[..., Image.Image]) -> None:
    """French is read with its accents and its punctuation."""
    image = page_of("Le non-recours à la complémentaire santé", "d’après l’enquête : où s’adresser ?".replace("’", "'"))
    assert list(recognition.recognise_text([image], Limits())) == [
        "Le non-recours à la complémentaire santé\nd'après l'enquête : où s'adresser ?"
    ]


@needs_tesseract
def test_scanned_pdf(read: Callable[[str, bytes], Extraction], page_of: Callable[..., Image.Image]) -> None:
    """Pages without a text layer are read, each under its number, and nobody is told that text is missing."""
    scans = [page_of("Guichet unique"), page_of(), page_of("Domiciliation")]
    extraction = read("scan.pdf", content(scans[0], "PDF", save_all=True, append_images=scans[1:], resolution=200))
    assert [(section.number, section.text) for section in extraction.sections] == [
        (1, "Guichet unique"),
        (3, "Domiciliation"),
    ]
    assert not any("numérisées" in warning for warning in extraction.warnings)


@pytest.mark.usefixtures("no_program")
def test_scanned_pdf_without_tesseract(
    read: Callable[[str, bytes], Extraction], page_of: Callable[..., Image.Image]
) -> None:
    """Without Tesseract a scanned document is kept, without text, and the animator is told why."""
    extraction = read("scan.pdf", content(page_of("Guichet unique"), "PDF"))
    assert extraction.sections == ()
    assert NO_RECOGNITION_WARNING in extraction.warnings


@needs_tesseract
def test_picture_of_a_slide(
    read: Callable[..., Extraction], deck: Presentation, page_of: Callable[..., Image.Image]
) -> None:
    """A slide that is nothing but a picture of one says what is written in it."""
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_picture(io.BytesIO(content(page_of("Coffre-fort", dpi=100), "PNG")), 0, 0)
    assert [section.text for section in read("a.pptx", deck).sections] == ["Coffre-fort"]


@needs_tesseract
def test_logo_of_every_slide(
    read: Callable[..., Extraction], deck: Presentation, page_of: Callable[..., Image.Image]
) -> None:
    """What every slide shows is a logo, and says nothing of any."""
    for _ in range(3):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        slide.shapes.add_picture(io.BytesIO(content(page_of("Logo", dpi=100), "PNG")), 0, 0)
    assert read("a.pptx", deck).sections == ()


@needs_tesseract
@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("TIFF", "tif"), ("WEBP", "webp")])
def test_image_file(
    kind: str, suffix: str, read: Callable[[str, bytes], Extraction], page_of: Callable[..., Image.Image]
) -> None:
    """An image by itself is a document of one page."""
    extraction = read(f"a.{suffix}", content(page_of("Aller vers"), kind))
    assert extraction.format is Format.IMAGE
    assert [(section.unit, section.number, section.text) for section in extraction.sections] == [
        (SectionUnit.PAGE, 1, "Aller vers")
    ]


@needs_tesseract
def test_image_of_several_pages(read: Callable[[str, bytes], Extraction], page_of: Callable[..., Image.Image]) -> None:
    """A fax of several pages keeps their numbers."""
    pages = [page_of("Premier"), page_of("Deuxième")]
    extraction = read("fax.tif", content(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    assert [(section.number, section.text) for section in extraction.sections] == [(1, "Premier"), (2, "Deuxième")]
    assert extraction.units == 2


@pytest.mark.usefixtures("no_program")
def test_image_file_without_tesseract(
    read: Callable[[str, bytes], Extraction], page_of: Callable[..., Image.Image]
) -> None:
    """Without Tesseract an image is kept without text, and the animator is told why."""
    extraction = read("a.png", content(page_of("Aller vers"), "PNG"))
    assert (extraction.sections, extraction.warnings) == ((), (NO_RECOGNITION_WARNING,))


@needs_tesseract
def test_transparent_and_turned(read: Callable[[str, bytes], Extraction], page_of: Callable[..., Image.Image]) -> None:
    """Transparency is paper, and a photograph is read as the camera was held."""
    image = page_of("Coffre-fort")
    see_through = Image.new("RGBA", image.size, (0, 0, 0, 0))
    ink = image.convert("L").point(lambda level: 255 - level)
    see_through.paste((0, 0, 0, 255), mask=ink)
    assert read("a.png", content(see_through, "PNG")).sections[0].text == "Coffre-fort"
    turned = image.rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # « turn a quarter clockwise to see it upright »
    assert read("a.jpg", content(turned, "JPEG", exif=exif)).sections[0].text == "Coffre-fort"


@needs_tesseract
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_page_that_lies_on_its_side(turn: int, page_of: Callable[..., Image.Image]) -> None:
    """A page that was put in the scanner the wrong way round is read."""
    lines = ["La domiciliation permet de recevoir son courrier", "et d'ouvrir des droits sociaux dans la commune."] * 5
    turned = page_of(*lines).rotate(turn, expand=True)
    assert "domiciliation permet de recevoir" in next(recognition.recognise_text([turned], Limits()))


@needs_tesseract
def test_budget(page_of: Callable[..., Image.Image]) -> None:
    """Pages beyond the budget are not even drawn, and what is missing can be counted and told."""
    drawn: list[int] = []

    def pages() -> Iterator[Image.Image]:
        for number in range(5):
            drawn.append(number)
            yield page_of("Mot")

    assert list(recognition.recognise_text(pages(), Limits(ocr_pages=2))) == ["Mot", "Mot"]
    assert drawn == [0, 1]
    assert list(recognition.recognise_text(pages(), Limits(ocr_seconds=0))) == []
    assert "3 pages" in recognition.warning_for_skipped_pages(3)
    assert "Une page" in recognition.warning_for_skipped_pages(1)


def test_pictures_worth_reading(page_of: Callable[..., Image.Image]) -> None:
    """A screenshot is read; a logo, a photograph, a flat colour and a drawing are not worth the time."""
    grain = Image.effect_noise((400, 300), sigma=60)
    assert recognition.open_picture(content(page_of("Je demande de l'aide", dpi=100), "PNG")) is not None
    assert recognition.open_picture(content(page_of("Logo", dpi=10), "PNG")) is None
    assert recognition.open_picture(content(grain, "PNG")) is None
    assert recognition.open_picture(content(Image.new("RGB", (400, 300), "navy"), "PNG")) is None
    assert recognition.open_picture(b"\x01\0\0\0 EMF") is None


@pytest.mark.parametrize("kept", [20, 100, 2000])
def test_damaged_image(
    kept: int,
    refusal: Callable[[str, bytes], Reason],
    page_of: Callable[..., Image.Image],
) -> None:
    """An image that stops halfway is refused as damaged."""
    assert refusal("a.png", content(page_of("Mot"), "PNG")[:kept]) is Reason.DAMAGED


def test_immense_image(refusal: Callable[[str, bytes], Reason]) -> None:
    """An image that would fill the memory is refused before it is decoded."""
    immense = content(Image.new("1", (12_000, 12_000)), "PNG")
    assert len(immense) < 100_000
    assert refusal("a.png", immense) is Reason.TOO_LARGE


def test_unsure_words_are_dropped() -> None:
    """What Tesseract itself doubts is no word; lines and paragraphs stay."""
    rows = [
        "level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext",
        "4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t",
        "5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t96.5\tAller",
        "5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t12\t~|",
        "5\t1\t1\t1\t1\t3\t0\t0\t9\t9\t90\tvers",
        "5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t90\tpartout",
        "5\t1\t1",
    ]
    assert recognition._keep_confident_words("\n".join(rows)) == "Aller vers\npartout"  # noqa: SLF001  the only decision in there


@pytest.mark.usefixtures("no_program")
def test_no_program_is_a_reason(page_of: Callable[..., Image.Image]) -> None:
    """Without Tesseract there is nothing to draw from: each picture gives no text, and no error."""
    assert list(recognition.recognise_text([page_of("Mot")], Limits())) == [""]
    with programs.private_folder() as folder, pytest.raises(UnreadableFileError) as refused:
        programs.run_program("tesseract", [], folder, 1)
    assert refused.value.reason is Reason.NO_CONVERTER
