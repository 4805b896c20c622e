"""Drawing pages in the background."""

from __future__ import annotations

import io
import os
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from reportlab.pdfgen.canvas import Canvas

from extractors import Limits
from extractors.programs import LIBREOFFICE, is_installed
from index.catalogue import WITHOUT_IMAGES_MEMO
from index.preview_cache import PreviewCache
from indexer.pipeline.previewing import Previewer, PreviewWorkers
from tests.indexer.conftest import write_deck
from tests.service.installation import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from extractors import Pool
    from tests.indexer.conftest import Bench


@pytest.fixture
def previews(tmp_path: Path) -> PreviewCache:
    """A cache that will not be full."""
    return PreviewCache(tmp_path / "apercus", 10_000_000)


def _previewer(bench: Bench, previews: PreviewCache, pool: Pool, free: threading.Event | None = None) -> Previewer:
    if free is None:
        free = threading.Event()
        free.set()
    return Previewer(bench.library, bench.catalogue, previews, PreviewWorkers(pool, Limits(seconds=20)), free)


def _drop(bench: Bench, name: str, *pages: str) -> str:
    """Deposit a PDF; gives its digest."""
    written = io.BytesIO()
    with closing(written):
        canvas = Canvas(written)
        for text in pages:
            canvas.drawString(100, 700, text)
            canvas.showPage()
        canvas.save()
        (bench.library / name).write_bytes(written.getvalue())
    bench.step()
    return bench.catalogue.files.find_in_extent()[name].digest


def test_a_deposit_is_drawn_once(bench: Bench, previews: PreviewCache, pool: Pool) -> None:
    """A new document gets its thumbnail and all its pages, each with its words; nothing is done twice."""
    digest = _drop(bench, "guide.pdf", "Guichet unique", "Accueil")
    previewer = _previewer(bench, previews, pool)
    assert previewer.draw_all() == 1
    assert previews.find_small_page(digest, 1)
    assert previews.count_pages(digest) == 2
    drawn = previews.read_page(digest, 2)
    assert drawn
    assert (drawn.width, drawn.text.split()) == (1000, ["Accueil"])
    assert previewer.draw_all() == 0
    assert _previewer(bench, previews, pool).draw_all() == 0


