"""The cache of page images."""

from __future__ import annotations

import errno
import os
import threading
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from index.previews import DrawnPage, PlacedWord, Previews

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = sha256(b"").hexdigest()
PAGE = DrawnPage(
    1000, 750, "Guichet unique", (PlacedWord(0, 7, 100, 200, 300, 40), PlacedWord(8, 14, 450, 200, 280, 40))
)


@pytest.fixture
def previews(tmp_path: Path) -> Previews:
    """A cache of ten thousand bytes."""
    return Previews(tmp_path / "apercus", 10_000)


def _digest(number: int) -> str:
    return sha256(bytes([number])).hexdigest()


def _keep(previews: Previews, digest: str, looked_at: float) -> None:
    """A content of one page of about two thousand bytes, with a small thumbnail."""
    previews.keep_thumbnail(digest, bytes(100))
    previews.keep_page(digest, 1, bytes(2_000), DrawnPage(1000, 750))
    previews.keep_inventory(digest, 1)
    os.utime(previews.folder / digest[:2] / digest / "pages.json", (looked_at, looked_at))


def test_what_is_kept_is_found(previews: Previews) -> None:
    """A page comes back with its size, its text and the places of its words; others are not there."""
    assert previews.count(DIGEST) is None
    previews.keep_page(DIGEST, 2, b"image", PAGE)
    previews.keep_inventory(DIGEST, 2)
    path = previews.page(DIGEST, 2)
    assert path
    assert path.read_bytes() == b"image"
    assert previews.drawn(DIGEST, 2) == PAGE
    assert previews.count(DIGEST) == 2
    assert previews.page(DIGEST, 1) is None
    assert previews.drawn(DIGEST, 1) is None
    assert previews.thumbnail(DIGEST) is None


def test_what_was_cut_short_is_not_there(previews: Previews) -> None:
    """A disk that filled up while a file was written costs this image, nothing else."""
    previews.keep_page(DIGEST, 1, b"image", PAGE)
    previews.keep_inventory(DIGEST, 1)
    for name in ("1.json", "pages.json"):
        file = previews.folder / DIGEST[:2] / DIGEST / name
        file.write_bytes(file.read_bytes()[:9])
    assert previews.drawn(DIGEST, 1) is None
    assert previews.count(DIGEST) is None


@pytest.mark.parametrize("name", ["../dehors", "", "/etc/passwd", f"{DIGEST}/../../x", DIGEST.upper()])
def test_a_name_cannot_lead_out_of_the_cache(previews: Previews, name: str) -> None:
    """Only a digest names a content."""
    with pytest.raises(ValueError, match="Not a digest"):
        previews.thumbnail(name)
    with pytest.raises(ValueError, match="Not a digest"):
        previews.wish(name)


def test_a_wish_stands_until_it_is_seen_to(previews: Previews) -> None:
    """Whoever draws finds what was asked for, until it says what became of it."""
    assert previews.wishes() == ()
    previews.wish(DIGEST)
    previews.wish(DIGEST)
    assert previews.wishes() == (DIGEST,)
    previews.keep_inventory(DIGEST, 0)
    assert previews.wishes() == ()


def test_what_was_not_looked_at_the_longest_goes_first(previews: Previews) -> None:
    """Beyond the bound, whole contents lose their pages, the least recently seen first; thumbnails stay."""
    for number in range(6):
        _keep(previews, _digest(number), looked_at=number)
    previews.look(_digest(0))
    left = previews.make_room()
    assert left == previews.size() <= 10_000
    assert [number for number in range(6) if previews.count(_digest(number)) is None] == [1, 2]
    assert previews.page(_digest(1), 1) is None
    assert previews.page(_digest(0), 1)
    assert all(previews.thumbnail(_digest(number)) for number in range(6))


def test_thumbnails_go_when_nothing_else_is_left(previews: Previews) -> None:
    """The bound holds whatever fills the cache."""
    for number in range(30):
        previews.keep_thumbnail(_digest(number), bytes(500))
    assert previews.make_room() <= 10_000


def test_contents_that_left_the_library_leave_the_cache(previews: Previews) -> None:
    """What must no longer be seen is no longer on the disk."""
    _keep(previews, _digest(1), looked_at=1)
    _keep(previews, _digest(2), looked_at=2)
    size = previews.size()
    freed = previews.forget_all_but({_digest(2)})
    assert previews.size() == size - freed < size
    assert previews.thumbnail(_digest(1)) is None
    assert previews.count(_digest(2)) == 1


def test_a_disk_that_is_full_keeps_no_halves(previews: Previews, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be kept whole leaves nothing behind that would fill the disk further."""

    def full(path: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path, target)

    monkeypatch.setattr(type(previews.folder), "replace", full)
    with pytest.raises(OSError, match="No space left"):
        previews.keep_page(DIGEST, 1, b"image", PAGE)
    assert previews.size() == 0
    assert [each for each in previews.folder.rglob("*") if each.is_file()] == []


def test_who_looks_while_it_is_written_finds_all_or_nothing(previews: Previews) -> None:
    """An image is never seen half-written."""
    seen: set[bytes] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            if path := previews.page(DIGEST, 1):
                seen.add(path.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(200):
        previews.keep_page(DIGEST, 1, bytes([number % 250]) * 3_000, PAGE)
    done.set()
    reader.join()
    assert all(len(set(image)) == 1 and len(image) == 3_000 for image in seen)
