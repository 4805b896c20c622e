"""The cache of page images."""

from __future__ import annotations

import errno
import os
import threading
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from index.preview_cache import PreviewCache, PreviewPage, PreviewWord

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = sha256(b"").hexdigest()
PAGE = PreviewPage(
    1000, 750, "Guichet unique", (PreviewWord(0, 7, 100, 200, 300, 40), PreviewWord(8, 14, 450, 200, 280, 40))
)


@pytest.fixture
def previews(tmp_path: Path) -> PreviewCache:
    """A cache of ten thousand bytes."""
    return PreviewCache(tmp_path / "apercus", 10_000)


def _digest(number: int) -> str:
    return sha256(bytes([number])).hexdigest()


def _keep(previews: PreviewCache, digest: str, looked_at: float) -> None:
    """A content of one page of about two thousand bytes, with a small thumbnail."""
    previews.write_small_page(digest, 1, bytes(100))
    previews.write_page(digest, 1, bytes(2_000), PreviewPage(1000, 750))
    previews.write_page_count(digest, 1)
    os.utime(previews.folder / digest[:2] / digest / "pages.json", (looked_at, looked_at))


def test_what_is_kept_is_found(previews: PreviewCache) -> None:
    """A page comes back with its size, its text and the places of its words; others are not there."""
    assert previews.count_pages(DIGEST) is None
    previews.write_page(DIGEST, 2, b"image", PAGE)
    previews.write_page_count(DIGEST, 2)
    path = previews.find_page_image(DIGEST, 2)
    assert path
    assert path.read_bytes() == b"image"
    assert previews.read_page(DIGEST, 2) == PAGE
    assert previews.count_pages(DIGEST) == 2
    assert previews.find_page_image(DIGEST, 1) is None
    assert previews.read_page(DIGEST, 1) is None
    assert previews.find_small_page(DIGEST, 1) is None


def test_the_small_image_of_the_first_page_is_the_thumbnail(previews: PreviewCache) -> None:
    """It has a name of its own, by which it outlives the others; caches written long ago have it too."""
    previews.write_small_page(DIGEST, 1, b"petite")
    previews.write_small_page(DIGEST, 2, b"petite 2")
    names = {each.name for each in (previews.folder / DIGEST[:2] / DIGEST).iterdir()}
    assert names == {"vignette.webp", "2-petite.webp"}
    found = previews.find_small_page(DIGEST, 1), previews.find_small_page(DIGEST, 2)
    assert [each and each.read_bytes() for each in found] == [b"petite", b"petite 2"]
    assert previews.find_small_page(DIGEST, 3) is None


def test_what_was_cut_short_is_not_there(previews: PreviewCache) -> None:
    """A disk that filled up while a file was written costs this image, nothing else."""
    previews.write_page(DIGEST, 1, b"image", PAGE)
    previews.write_page_count(DIGEST, 1)
    for name in ("1.json", "pages.json"):
        file = previews.folder / DIGEST[:2] / DIGEST / name
        file.write_bytes(file.read_bytes()[:9])
    assert previews.read_page(DIGEST, 1) is None
    assert previews.count_pages(DIGEST) is None


@pytest.mark.parametrize("name", ["../dehors", "", "/etc/passwd", f"{DIGEST}/../../x", DIGEST.upper()])
def test_a_name_cannot_lead_out_of_the_cache(previews: PreviewCache, name: str) -> None:
    """Only a digest names a content."""
    with pytest.raises(ValueError, match="Not a digest"):
        previews.find_small_page(name, 1)
    with pytest.raises(ValueError, match="Not a digest"):
        previews.request_pages(name)


def test_a_wish_stands_until_it_is_seen_to(previews: PreviewCache) -> None:
    """Whoever draws finds what was asked for, until it says what became of it."""
    assert previews.list_requests() == ()
    previews.request_pages(DIGEST)
    previews.request_pages(DIGEST)
    assert previews.list_requests() == (DIGEST,)
    previews.write_page_count(DIGEST, 0)
    assert previews.list_requests() == ()


def test_what_was_not_looked_at_the_longest_goes_first(previews: PreviewCache) -> None:
    """Beyond the bound, whole contents lose their pages, the least recently seen first; thumbnails stay."""
    for number in range(6):
        _keep(previews, _digest(number), looked_at=number)
    previews.mark_viewed(_digest(0))
    left = previews.delete_least_viewed()
    assert left == previews.count_bytes() <= 10_000
    assert [number for number in range(6) if previews.count_pages(_digest(number)) is None] == [1, 2]
    assert previews.find_page_image(_digest(1), 1) is None
    assert previews.find_page_image(_digest(0), 1)
    assert all(previews.find_small_page(_digest(number), 1) for number in range(6))


def test_thumbnails_go_when_nothing_else_is_left(previews: PreviewCache) -> None:
    """The bound holds whatever fills the cache."""
    for number in range(30):
        previews.write_small_page(_digest(number), 1, bytes(500))
    assert previews.delete_least_viewed() <= 10_000


def test_contents_that_left_the_library_leave_the_cache(previews: PreviewCache) -> None:
    """What must no longer be seen is no longer on the disk."""
    _keep(previews, _digest(1), looked_at=1)
    _keep(previews, _digest(2), looked_at=2)
    size = previews.count_bytes()
    freed = previews.delete_all_but({_digest(2)})
    assert previews.count_bytes() == size - freed < size
    assert previews.find_small_page(_digest(1), 1) is None
    assert previews.count_pages(_digest(2)) == 1


def test_a_disk_that_is_full_keeps_no_halves(previews: PreviewCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be kept whole leaves nothing behind that would fill the disk further."""

    def full(path: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path, target)

    monkeypatch.setattr(type(previews.folder), "replace", full)
    with pytest.raises(OSError, match="No space left"):
        previews.write_page(DIGEST, 1, b"image", PAGE)
    assert previews.count_bytes() == 0
    assert [each for each in previews.folder.rglob("*") if each.is_file()] == []


def test_who_looks_while_it_is_written_finds_all_or_nothing(previews: PreviewCache) -> None:
    """An image is never seen half-written."""
    seen: set[bytes] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            if path := previews.find_page_image(DIGEST, 1):
                seen.add(path.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(200):
        previews.write_page(DIGEST, 1, bytes([number % 250]) * 3_000, PAGE)
    done.set()
    reader.join()
    assert all(len(set(image)) == 1 and len(image) == 3_000 for image in seen)