def test_another_version_s_images_are_drawn_again(
    bench: Bench, previews: PreviewCache, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are shown until then: after an upgrade no page is without its image."""
    digest = _drop(bench, "guide.pdf", "Guichet unique")
    _previewer(bench, previews, pool).draw_all()
    monkeypatch.setattr("index.preview_cache.RENDERER_VERSION", 999)
    assert (previews.count_pages(digest), previews.is_current(digest)) == (1, False)
    assert _previewer(bench, previews, pool).draw_all() == 1
    assert previews.is_current(digest)


def test_what_has_no_pages_is_left_alone(bench: Bench, previews: PreviewCache, pool: Pool) -> None:
    """A text has no image; whoever asks for one all the same does not have it tried for ever."""
    bench.put("note.txt", "Une note sur l’accueil.")
    bench.step()
    digest = bench.catalogue.files.find_in_extent()["note.txt"].digest
    previews.request_pages(digest)
    assert _previewer(bench, previews, pool).draw_all() == 0
    assert previews.list_requests() == ()


def test_when_the_cache_is_full_pages_are_drawn_on_demand(bench: Bench, tmp_path: Path, pool: Pool) -> None:
    """Every document keeps a thumbnail; the pages that someone opened take the place of those no one looks at."""
    first = _drop(bench, "un.pdf", *("Un deux trois quatre cinq six sept huit" for _ in range(4)))
    large = PreviewCache(tmp_path / "petit", 10_000_000)
    _previewer(bench, large, pool).draw_all()
    full = PreviewCache(tmp_path / "petit", large.count_bytes())
    second = _drop(bench, "deux.pdf", "Cinq")
    previewer = _previewer(bench, full, pool)
    previewer.draw_all()
    assert full.find_small_page(second, 1)
    assert (full.count_pages(first), full.count_pages(second)) == (4, None)
    full.request_pages(second)
    previewer.draw_all()
    assert full.list_requests() == ()
    assert (full.count_pages(first), full.count_pages(second)) == (None, 1)
    assert full.find_small_page(first, 1)


def test_room_that_others_leave(bench: Bench, tmp_path: Path, pool: Pool) -> None:
    """What had but a thumbnail because the cache was full is drawn once other documents have left."""
    first = _drop(bench, "un.pdf", *("Un deux trois quatre cinq six sept huit" for _ in range(4)))
    large = PreviewCache(tmp_path / "petit", 10_000_000)
    _previewer(bench, large, pool).draw_all()
    full = PreviewCache(tmp_path / "petit", large.count_bytes())
    previewer = _previewer(bench, full, pool)
    second = _drop(bench, "deux.pdf", "Cinq")
    previewer.draw_all()
    assert (full.count_pages(first), full.count_pages(second)) == (4, None)
    (bench.library / "un.pdf").unlink()
    bench.step()
    previewer.draw_all()
    assert full.count_pages(second) == 1


def test_what_is_drawn_is_not_looked_at_again(
    bench: Bench, previews: PreviewCache, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new document costs nothing for those that are drawn already, in an earlier process too."""
    first = _drop(bench, "un.pdf", "Un")
    _previewer(bench, previews, pool).draw_all()
    previewer = _previewer(bench, previews, pool)
    previewer.draw_all()
    asked: list[str] = []
    is_current = PreviewCache.is_current

    def noted(of: PreviewCache, digest: str) -> bool:
        asked.append(digest)
        return is_current(of, digest)

    monkeypatch.setattr(PreviewCache, "is_current", noted)
    second = _drop(bench, "deux.pdf", "Deux")
    assert previewer.draw_all() == 1
    assert second in asked
    assert first not in asked


def test_what_left_the_library_is_no_longer_to_be_seen(bench: Bench, previews: PreviewCache, pool: Pool) -> None:
    """A document that is withdrawn leaves no image behind."""
    digest = _drop(bench, "guide.pdf", "Guichet")
    previewer = _previewer(bench, previews, pool)
    previewer.draw_all()
    (bench.library / "guide.pdf").unlink()
    bench.step()
    previewer.draw_all()
    assert previews.find_small_page(digest, 1) is None
    assert previews.find_page_image(digest, 1) is None


@pytest.mark.parametrize("new", [b"Neuf", None], ids=["drawable", "damaged"])
def test_a_file_that_changed_is_not_drawn_as_what_it_was(
    new: bytes | None, bench: Bench, previews: PreviewCache, pool: Pool
) -> None:
    """Between two looks a file may be replaced: its new pages, or its damage, must not stand for the old content."""
    digest = _drop(bench, "guide.pdf", "Ancien")
    path = bench.library / "guide.pdf"
    path.write_bytes(path.read_bytes().replace(b"Ancien", new) if new else b"%PDF-1.4 ni queue ni t\xeate")
    os.utime(path, (1, 1))
    previewer = _previewer(bench, previews, pool)
    previewer.draw_all()
    assert previews.find_small_page(digest, 1) is None
    assert previews.count_pages(digest) is None


def test_at_work_beside_the_indexer(bench: Bench, previews: PreviewCache, pool: Pool) -> None:
    """In its thread it draws what comes, as soon as the indexer has nothing to read."""
    free = threading.Event()
    with _previewer(bench, previews, pool, free).run_in_thread():
        digest = _drop(bench, "guide.pdf", "Guichet")
        free.set()
        wait_until(lambda: previews.count_pages(digest) is not None, "nothing was drawn")
    assert previews.count_pages(digest) == 1


def test_a_disk_that_refuses_ends_nothing(
    bench: Bench, previews: PreviewCache, pool: Pool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What the disk would not let be done is told and tried again: drawing goes on when it does."""
    monkeypatch.setattr("indexer.pipeline.previewing._RETRY_SECONDS", 0.1)
    wishes = previews.folder / "demandes"
    previews.folder.mkdir()
    wishes.write_bytes(b"a file where a folder should be")
    digest = _drop(bench, "guide.pdf", "Guichet")
    with _previewer(bench, previews, pool).run_in_thread():
        wait_until(lambda: "page images are put off" in caplog.text, "nothing was told")
        wishes.unlink()
        wait_until(lambda: previews.count_pages(digest) is not None, "nothing was drawn")
    assert previews.count_pages(digest) == 1


@pytest.mark.skipif(not is_installed(LIBREOFFICE), reason="LibreOffice is not installed")
def test_what_took_too_long_is_tried_again_after_a_start(bench: Bench, previews: PreviewCache, pool: Pool) -> None:
    """A machine that is busy while it starts leaves no deck without images for ever, nor tries it without end."""
    write_deck(bench.library / "a.pptx", "Guichet unique")
    bench.step()
    digest = bench.catalogue.files.find_in_extent()["a.pptx"].digest
    ready = threading.Event()
    ready.set()
    busy = PreviewWorkers(pool, Limits(seconds=0.05))
    previewer = Previewer(bench.library, bench.catalogue, previews, busy, ready)
    assert (previewer.draw_all(), previewer.draw_all()) == (1, 0)
    assert previews.count_pages(digest) is None
    assert Previewer(bench.library, bench.catalogue, previews, busy, ready).draw_all() == 1


def test_libreoffice_arrives(
    bench: Bench, previews: PreviewCache, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for LibreOffice is counted; what it was shown by in the meantime is drawn once it is installed."""
    write_deck(bench.library / "a.pptx", "Guichet unique", "Accueil")
    bench.step()
    digest = bench.catalogue.files.find_in_extent()["a.pptx"].digest
    # As a process without LibreOffice leaves it, for a deck that carries a picture of its first slide.
    previews.write_page_count(digest, 1, stand_in=True)
    previewer = _previewer(bench, previews, pool)
    installed = os.environ["PATH"]
    monkeypatch.setenv("PATH", os.devnull)
    assert previewer.draw_all() == 0
    assert bench.catalogue.indexer.read_memo(WITHOUT_IMAGES_MEMO) == "1"
    # A program of this name: whether it works shows when the workers, which see the machine's own, call it.
    (tmp_path / "soffice").touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{installed}")
    assert previewer.draw_all() == 1
    assert bench.catalogue.indexer.read_memo(WITHOUT_IMAGES_MEMO) == "0"
    assert previewer.draw_all() == 0
