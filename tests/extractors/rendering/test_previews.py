"""Page images, and where words stand on them."""

from __future__ import annotations

import io
import os
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from extractors import Format, Limits, Pool, Reason, UnreadableFileError, programs
from extractors.programs import is_installed
from extractors.rendering import previews
from extractors.rendering.page_images import SCALE
from tests.extractors.samples import sample, unzipped, zipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docx.document import Document
    from pptx.presentation import Presentation

needs_office = pytest.mark.skipif(not is_installed(programs.LIBREOFFICE), reason="LibreOffice is not installed")


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Saves this content under this name."""

    def save(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return save


def shown(content: bytes) -> Image.Image:
    """The page image, decoded."""
    image = Image.open(io.BytesIO(content))
    assert image.format == "WEBP"
    return image


def ink(content: bytes) -> int:
    """How dark the page is: blank pages are 0."""
    return sum(shown(content).convert("L").point(lambda level: level < 128).histogram()[1:])


def refused(call: Callable[[], object]) -> Reason:
    """Why there is no image."""
    with pytest.raises(UnreadableFileError) as refusal:
        call()
    return refusal.value.reason


def test_pdf(saved: Callable[..., Path], pdf: Callable[..., bytes]) -> None:
    """A page of a PDF is shown at the width that is asked for, and it is that page."""
    path = saved("a.pdf", pdf([], ["Guichet unique"]))
    first, second = (previews.render_page(path, Format.PDF, number, 400, Limits()).image for number in (1, 2))
    assert shown(second).size == (400, 566)
    assert ink(first) == 0
    assert ink(second) > 0


def test_pdf_page_that_is_not_there(saved: Callable[..., Path], pdf: Callable[..., bytes]) -> None:
    """A page before the first or after the last, and a damaged PDF, are named failures."""
    path = saved("a.pdf", pdf(["Mot"]))
    for number in (0, 2):
        assert refused(partial(previews.render_page, path, Format.PDF, number, 400, Limits())) is Reason.DAMAGED
    path = saved("b.pdf", b"%PDF-1.7 rien")
    assert refused(partial(previews.render_page, path, Format.PDF, 1, 400, Limits())) is Reason.DAMAGED


def test_immense_pdf_page(saved: Callable[..., Path], pdf: Callable[..., bytes]) -> None:
    """A page as long as a street is drawn smaller rather than filling the memory."""
    path = saved(
        "a.pdf", pdf(["Mot"]).replace(b"/MediaBox [ 0 0 595.2756 841.8898 ]", b"/MediaBox [ 0 0 20 14000.0000 ]")
    )
    image = shown(previews.render_page(path, Format.PDF, 1, 2000, Limits()).image)
    assert image.width * image.height <= 8_100_000


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_image(kind: str, saved: Callable[..., Path]) -> None:
    """An image is shown smaller, never larger than it is."""
    stream = io.BytesIO()
    Image.new("RGB", (300, 100), "navy").save(stream, kind)
    path = saved("a", stream.getvalue())
    assert shown(previews.render_page(path, Format.IMAGE, 1, 150, Limits()).image).size == (150, 50)
    assert shown(previews.render_page(path, Format.IMAGE, 1, 900, Limits()).image).size == (300, 100)
    assert refused(partial(previews.render_page, path, Format.IMAGE, 2, 150, Limits())) is Reason.DAMAGED


def test_video(saved: Callable[..., Path]) -> None:
    """A video is shown by one of its images."""
    path = saved("a.mp4", sample(".mp4"))
    assert shown(previews.render_page(path, Format.VIDEO, 1, 32, Limits()).image).size == (32, 24)


@needs_office
def test_slides(saved: Callable[..., Path], deck: Presentation, edited: Callable[..., bytes], tmp_path: Path) -> None:
    """A slide is shown under its number in the deck, hidden slides counted."""
    for title in ("", "", "Guichet"):
        deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = title
    deck.slides[0]._element.set("show", "0")  # noqa: SLF001  python-pptx has no other way to hide a slide
    shown_ = previews.open_preview(saved("a.pptx", edited(deck, {})), Limits())
    assert (shown_.kind, shown_.pages) == (Format.PDF, 3)
    assert shown_.pdf
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(shown_.pdf)
    drawn = [previews.render_page(pdf, Format.PDF, number, 320, Limits()) for number in (2, 3)]
    assert shown(drawn[1].image).size == (320, 240)
    assert [each.text.split() for each in drawn] == [[], ["Guichet"]]


@needs_office
def test_word_shows_its_first_page(
    saved: Callable[..., Path], document: Document, edited: Callable[..., bytes], tmp_path: Path
) -> None:
    """The headings of a text are not its pages: the first one alone is shown, from a PDF that is given along."""
    document.add_paragraph("Un")
    document.add_paragraph("Deux").paragraph_format.page_break_before = True
    shown_ = previews.open_preview(saved("a.docx", edited(document, {})), Limits())
    assert (shown_.kind, shown_.pages) == (Format.PDF, 1)
    assert shown_.pdf
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(shown_.pdf)
    assert previews.render_page(pdf, Format.PDF, 1, 600, Limits()).text.split() == ["Un"]


def test_without_libreoffice(saved: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where LibreOffice is not installed, office files have no page images, and it is known beforehand."""
    monkeypatch.setenv("PATH", os.devnull)
    assert previews.can_preview(Format.PDF.value)
    assert not previews.can_preview(Format.WORD.value)
    path = saved("a.docx", sample(".docx"))
    assert refused(partial(previews.open_preview, path, Limits())) is Reason.NO_CONVERTER


