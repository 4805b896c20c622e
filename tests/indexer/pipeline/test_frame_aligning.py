"""What videos show tells when slides come: each is looked at once, whenever its deck is drawn."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from extractors import FORMATS, Limits, Pool
from index.preview_cache import PreviewCache, PreviewPage
from tests.extractors.frames.test_shots import draw_page, record, show
from tests.indexer.conftest import write_deck

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from indexer.pipeline import FrameAligner
    from tests.indexer.conftest import Bench

GATHERING = "Webinaires/2024-01-25 - L’aller vers"
ORDER = (0, 1, 3, 1)


@pytest.fixture(scope="module")
def watching() -> Iterator[Pool]:
    """The process that looks at videos."""
    with Pool(1, Limits(seconds=120, niceness=1)) as opened:
        yield opened


@pytest.fixture
def previews(tmp_path: Path) -> PreviewCache:
    """An empty cache of page images."""
    return PreviewCache(tmp_path / "apercus", 2**30)


def draw_deck(previews: PreviewCache, digest: str, folder: Path) -> None:
    """Store the images of four pages, as the previewer does."""
    for number in range(4):
        path = folder / f"{number}.webp"
        draw_page(number).save(path)
        previews.write_page(digest, number + 1, path.read_bytes(), PreviewPage(640, 360))
    previews.write_page_count(digest, 4)


def watch(bench: Bench, seconds: float = 60) -> FrameAligner:
    """Let the indexer work until nothing is under way."""
    aligner = bench.indexer._frame_aligner  # noqa: SLF001
    assert aligner is not None
    until = time.monotonic() + seconds
    aligner._not_before = 0.0  # noqa: SLF001 - a test does not wait for the next look
    bench.indexer.advance()
    while aligner._work:  # noqa: SLF001
        assert time.monotonic() < until
        time.sleep(0.05)
        bench.indexer.advance()
    return aligner


def digest_of(bench: Bench, *formats: str) -> str:
    """The content of the document of one of these formats."""
    return next(each.digest for each in bench.catalogue.files.list_source_files() if each.format in formats)


def put_talk(bench: Bench, deck: str = "Support.pptx") -> None:
    """A deck of four slides and a video without words that shows them."""
    folder = bench.library / GATHERING
    folder.mkdir(parents=True)
    record(folder / "Replay.mp4", show(*((draw_page(number), 15) for number in ORDER)))
    if deck.endswith(".pptx"):
        write_deck(folder / deck, "un", "deux", "trois", "quatre")
    else:
        pages = [draw_page(number) for number in range(4)]
        pages[0].save(folder / deck, save_all=True, append_images=pages[1:])


def starts_of(bench: Bench) -> list[tuple[int, float]]:
    """The chapters of the only recording."""
    ((recording, _),) = bench.catalogue.chapters.read_inputs()
    return [(each.slide, each.start) for each in bench.catalogue.chapters.list_of_recording(recording)]


def test_a_deck_drawn_after_its_video_was_watched(
    bench: Bench, previews: PreviewCache, watching: Pool, tmp_path: Path
) -> None:
    """The video is looked at, then waits for the deck; both are compared once; nothing is done twice."""
    put_talk(bench)
    bench.indexer.watch_with(previews, watching)
    bench.step()
    bench.indexer.advance()
    assert bench.indexer._status_reporter.state.watching == 1  # noqa: SLF001 - written every few seconds only
    assert watch(bench).watching == 0
    assert starts_of(bench) == []
    draw_deck(previews, digest_of(bench, "pptx"), tmp_path)
    watch(bench)
    assert [slide for slide, _ in starts_of(bench)] == [number + 1 for number in ORDER]
    assert [start for _, start in starts_of(bench)] == pytest.approx([0, 15, 30, 45], abs=2)
    inputs = bench.catalogue.chapters.read_inputs()
    # Pages that make room for others change nothing, nor does a restart.
    (previews._content_folder(digest_of(bench, "pptx")) / "pages.json").unlink()  # noqa: SLF001
    bench.restart()
    bench.indexer.watch_with(previews, watching)
    bench.step()
    watch(bench)
    assert bench.catalogue.chapters.read_inputs() == inputs
    assert len(starts_of(bench)) == len(ORDER)


def test_an_exported_deck_is_aligned_too(bench: Bench, previews: PreviewCache, watching: Pool, tmp_path: Path) -> None:
    """A PDF whose pages are wider than high is a deck; until they are drawn it is not known to be one."""
    put_talk(bench, "Support.pdf")
    bench.indexer.watch_with(previews, watching)
    bench.step()
    assert bench.catalogue.chapters.read_inputs() == {}
    draw_deck(previews, digest_of(bench, *(value for value, spec in FORMATS.items() if spec.is_paged)), tmp_path)
    bench.keep_up()
    watch(bench)
    assert [slide for slide, _ in starts_of(bench)] == [number + 1 for number in ORDER]


def test_a_video_that_cannot_be_read_is_not_tried_for_ever(
    bench: Bench, previews: PreviewCache, watching: Pool
) -> None:
    """What is damaged is looked at once; words go on telling."""
    put_talk(bench)
    bench.indexer.watch_with(previews, watching)
    bench.step()
    path = bench.library / GATHERING / "Replay.mp4"
    video = digest_of(bench, "video")
    previews.write_pictures(video, 1, b"")
    assert watch(bench).watching == 0
    assert path.exists()
    assert starts_of(bench) == []
