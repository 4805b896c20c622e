"""Stores images of documents' pages in a cache on disk, by content; the indexer fills it, the web shows them."""

from __future__ import annotations

import json
import os
import re
import shutil
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MEDIA_TYPE = "image/webp"

RENDERER_VERSION = 2
"""Increase it whenever images would be drawn differently: all are then drawn again."""

COORDINATE_SCALE = 10_000
"""Coordinates of words are counted in this many parts of the page's width and height."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_THUMBNAIL_NAME = "vignette.webp"
_PICTURES_NAME = "images-{version}.bin"
_INVENTORY_NAME = "pages.json"
_REQUESTS_NAME = "demandes"
# Deletion goes below the bound by a tenth, so that not every new document causes another one.
_TARGET_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class PreviewWord:
    """A word of a page's text, from `start` to `end`, and its box, in COORDINATE_SCALE parts from the top left."""

    start: int
    end: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """The size of a page's image in pixels, and the text that can be read on it.

    A word that continues on the next line has two boxes.
    """

    width: int
    height: int
    text: str = ""
    words: tuple[PreviewWord, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewCache:
    """A cache of page images under `folder`, with a folder for each content, named by its digest.

    Beyond `max_bytes` in all, the pages least recently viewed are deleted. The cache may be deleted at any time. One
    process writes it, any number read it; a file is found only once it is complete.
    """

    folder: Path
    max_bytes: int

    def count_pages(self, digest: str) -> int | None:
        """Return how many pages this content has here, 0 where it has none to draw; None while it is not drawn.

        What a former version drew is shown until it is drawn again.
        """
        inventory = self._read_inventory(digest)
        return int(inventory["pages"]) if inventory else None

    def is_current(self, digest: str) -> bool:
        """Return whether the pages of this content are drawn as they are today."""
        return self._read_inventory(digest).get("version") == RENDERER_VERSION

    def is_stand_in(self, digest: str) -> bool:
        """Return whether the image of this content is a picture that it carries, for want of what would draw it."""
        return bool(self._read_inventory(digest).get("stand_in"))

    def find_page_image(self, digest: str, number: int) -> Path | None:
        """Return the file of a page's image, None where there is none; `number` counts from 1, as in locators."""
        return self._find_file(digest, f"{number}.webp")

    def find_small_page(self, digest: str, number: int) -> Path | None:
        """Return the file of a page's small image, None where there is none; that of the first is the thumbnail."""
        return self._find_file(digest, _small_name(number))

    def read_page(self, digest: str, number: int, *, with_words: bool = True) -> PreviewPage | None:
        """Return the size of a page's image and its words, None where there is no image; without words it is faster."""
        try:
            written = orjson.loads((self._content_folder(digest) / f"{number}.json").read_bytes())
            size = written["width"], written["height"]
            return (
                PreviewPage(*size, written["text"], _parse_words(written["words"]))
                if with_words
                else PreviewPage(*size)
            )
        except (OSError, ValueError, KeyError, TypeError):
            # The file is absent, or was cut short by a full disk.
            return None

    def mark_viewed(self, digest: str) -> None:
        """Record that someone views a content's pages, which keeps them longer."""
        # The time of the inventory's last change is the time of the last view.
        with suppress(OSError):
            os.utime(self._content_folder(digest) / _INVENTORY_NAME)

    def request_pages(self, digest: str) -> None:
        """Ask the indexer to draw a content's pages before all others."""
        # For its ValueError, where this is no digest.
        self._content_path(digest)
        wishes = self.folder / _REQUESTS_NAME
        # A full or read-only disk costs the image, never the page that would have shown it.
        with suppress(OSError):
            wishes.mkdir(parents=True, exist_ok=True)
            (wishes / digest).touch()

    def list_requests(self) -> tuple[str, ...]:
        """Return the digests asked for; each stays until `write_page_count` or `cancel_request` is called for it."""
        with suppress(FileNotFoundError):
            return tuple(each.name for each in (self.folder / _REQUESTS_NAME).iterdir() if _DIGEST.fullmatch(each.name))
        return ()

    def cancel_request(self, digest: str) -> None:
        """Withdraw the request for a content's pages."""
        (self.folder / _REQUESTS_NAME / digest).unlink(missing_ok=True)

    def write_small_page(self, digest: str, number: int, image: bytes) -> int:
        """Store the small image of a page; return the bytes that it takes. That of the first is the thumbnail."""
        return self._write_file(digest, _small_name(number), image)

    def write_page(self, digest: str, number: int, image: bytes, page: PreviewPage) -> int:
        """Store a page's image and the words on it; return the bytes that they take."""
        words = [[each.start, each.end, each.left, each.top, each.width, each.height] for each in page.words]
        written = {"width": page.width, "height": page.height, "text": page.text, "words": words}
        known = json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()
        # The image first: readers take the JSON file as the sign that the image is there.
        return self._write_file(digest, f"{number}.webp", image) + self._write_file(digest, f"{number}.json", known)

    def write_page_count(self, digest: str, pages: int, *, stand_in: bool = False) -> None:
        """Store how many pages a content has, once they are all stored; its request is then fulfilled.

        A `stand_in` is a picture that the content carries, until something draws its pages.
        """
        written = json.dumps({"version": RENDERER_VERSION, "pages": pages} | ({"stand_in": True} if stand_in else {}))
        self._write_file(digest, _INVENTORY_NAME, written.encode())
        self.cancel_request(digest)

    def read_pictures(self, digest: str, version: int) -> bytes | None:
        """Return the small pictures of a content that this version of their maker stored; None where there are none."""
        with suppress(OSError):
            return (self._content_folder(digest) / _PICTURES_NAME.format(version=version)).read_bytes()
        return None

    def write_pictures(self, digest: str, version: int, pictures: bytes) -> None:
        """Store the small pictures of a content, by which videos and slides are compared; they stay with thumbnails."""
        self._write_file(digest, _PICTURES_NAME.format(version=version), pictures)

    def delete_all_but(self, digests: Collection[str]) -> int:
        """Delete the images of all contents but these, those in the library; return the bytes freed."""
        return sum(_delete_folder(folder) for folder in self._list_folders() if folder.name not in digests)

    def count_bytes(self) -> int:
        """Return the bytes that the whole cache takes."""
        return sum(_folder_bytes(folder) for folder in self._list_folders())

    def delete_least_viewed(self) -> int:
        """Delete the pages least recently viewed until the cache is within its bound; return the bytes then used.

        Thumbnails, which lists of results show, are deleted last.
        """
        oldest = sorted(self._list_folders(), key=_last_viewed)
        size = self.count_bytes()
        if size <= self.max_bytes:
            return size
        for drop in (_delete_pages, _delete_folder):
            for folder in oldest:
                if size <= self.max_bytes * _TARGET_SHARE:
                    return size
                size -= drop(folder)
        return size

    def _content_folder(self, digest: str) -> Path:
        return Path(self._content_path(digest))

    def _content_path(self, digest: str) -> str:
        """Return the path of a content's folder. Raises ValueError for what is no digest, and would name another."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"Not a digest: {digest!r}")
        # Two levels: some file systems are slow with a hundred thousand entries in one folder.
        return f"{self.folder}/{digest[:2]}/{digest}"

    def _read_inventory(self, digest: str) -> dict[str, int]:
        """Return what `write_page_count` stored, empty where there is nothing or a full disk cut it short."""
        with suppress(OSError, ValueError):
            inventory = orjson.loads((self._content_folder(digest) / _INVENTORY_NAME).read_bytes())
            if isinstance(inventory, dict):
                return inventory
        return {}

    def _find_file(self, digest: str, name: str) -> Path | None:
        # With plain strings: a page of results looks for twenty, and building a Path costs more than the look.
        path = f"{self._content_path(digest)}/{name}"
        return Path(path) if os.path.isfile(path) else None  # noqa: PTH113

    def _write_file(self, digest: str, name: str, content: bytes) -> int:
        """Write a file completely or not at all, and return its size; readers find nothing until it is complete."""
        folder = self._content_folder(digest)
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            with NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
                beside = Path(file.name)
                undo.callback(beside.unlink, missing_ok=True)
                file.write(content)
            beside.replace(folder / name)
            undo.pop_all()
        return len(content)

    def _list_folders(self) -> Iterator[Path]:
        return (folder for folder in self.folder.glob("??/*") if _DIGEST.fullmatch(folder.name))


def _small_name(number: int) -> str:
    return _THUMBNAIL_NAME if number == 1 else f"{number}-petite.webp"


def _parse_words(words: list[list[int]]) -> tuple[PreviewWord, ...]:
    return tuple(PreviewWord(*each) for each in words)


def _last_viewed(folder: Path) -> float:
    """Return when a content's pages were last viewed, as a timestamp; 0 where it has no inventory, so no use."""
    inventory = folder / _INVENTORY_NAME
    return inventory.stat().st_mtime if inventory.exists() else 0.0


def _folder_bytes(folder: Path) -> int:
    with os.scandir(folder) as files:
        return sum(file.stat().st_size for file in files)


def _delete_pages(folder: Path) -> int:
    """Delete a content's pages but its thumbnail; return the bytes freed."""
    before = _folder_bytes(folder)
    # Without inventory, the content is drawn again when someone asks for it. It goes first, as it says what is there.
    (folder / _INVENTORY_NAME).unlink(missing_ok=True)
    for file in folder.iterdir():
        # Small, and dear to make again: a video would be looked at once more.
        if file.name != _THUMBNAIL_NAME and file.suffix != Path(_PICTURES_NAME).suffix:
            file.unlink(missing_ok=True)
    return before - _folder_bytes(folder)


def _delete_folder(folder: Path) -> int:
    size = _folder_bytes(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return size