@pytest.mark.parametrize(
    ("name", "entry"), [("a.pptx", "docProps/thumbnail.jpeg"), ("a.odp", "Thumbnails/thumbnail.png")]
)
def test_a_deck_that_nothing_can_draw(
    name: str, entry: str, saved: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where LibreOffice is not installed, the picture of its first slide that a deck carries is its first image."""
    monkeypatch.setenv("PATH", os.devnull)
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((256, 128)).save(stream, "JPEG" if entry.endswith("jpeg") else "PNG")
    entries = unzipped(sample(f".{name[2:]}"))
    parts = {name: part for name, part in entries.items() if "humbnail" not in name}
    blank = io.BytesIO()
    Image.new("RGB", (256, 192), "white").save(blank, "JPEG" if entry.endswith("jpeg") else "PNG")
    # One without a picture, and one with a picture that shows nothing, have a card with their title instead.
    for without in (parts, {**parts, entry: blank.getvalue()}):
        path = saved(name, zipped(without))
        assert refused(partial(previews.open_preview, path, Limits())) is Reason.NO_CONVERTER
    source = previews.open_preview(saved(name, zipped({**entries, entry: stream.getvalue()})), Limits())
    assert (source.kind, source.pages) == (Format.IMAGE, 1)
    picture = tmp_path / "image"
    picture.write_bytes(source.pdf or b"")
    drawn = previews.render_page(picture, source.kind, 1, 200, Limits())
    assert (drawn.width, drawn.height) == (200, 100)


def test_format_without_pages(saved: Callable[..., Path]) -> None:
    """A text has no page image."""
    assert not previews.can_preview(Format.TEXT.value)
    path = saved("a.txt", b"mot")
    assert refused(partial(previews.open_preview, path, Limits())) is Reason.UNKNOWN_FORMAT
    assert refused(partial(previews.render_page, path, Format.TEXT, 1, 200, Limits())) is Reason.UNKNOWN_FORMAT


def test_words_stand_where_they_are_seen(saved: Callable[..., Path], pdf: Callable[..., bytes]) -> None:
    """The ink of a page is inside its words' places, and each place gives its word in the text."""
    drawn = previews.render_page(saved("a.pdf", pdf(["Guichet unique", "Accueil"])), Format.PDF, 1, 1000, Limits())
    assert [drawn.text[start:end] for start, end, *_ in drawn.words] == ["Guichet", "unique", "Accueil"]
    image = shown(drawn.image).convert("L").point(lambda level: 255 if level < 128 else 0)
    assert image.getbbox()
    for _, _, left, top, width, height in drawn.words:
        box = [
            left * drawn.width // SCALE - 2,
            top * drawn.height // SCALE - 2,
            (left + width) * drawn.width // SCALE + 2,
            (top + height) * drawn.height // SCALE + 2,
        ]
        image.paste(0, (box[0], box[1], box[2], box[3]))
    assert image.getbbox() is None


def test_words_of_a_turned_page(saved: Callable[..., Path], pdf: Callable[..., bytes]) -> None:
    """A page that is shown on its side has its words on their side too."""
    upright = pdf(["Guichet"])
    turned = upright.replace(b"/Rotate 0", b"/Rotate 90")
    assert turned != upright
    drawn = previews.render_page(saved("a.pdf", turned), Format.PDF, 1, 500, Limits())
    ((_, _, _, _, width, height),) = drawn.words
    assert width * drawn.width < height * drawn.height


def test_text_is_drawn_without_loss(saved: Callable[..., Path], pdf: Callable[..., bytes]) -> None:
    """Letters on white have no smear around them (« VP8L » in WebP), in fewer bytes; a photograph is compressed."""
    page = saved("a.pdf", pdf(["Le non-recours aux droits sociaux"] * 20))
    drawn = previews.render_page(page, Format.PDF, 1, 600, Limits()).image
    assert drawn[12:16] == b"VP8L"
    shades = shown(drawn).convert("L").histogram()
    # Paper stays white.
    assert shades.index(max(shades)) >= 254
    stream = io.BytesIO()
    Image.merge("RGB", [Image.effect_noise((600, 400), 80) for _ in "RGB"]).save(stream, "PNG")
    photograph = saved("a.png", stream.getvalue())
    assert previews.render_page(photograph, Format.IMAGE, 1, 600, Limits()).image[12:16] == b"VP8 "


def test_in_a_worker(saved: Callable[..., Path], pdf: Callable[..., bytes]) -> None:
    """Page images are made where files are read: within limits, and apart."""
    path = saved("a.pdf", pdf(["Mot"]))
    with Pool(1, Limits()) as pool:
        assert pool.submit_call(partial(previews.open_preview, path, Limits())).result(30).pages == 1
        drawn = pool.submit_call(partial(previews.render_page, path, Format.PDF, 1, 100, Limits())).result(30)
        assert shown(drawn.image).width == drawn.width == 100
        assert (
            pool.submit_call(partial(previews.render_page, path, Format.PDF, 7, 100, Limits())).exception(30)
            is not None
        )
        small = shown(pool.submit_call(partial(previews.shrink_image, drawn.image, 40)).result(30))
        assert small.width == 40
