"""Temporary files in memory, where there is room: tests write thousands, and databases wait for disks at commits."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_BYTES = 10_000_000_000
"""More than all tests leave until their end, with as much memory again for what they run."""


def has_room(folder: Path = _MEMORY) -> bool:
    """Whether files may be kept there, and programs that tests write be run; in most containers they may not."""
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return False
    return shutil.disk_usage(folder).free >= _BYTES and not os.statvfs(folder).f_flag & os.ST_NOEXEC


@contextmanager
def keep_in_memory() -> Iterator[None]:
    """Have this process and those that it starts write temporary files in memory, gone at the end; or on the disk."""
    if not has_room():
        yield
        return
    with tempfile.TemporaryDirectory(prefix="ruche-", dir=_MEMORY, ignore_cleanup_errors=True) as folder:
        # Servers that refuse to run as root have their own folder in it.
        Path(folder).chmod(0o711)
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        yield
