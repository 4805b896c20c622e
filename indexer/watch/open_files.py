"""Tells which files no program has open for writing, where the system knows: on a disk of this machine."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOCAL_FILE_SYSTEMS = frozenset({"ext2", "ext3", "ext4", "xfs", "f2fs", "tmpfs"})
"""Those of which this kernel sees each writer: a share, or a folder of a virtual machine, has writers elsewhere."""

_MOUNTS = Path("/proc/self/mountinfo")


def find_closed_files(library: Path, paths: Iterable[str]) -> frozenset[str]:
    """Find those of these files (POSIX paths in the library) that are whole: nobody has them open for writing.

    What cannot be known is not among them: files of shares, of other accounts, empty ones, whose content may follow.
    """
    if sys.platform != "linux":
        return frozenset()
    disks = _list_local_disks()
    return frozenset(path for path in paths if _is_closed(library / path, disks))


def _list_local_disks() -> frozenset[int]:
    """The devices (`st_dev`) of mounted disks of this machine. Lines: proc_pid_mountinfo(5)."""
    devices = set()
    with suppress(OSError):
        for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
            place, _, kind = line.partition(" - ")
            if kind.split(" ", 1)[0] in _LOCAL_FILE_SYSTEMS:
                major, _, minor = place.split()[2].partition(":")
                devices.add(os.makedev(int(major), int(minor)))
    return frozenset(devices)


def _is_closed(path: Path, disks: frozenset[int]) -> bool:
    try:
        # Without O_NONBLOCK, opening a pipe would wait for its writer.
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        found = os.fstat(file)
        is_known = stat.S_ISREG(found.st_mode) and found.st_size and found.st_dev in disks
        return bool(is_known) and _take_lease(file)
    finally:
        os.close(file)


def _take_lease(file: int) -> bool:
    """Take a lease on an open file for a moment: the kernel grants it where nobody has the file open for writing."""
    import fcntl  # noqa: PLC0415 - absent on Windows
    import signal  # noqa: PLC0415 - as above

    try:
        # Who opens the file for writing meanwhile waits for the lease's end, of which a signal tells. The usual one
        # would end this process; this one is ignored.
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError:
        # Open for writing, of another account (which takes CAP_LEASE), or on a file system without leases.
        return False
    return True
