"""Page images, and the cache that keeps them."""

from __future__ import annotations

import io
import os
import threading
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from extractors import Format, Limits, Pool, Reason, UnreadableFileError, office, previews
from extractors.converters import installed
from extractors.preview_cache import PreviewCache, page_key, pdf_key
from tests.extractors.samples import sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docx.document import Document
    from pptx.presentation import Presentation

needs_office = pytest.mark.skipif(not installed(office.PROGRAM), reason="LibreOffice is not installed")

DIGEST = sha256(b"").hexdigest()


@pytest.fixture
def cache(tmp_path: Path) -> PreviewCache:
    """A cache of a thousand bytes."""
    return PreviewCache(tmp_path / "apercus", 1000)


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


def refused(call: Callable[[], bytes]) -> Reason:
    """Why there is no image."""
    with pytest.raises(UnreadableFileError) as refusal:
        call()
    return refusal.value.reason


def test_pdf(saved: Callable[..., Path], pdf: Callable[..., bytes]) -> None:
    """A page of a PDF is shown at the width that is asked for, and it is that page."""
    path = saved("a.pdf", pdf([], ["Guichet unique"]))
    first, second = (previews.render(path, Format.PDF, number, 400, Limits()) for number in (1, 2))
    assert shown(second).size == (400, 566)
    assert ink(first) == 0
    assert ink(second) > 0


def test_pdf_page_that_is_not_there(saved: Callable[..., Path], pdf: Callable[..., bytes]) -> None:
    """A page before the first or after the last, and a damaged PDF, are named failures."""
    path = saved("a.pdf", pdf(["Mot"]))
    for number in (0, 2):
        assert refused(partial(previews.render, path, Format.PDF, number, 400, Limits())) is Reason.DAMAGED
    path = saved("b.pdf", b"%PDF-1.7 rien")
    assert refused(partial(previews.render, path, Format.PDF, 1, 400, Limits())) is Reason.DAMAGED


def test_immense_pdf_page(saved: Callable[..., Path], pdf: Callable[..., bytes]) -> None:
    """A page as long as a street is drawn smaller rather than filling the memory."""
    path = saved(
        "a.pdf", pdf(["Mot"]).replace(b"/MediaBox [ 0 0 595.2756 841.8898 ]", b"/MediaBox [ 0 0 20 14000.0000 ]")
    )
    image = shown(previews.render(path, Format.PDF, 1, 2000, Limits()))
    assert image.width * image.height <= 8_100_000


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_image(kind: str, saved: Callable[..., Path]) -> None:
    """An image is shown smaller, never larger than it is."""
    stream = io.BytesIO()
    Image.new("RGB", (300, 100), "navy").save(stream, kind)
    path = saved("a", stream.getvalue())
    assert shown(previews.render(path, Format.IMAGE, 1, 150, Limits())).size == (150, 50)
    assert shown(previews.render(path, Format.IMAGE, 1, 900, Limits())).size == (300, 100)
    assert refused(partial(previews.render, path, Format.IMAGE, 2, 150, Limits())) is Reason.DAMAGED


def test_video(saved: Callable[..., Path]) -> None:
    """A video is shown by one of its images."""
    path = saved("a.mp4", sample(".mp4"))
    assert shown(previews.render(path, Format.VIDEO, 1, 32, Limits())).size == (32, 24)


@needs_office
def test_slides(saved: Callable[..., Path], deck: Presentation, edited: Callable[..., bytes]) -> None:
    """A slide is shown under its number in the deck, hidden slides counted."""
    for title in ("", "", "Guichet"):
        deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = title
    deck.slides[0]._element.set("show", "0")  # noqa: SLF001  python-pptx has no other way to hide a slide
    path = saved("a.pptx", edited(deck, {}))
    images = [previews.render(path, Format.POWERPOINT, number, 320, Limits()) for number in (2, 3)]
    assert shown(images[1]).size == (320, 240)
    assert [ink(image) > 0 for image in images] == [False, True]


