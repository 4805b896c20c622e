"""Read the files of a deposited ZIP one by one. Names are used as names only, and declared sizes are bounds."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from index.model import UnusableNameError, clean_name, is_ignored
from index.zip_directory import ZipDirectoryError, open_zip
from webapp.deposits.deposit_writer import DepositRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILES = 500
_MAX_ENTRIES = 5_000
"""Entries of an archive, with its folders and the files that systems add, which are not deposited."""

# Bits of an entry's flags (APPNOTE.TXT, section 4.4.4).
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_MAX_DEPTH = 6
"""Levels of folders that are kept; deeper files go into the last one."""


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file of an archive: its folders, cleaned, its name as written, and its content, to be read once."""

    folders: tuple[str, ...]
    name: str
    content: IO[bytes]


@contextmanager
def translate_archive_errors() -> Iterator[None]:
    """Turn the errors of a damaged archive into DepositRefusedError; encloses the reading of its files too."""
    try:
        yield
    except ZipDirectoryError as error:
        raise DepositRefusedError(str(error)) from error
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, UnicodeDecodeError) as error:
        # Damage shows in the ZIP structure or in a decompressor, often only while a file is read.
        raise DepositRefusedError("Cette archive est abîmée : refaites-la, ou déposez ses fichiers.") from error


def iterate_archive(archive: IO[bytes], most_bytes: int) -> Iterator[ArchivedFile]:
    """Yield an archive's files, without folders and system files; to be read within `translate_archive_errors`.

    Raises DepositRefusedError when it is protected, or gives more than `most_bytes` or MOST_FILES.
    """
    with open_zip(archive, _MAX_ENTRIES) as opened:
        yield from _iterate_files(opened, most_bytes)


def _iterate_files(opened: zipfile.ZipFile, most_bytes: int) -> Iterator[ArchivedFile]:
    entries = [entry for entry in opened.infolist() if not entry.is_dir() and not _is_left_out(_decode_name(entry))]
    if len(entries) > MAX_FILES:
        raise DepositRefusedError(
            f"Cette archive compte {len(entries)} fichiers, {MAX_FILES} au plus sont acceptés : faites-en plusieurs."
        )
    left = most_bytes
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED_FLAG:
            raise DepositRefusedError("Cette archive est protégée par un mot de passe : déposez-la sans.")
        # Declared sizes are summed: they bound what is read, as said below.
        left -= entry.file_size
        if left < 0:
            raise DepositRefusedError(
                f"Dépliée, cette archive dépasse {most_bytes // 2**20} Mo : déposez ses fichiers en plusieurs fois."
            )
        # Some Windows programs write backslashes, against the specification.
        path = PurePosixPath(_decode_name(entry).replace("\\", "/"))
        # `ZipExtFile` gives no more than `file_size` bytes, whatever the archive holds.
        with opened.open(entry) as content:
            yield ArchivedFile(_clean_folders(path), path.name, content)


def _decode_name(entry: zipfile.ZipInfo) -> str:
    """Decode an entry's name. Without the UTF-8 flag, names are UTF-8 all the same, or cp850 from French Windows."""
    if entry.flag_bits & _UTF8_FLAG:
        return entry.filename
    # `zipfile` has decoded such a name as cp437, the specification's default: get the bytes back.
    raw_name = entry.filename.encode("cp437", errors="replace")
    try:
        return raw_name.decode()
    except UnicodeDecodeError:
        return raw_name.decode("cp850")


def _is_left_out(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    # macOS adds `__MACOSX`. « . » and « .. » look like hidden names here, and are dropped when folders are cleaned.
    return not parts or parts[0] == "__MACOSX" or any(is_ignored(part) and part not in {".", ".."} for part in parts)


def _clean_folders(path: PurePosixPath) -> tuple[str, ...]:
    cleaned = []
    for part in path.parent.parts:
        try:
            cleaned.append(clean_name(part))
        except UnusableNameError:
            # « .. » and « / » are dropped: no name climbs out of the folder of the deposit.
            continue
    return tuple(cleaned[:_MAX_DEPTH])
