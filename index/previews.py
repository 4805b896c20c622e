"""Images of documents' pages: a cache on disk by content, which the indexer fills and the web shows."""

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
"""Raised whenever images would be drawn otherwise: all are then drawn anew."""

SCALE = 10_000
"""Places of words are counted in this many parts of the page's width and height."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_THUMBNAIL = "vignette.webp"
_INVENTORY = "pages.json"
_WISHES = "demandes"
_READABLE = 0o644
# Room is made for more than the next document, so that not every document has to make some.
_KEPT_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word of a page's text, from `start` to `end`, and where it is seen, in SCALE parts from the top left corner."""

    start: int
    end: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page's image, `width` by `height` pixels, and what one can read on it.

    A word that goes on in the next line has two places.
    """

    width: int
    height: int
    text: str = ""
    words: tuple[PlacedWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Previews:
    """One folder a content under `folder`; `most_bytes` in all, beyond which the pages least looked at go first.

    It can be deleted at any time. One process fills it, any number look; what is being written is not yet found.
    """

    folder: Path
    most_bytes: int

    def count(self, digest: str) -> int | None:
        """How many pages of this content are drawn, 0 where it has none to show; None as long as that is not known."""
        with suppress(OSError, ValueError, KeyError):
            inventory = json.loads((self._of(digest) / _INVENTORY).read_text(encoding="utf-8"))
            if inventory["version"] == RENDERER_VERSION:
                return int(inventory["pages"])
        return None

    def thumbnail(self, digest: str) -> Path | None:
        """The small image of a content's first page."""
        return self._existing(digest, _THUMBNAIL)

    def page(self, digest: str, number: int) -> Path | None:
        """The image of a page; `number` counts from 1 as locators do."""
        return self._existing(digest, f"{number}.webp")

    def drawn(self, digest: str, number: int, *, words: bool = True) -> DrawnPage | None:
        """What a page's image shows, where there is one; its size alone, which is soon told, without `words`."""
        try:
            written = orjson.loads((self._of(digest) / f"{number}.json").read_bytes())
            size = written["width"], written["height"]
            return DrawnPage(*size, written["text"], _placed(written["words"])) if words else DrawnPage(*size)
        except (OSError, ValueError, KeyError, TypeError):
            # None there, or cut short by a full disk.
            return None

    def look(self, digest: str) -> None:
        """Note that someone looks at a content's pages: they are kept longer."""
        with suppress(OSError):
            os.utime(self._of(digest) / _INVENTORY)

    def wish(self, digest: str) -> None:
        """Ask for a content's pages before all others."""
        self._of(digest)
        wishes = self.folder / _WISHES
        # A full or read-only disk costs the image, never the page that would have shown it.
        with suppress(OSError):
            wishes.mkdir(parents=True, exist_ok=True)
            (wishes / digest).touch()

    def wishes(self) -> tuple[str, ...]:
        """The contents asked for; each is asked for until `keep_inventory` says what became of it."""
        with suppress(FileNotFoundError):
            return tuple(each.name for each in (self.folder / _WISHES).iterdir() if _DIGEST.fullmatch(each.name))
        return ()

    def refuse(self, digest: str) -> None:
        """Forget that a content's pages were asked for."""
        (self.folder / _WISHES / digest).unlink(missing_ok=True)

    def keep_thumbnail(self, digest: str, image: bytes) -> int:
        """Keep the small image of a content; gives the bytes that it takes."""
        return self._keep(digest, _THUMBNAIL, image)

    def keep_page(self, digest: str, number: int, image: bytes, page: DrawnPage) -> int:
        """Keep a page's image, and what one sees on it; gives the bytes that they take."""
        words = [[each.start, each.end, each.left, each.top, each.width, each.height] for each in page.words]
        written = {"width": page.width, "height": page.height, "text": page.text, "words": words}
        known = json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()
        # The image first: what is known of it is what says that it is there.
        return self._keep(digest, f"{number}.webp", image) + self._keep(digest, f"{number}.json", known)

    def keep_inventory(self, digest: str, pages: int) -> None:
        """Say how many pages a content has here, once they are all kept."""
        written = json.dumps({"version": RENDERER_VERSION, "pages": pages})
        self._keep(digest, _INVENTORY, written.encode())
        self.refuse(digest)

    def forget_all_but(self, digests: Collection[str]) -> int:
        """Drop what was drawn of contents that are no longer in the library; gives the bytes freed."""
        return sum(_drop_all(folder) for folder in self._folders() if folder.name not in digests)

    def size(self) -> int:
        """The bytes that all of it takes."""
        return sum(_size(folder) for folder in self._folders())

    def make_room(self) -> int:
        """Drop the pages least recently looked at until the cache is within its bound; thumbnails go last.

        Gives the bytes that it then takes.
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
        return self.folder / digest[:2] / digest

    def _existing(self, digest: str, name: str) -> Path | None:
        path = self._of(digest) / name
        return path if path.is_file() else None

    def _keep(self, digest: str, name: str, content: bytes) -> int:
        """Keep this content whole, or not at all: who looks while it is written finds nothing yet."""
        folder = self._of(digest)
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            with NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
                beside = Path(file.name)
                undo.callback(beside.unlink, missing_ok=True)
                file.write(content)
            # The web may run under another account, which has to read it.
            beside.chmod(_READABLE)
            beside.replace(folder / name)
            undo.pop_all()
        return len(content)

    def _folders(self) -> Iterator[Path]:
        return (folder for folder in self.folder.glob("??/*") if _DIGEST.fullmatch(folder.name))


def _placed(words: list[list[int]]) -> tuple[PlacedWord, ...]:
    return tuple(PlacedWord(*each) for each in words)


def _looked_at(folder: Path) -> float:
    """When a content's pages were last looked at; those without an inventory are of no use to anyone."""
    inventory = folder / _INVENTORY
    return inventory.stat().st_mtime if inventory.exists() else 0.0


def _size(folder: Path) -> int:
    with os.scandir(folder) as files:
        return sum(file.stat().st_size for file in files)


def _drop_pages(folder: Path) -> int:
    """The bytes freed; without its inventory a content is drawn again when someone asks for it."""
    before = _size(folder)
    (folder / _INVENTORY).unlink(missing_ok=True)
    for file in folder.iterdir():
        if file.name != _THUMBNAIL:
            file.unlink(missing_ok=True)
    return before - _size(folder)


def _drop_all(folder: Path) -> int:
    size = _size(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return size
