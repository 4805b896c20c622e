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

RENDERER_VERSION = 1
"""Increase it whenever images would be drawn differently: all are then drawn again."""

SCALE = 10_000
"""Coordinates of words are counted in this many parts of the page's width and height."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_THUMBNAIL = "vignette.webp"
_INVENTORY = "pages.json"
_WISHES = "demandes"
_READABLE = 0o644
# Deletion goes below the bound by a tenth, so that not every new document causes another one.
_KEPT_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word of a page's text, from `start` to `end`, and its box, in COORDINATE_SCALE parts from the top left."""

    start: int
    end: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """The size of a page's image in pixels, and the text that can be read on it.

    A word that continues on the next line has two boxes.
    """

    width: int
    height: int
    text: str = ""
    words: tuple[PlacedWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Previews:
    """A cache of page images under `folder`, with a folder for each content, named by its digest.

    Beyond `max_bytes` in all, the pages least recently viewed are deleted. The cache may be deleted at any time. One
    process writes it, any number read it; a file is found only once it is complete.
    """

    folder: Path
    most_bytes: int

    def count(self, digest: str) -> int | None:
        """Return how many pages this content has here, 0 where it has none to draw; None while it is not drawn."""
        with suppress(OSError, ValueError, KeyError):
            inventory = json.loads((self._of(digest) / _INVENTORY).read_text(encoding="utf-8"))
            if inventory["version"] == RENDERER_VERSION:
                return int(inventory["pages"])
        return None

    def thumbnail(self, digest: str) -> Path | None:
        """Return the file of the small image of a content's first page, None where there is none."""
        return self._existing(digest, _THUMBNAIL)

    def page(self, digest: str, number: int) -> Path | None:
        """Return the file of a page's image, None where there is none; `number` counts from 1, as in locators."""
        return self._existing(digest, f"{number}.webp")

    def drawn(self, digest: str, number: int, *, words: bool = True) -> DrawnPage | None:
        """Return the size of a page's image and its words, None where there is no image; without words it is faster."""
        try:
            written = orjson.loads((self._of(digest) / f"{number}.json").read_bytes())
            size = written["width"], written["height"]
            return DrawnPage(*size, written["text"], _placed(written["words"])) if words else DrawnPage(*size)
        except (OSError, ValueError, KeyError, TypeError):
            # The file is absent, or was cut short by a full disk.
            return None

    def look(self, digest: str) -> None:
        """Record that someone views a content's pages, which keeps them longer."""
        # The time of the inventory's last change is the time of the last view.
        with suppress(OSError):
            os.utime(self._of(digest) / _INVENTORY)

    def wish(self, digest: str) -> None:
        """Ask the indexer to draw a content's pages before all others."""
        # Raises ValueError for what is no digest, and would name a file elsewhere.
        self._of(digest)
        wishes = self.folder / _WISHES
        # A full or read-only disk costs the image, never the page that would have shown it.
        with suppress(OSError):
            wishes.mkdir(parents=True, exist_ok=True)
            (wishes / digest).touch()

    def wishes(self) -> tuple[str, ...]:
        """Return the digests asked for; each stays until `write_page_count` or `cancel_request` is called for it."""
        with suppress(FileNotFoundError):
            return tuple(each.name for each in (self.folder / _WISHES).iterdir() if _DIGEST.fullmatch(each.name))
        return ()

    def refuse(self, digest: str) -> None:
        """Withdraw the request for a content's pages."""
        (self.folder / _WISHES / digest).unlink(missing_ok=True)

    def keep_thumbnail(self, digest: str, image: bytes) -> int:
        """Store the small image of a content; return the bytes that it takes."""
        return self._keep(digest, _THUMBNAIL, image)

    def keep_page(self, digest: str, number: int, image: bytes, page: DrawnPage) -> int:
        """Store a page's image and the words on it; return the bytes that they take."""
        words = [[each.start, each.end, each.left, each.top, each.width, each.height] for each in page.words]
        written = {"width": page.width, "height": page.height, "text": page.text, "words": words}
        known = json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()
        # The image first: readers take the JSON file as the sign that the image is there.
        return self._keep(digest, f"{number}.webp", image) + self._keep(digest, f"{number}.json", known)

    def keep_inventory(self, digest: str, pages: int) -> None:
        """Store how many pages a content has, once they are all stored; its request is then fulfilled."""
        written = json.dumps({"version": RENDERER_VERSION, "pages": pages})
        self._keep(digest, _INVENTORY, written.encode())
        self.refuse(digest)

    def forget_all_but(self, digests: Collection[str]) -> int:
        """Delete the images of all contents but these, those in the library; return the bytes freed."""
        return sum(_drop_all(folder) for folder in self._folders() if folder.name not in digests)

    def size(self) -> int:
        """Return the bytes that the whole cache takes."""
        return sum(_size(folder) for folder in self._folders())

    def make_room(self) -> int:
        """Delete the pages least recently viewed until the cache is within its bound; return the bytes then used.

        Thumbnails, which lists of results show, are deleted last.
        """
        oldest = sorted(self._folders(), key=_looked_at)
        size = self.size()
        if size <= self.most_bytes:
            return size
        for drop in (_drop_pages, _drop_all):
            for folder in oldest:
                if size <= self.most_bytes * _KEPT_SHARE:
                    return size
                size -= drop(folder)
        return size

    def _of(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"Not a digest: {digest!r}")
        # Two levels: some file systems are slow with a hundred thousand entries in one folder.
        return self.folder / digest[:2] / digest

    def _existing(self, digest: str, name: str) -> Path | None:
        path = self._of(digest) / name
        return path if path.is_file() else None

    def _keep(self, digest: str, name: str, content: bytes) -> int:
        """Write a file completely or not at all, and return its size; readers find nothing until it is complete."""
        folder = self._of(digest)
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            with NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
                beside = Path(file.name)
                undo.callback(beside.unlink, missing_ok=True)
                file.write(content)
            # Temporary files are private; the web may run under another account, which must read this one.
            beside.chmod(_READABLE)
            beside.replace(folder / name)
            undo.pop_all()
        return len(content)

    def _folders(self) -> Iterator[Path]:
        return (folder for folder in self.folder.glob("??/*") if _DIGEST.fullmatch(folder.name))


def _placed(words: list[list[int]]) -> tuple[PlacedWord, ...]:
    return tuple(PlacedWord(*each) for each in words)


def _looked_at(folder: Path) -> float:
    """Return when a content's pages were last viewed, as a timestamp; 0 where it has no inventory, so no use."""
    inventory = folder / _INVENTORY
    return inventory.stat().st_mtime if inventory.exists() else 0.0


def _size(folder: Path) -> int:
    with os.scandir(folder) as files:
        return sum(file.stat().st_size for file in files)


def _drop_pages(folder: Path) -> int:
    """Delete a content's pages but its thumbnail; return the bytes freed."""
    before = _size(folder)
    # Without inventory, the content is drawn again when someone asks for it. It goes first, as it says what is there.
    (folder / _INVENTORY).unlink(missing_ok=True)
    for file in folder.iterdir():
        if file.name != _THUMBNAIL:
            file.unlink(missing_ok=True)
    return before - _size(folder)


def _drop_all(folder: Path) -> int:
    size = _size(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return size
