"""Opening OLE compound files, as office files were before 2007, without trusting their content.

Format: [MS-CFB], Compound File Binary File Format.
"""

from __future__ import annotations

import struct
from contextlib import contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING

from olefile import OleFileIO

from extractors.errors import Reason, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The shifts of the sizes of sectors and of small ones, then the numbers of sectors of the three tables (2.2): the
# allocation table, that of small sectors, and the list of sectors of the first.
_HEADER = struct.Struct("<30x2H10xI16xI4xI")
_SECTOR_SHIFTS = (9, 12)
_SMALL_SECTOR_SHIFT = 6
_NUMBER_BYTES = 4
# The header itself lists that many sectors of the allocation table, from this byte on.
_TABLES_IN_HEADER = 109
_TABLES_AT = 76
# What olefile raises on damaged files beside its own OleFileError, which is an OSError.
_OLE_ERRORS = (
    *(LookupError, ValueError, TypeError, AttributeError, OverflowError, RecursionError),
    *(struct.error, EOFError),
)


class CompoundFile(OleFileIO):  # type: ignore[misc]  # olefile publishes no types
    """An open OLE file. Defects that leave it readable are passed over."""

    def _check_duplicate_stream(self, _first: int, minifat: bool = False) -> None:  # noqa: FBT001, FBT002  olefile's own
        # It would go over all streams for each stream, hours for a large directory, to note a defect that we pass over.
        del minifat

    def loadfat(self, header: bytes) -> None:
        """Read the allocation table, as far as the header says how long it is."""
        listed = struct.unpack_from(f"<{_TABLES_IN_HEADER}I", header, _TABLES_AT)
        # Some writers leave anything after the last number instead of marking the places as free.
        count = min(self.num_fat_sectors, _TABLES_IN_HEADER)
        further = takewhile(lambda number: number < self.nb_sect, listed[count:])
        numbers = b"".join(number.to_bytes(_NUMBER_BYTES, "little") for number in (*listed[:count], *further))
        try:
            super().loadfat(header[:_TABLES_AT] + numbers.ljust(_TABLES_IN_HEADER * _NUMBER_BYTES, b"\xff"))
        except OSError as error:
            # The table is read by then; Office opens such files.
            if str(error) != "incorrect end of DIFAT":
                raise


@contextmanager
def open_compound_file(path: Path) -> Iterator[CompoundFile]:
    """Open a file to read its directory and its streams; UnreadableFileError if it is damaged.

    Reading a stream takes as much memory as the directory says that it is long: whoever does so checks that first.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            _check_header(file.read(_HEADER.size), size)
            file.seek(0)
            with CompoundFile(file) as ole:
                yield ole
    except OSError as error:
        # Errors of the disk have a number, olefile's have none.
        if error.errno is not None:
            raise
        raise UnreadableFileError(Reason.DAMAGED, str(error)) from error
    except _OLE_ERRORS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error


def _check_header(header: bytes, size: int) -> None:
    """Refuse (UnreadableFileError) sizes that olefile would believe: it reads as many sectors as the header says."""
    shift, small_shift, tables, small_tables, lists = _HEADER.unpack(header)
    if shift not in _SECTOR_SHIFTS or small_shift != _SMALL_SECTOR_SHIFT:
        raise UnreadableFileError(Reason.DAMAGED, f"secteurs de 2^{shift} et 2^{small_shift} octets")
    sectors, numbers_in_sector = size >> shift, (1 << shift) // _NUMBER_BYTES
    # A table may be longer than the file needs, not without end.
    most_tables = _TABLES_IN_HEADER + 2 * sectors // numbers_in_sector
    if tables > most_tables or lists > most_tables or small_tables > sectors:
        raise UnreadableFileError(Reason.DAMAGED, f"{tables}, {small_tables}, {lists} tables pour {sectors} secteurs")