@needs_office
def test_office_file_is_converted_once(
    saved: Callable[..., Path],
    document: Document,
    edited: Callable[..., bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second page of an office file, and a second look at the first, convert nothing."""
    document.add_paragraph("Un")
    document.add_paragraph("Deux").paragraph_format.page_break_before = True
    path = saved("a.docx", edited(document, {}))
    wanted = previews.Wanted(path, DIGEST, Format.WORD, number=1, width=600)
    large = PreviewCache(tmp_path / "cache", 10_000_000)
    first = previews.preview(wanted, large, Limits())
    monkeypatch.setenv("PATH", os.devnull)
    assert previews.preview(wanted, large, Limits()) == first
    assert ink(previews.preview(replace(wanted, number=2), large, Limits())) > 0


def test_without_libreoffice(saved: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where LibreOffice is not installed, office files have no page images, and it is known beforehand."""
    monkeypatch.setenv("PATH", os.devnull)
    assert previews.can_show(Format.PDF)
    assert not previews.can_show(Format.WORD)
    assert refused(partial(previews.render, saved("a", b""), Format.WORD, 1, 200, Limits())) is Reason.NO_CONVERTER


def test_format_without_pages(saved: Callable[..., Path]) -> None:
    """A text has no page image."""
    assert not previews.can_show(Format.TEXT)
    assert refused(partial(previews.render, saved("a", b"mot"), Format.TEXT, 1, 200, Limits())) is Reason.UNKNOWN_FORMAT


def test_in_a_worker(saved: Callable[..., Path], pdf: Callable[..., bytes], cache: PreviewCache) -> None:
    """Page images are made where files are read: within limits, and apart."""
    wanted = previews.Wanted(saved("a.pdf", pdf(["Mot"])), DIGEST, Format.PDF, 1, 100)
    with Pool(1, Limits()) as pool:
        image = pool.call(partial(previews.preview, wanted, cache, Limits()), first=True).result(30)
        assert shown(image).width == 100
        assert cache.find(page_key(DIGEST, 1, 100)) == image
        lost = replace(wanted, number=7)
        assert pool.call(partial(previews.preview, lost, cache, Limits())).exception(30) is not None


def test_cache_keeps_and_finds(cache: PreviewCache) -> None:
    """What was kept is found, and nothing else."""
    assert cache.find(page_key(DIGEST, 1, 100)) is None
    cache.keep(page_key(DIGEST, 1, 100), b"image")
    assert cache.find(page_key(DIGEST, 1, 100)) == b"image"
    assert cache.find(page_key(DIGEST, 2, 100)) is None
    assert cache.find(pdf_key(DIGEST)) is None


def test_cache_is_bounded(cache: PreviewCache) -> None:
    """What was not asked for the longest goes first, and what is larger than the cache is not kept."""
    keys = [page_key(sha256(bytes([number])).hexdigest(), 1, 100) for number in range(12)]
    for number, key in enumerate(keys[:9]):
        cache.keep(key, bytes(100))
        os.utime(cache.folder / key[:2] / key, (number, number))
    assert cache.find(keys[0]) is not None
    cache.keep(keys[9], bytes(100))
    cache.keep(keys[10], bytes(100))
    kept = [key for key in keys if cache.find(key) is not None]
    assert kept == [keys[0], *keys[3:11]]
    cache.keep(keys[11], bytes(1001))
    assert cache.find(keys[11]) is None


def test_cache_refuses_other_names(cache: PreviewCache) -> None:
    """A key cannot lead out of the cache."""
    for key in ("../dehors", "", "/etc/passwd", f"{DIGEST}/../../x"):
        with pytest.raises(ValueError, match="Not a key"):
            cache.find(key)


def test_cache_shared(cache: PreviewCache) -> None:
    """Those who read while others write and make room find the whole image or none."""
    keys = [page_key(DIGEST, number, 100) for number in range(8)]
    found: set[bytes | None] = set()

    def use() -> None:
        for _ in range(25):
            for key in keys:
                cache.keep(key, b"x" * 300)
                found.add(cache.find(key))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found <= {None, b"x" * 300}
    cache.keep(page_key(DIGEST, 9, 100), b"x")
    assert sum(path.stat().st_size for path in cache.folder.rglob("*.*")) <= 1000
