"""Page images kept on disk by content, within a bound; several processes may share one cache."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY = re.compile(r"[0-9a-f]{16,}[-.\w]*")
# Room is made for more than the next image, so that not every image has to make some.
_KEPT_SHARE = 0.9


def page_key(digest: str, number: int, width: int) -> str:
    """The name of a page image: content, page, pixels across."""
    return f"{digest}-{number}-{width}.webp"


def pdf_key(digest: str) -> str:
    """The name of an office file’s PDF."""
    return f"{digest}.pdf"


@dataclass(frozen=True, slots=True)
class PreviewCache:
    """Files under `folder`, `most_bytes` of them at most: what was not asked for the longest goes first.

    It can be deleted at any time. A key begins with the content’s digest in hexadecimal, which also spreads the files.
    """

    folder: Path
    most_bytes: int

    def find(self, key: str) -> bytes | None:
        """What is kept under this key; asking for it makes it recent."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        # Another process may just have dropped it: its content is here all the same.
        with suppress(FileNotFoundError):
            os.utime(path)
        return content

    def keep(self, key: str, content: bytes) -> None:
        """Keep this content whole, or not at all: who looks while it is written finds nothing yet."""
        if len(content) > self.most_bytes:
            return
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            file.write(content)
        # Another process that makes room may take it away before it has its name.
        with suppress(FileNotFoundError):
            Path(file.name).replace(path)
        self._make_room()

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"Not a key of this cache: {key!r}")
        return self.folder / key[:2] / key

    def _make_room(self) -> None:
        """Drop the least recent files, those half-written by a process that died included."""
        files = sorted(self._files())
        size = sum(size for _, size, _ in files)
        if size <= self.most_bytes:
            return
        for _, freed, path in files:
            if size <= self.most_bytes * _KEPT_SHARE:
                return
            path.unlink(missing_ok=True)
            size -= freed

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """Last use, size and path of each file."""
        for path in self.folder.glob("*/*"):
            with suppress(FileNotFoundError):
                status = path.stat()
                yield status.st_mtime, status.st_size, path
