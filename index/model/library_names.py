"""Names in the library: how paths compare, which are ignored, and how a deposited file's name is made fit."""

from __future__ import annotations

import re
import stat
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.model.errors import ExplainedError

if TYPE_CHECKING:
    import os
    from pathlib import Path

CALENDAR_NAME = "evenements.yaml"
"""The file that announces events, at the library's root or in the data folder."""

# Hidden files, locks of office suites, and copies of metadata that macOS leaves on shares.
_HIDDEN_PREFIXES = (".", "~$")
# The lock of an open document and macOS's fork of a file: what they say is none of the document's.
_LOCK_PREFIXES = ("~$", "._", ".~lock.")
_UNFINISHED_SUFFIXES = (".tmp", ".part", ".partial", ".crdownload", ".download", ".swp", "~")
# « Icon » and a carriage return: the icon that macOS gives a folder.
_SYSTEM_NAMES = frozenset({"thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r"})
# What systems keep on a share: recycle bins, thumbnails and snapshots of Synology, QNAP, NetApp and others, those of
# Windows and macOS, what a check of the disk has found. A file that is moved there was thrown away.
_SYSTEM_FOLDERS = frozenset(
    {
        *("#recycle", "@recycle", "@recycle_bin", "$recycle.bin", "recycler", "recycled", "network trash folder"),
        *("@eadir", "@__thumb", "@tmp", "@sharebin", "@sharesnap", "@recently-snapshot", "#snapshot", "@snapshot"),
        *("@snapshots", "~snapshot", "~snapshots", "temporary items", "thevolumesettingsfolder", "__macosx"),
        *("system volume information", "lost+found", "found.000"),
    }
)

# With a letter, and without a space: « CR 12.03.2024 » and « Note de M. Le Goff » end in none.
_SUFFIX = re.compile(r"(?<=.)\.(?=\w*[^\W\d_])[\w+]{1,10}$")
# Bytes in UTF-8: file systems take 255, and a suffix such as « (2) » must still fit.
_MAX_BYTES = 200

# Characters that Windows refuses in a name: the library is often one of its shares.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')

# Names that Windows takes for devices, whatever their suffix.
_DEVICE_NAMES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def normalise_path(path: str) -> str:
    """A path as it compares: systems differ in capitals and in how accents are composed."""
    # Case folding may decompose what was composed: it is composed once more.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def identify_folder(path: Path) -> str:
    """What names a directory whatever its path, for as long as its file system stays mounted; empty where it is absent.

    A file system may give the name to another directory once this one is deleted.
    """
    try:
        found = path.lstat()
    except OSError:
        return ""
    return name_directory(found) if stat.S_ISDIR(found.st_mode) else ""


def name_directory(found: os.stat_result) -> str:
    """What names a directory, from its status: device and inode; empty where its file system numbers nothing."""
    return f"{found.st_dev}:{found.st_ino}" if found.st_ino else ""


class UnusableNameError(ExplainedError):
    """Nothing usable is left of a name, or the library would ignore it."""


def is_ignored(name: str) -> bool:
    """Whether a name is one that systems and programs leave behind: hidden, lock, unfinished, recycle bin, snapshot."""
    lower = name.lower()
    return (
        lower.startswith(_HIDDEN_PREFIXES)
        or lower.endswith(_UNFINISHED_SUFFIXES)
        or lower in _SYSTEM_NAMES
        or lower in _SYSTEM_FOLDERS
    )


def clean_name(name: str) -> str:
    """Return a name that every system accepts and that the indexer reads; cleaning it again changes nothing.

    Raises UnusableNameError when nothing is left of it, or when the library would ignore it.
    """
    spaced = "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", name))
    # Categories in C are controls, unassigned characters and those that change the direction of writing.
    printable = "".join(letter for letter in spaced if unicodedata.category(letter)[0] != "C")
    # Without its prefix, a lock would stand beside the document as one more.
    is_lock = printable.lstrip().lower().startswith(_LOCK_PREFIXES)
    cleaned = "" if is_lock else _trim_name(" ".join(_FORBIDDEN.sub("-", printable).split()))
    cleaned = _trim_name(_shorten_name(f"_{cleaned}" if _DEVICE_NAMES.match(cleaned) else cleaned))
    if not cleaned or is_ignored(cleaned):
        raise UnusableNameError(f"Le nom « {printable[:80]} » ne convient pas à un fichier : renommez-le.")
    return cleaned


def split_suffix(name: str) -> tuple[str, str]:
    """A file's name without its suffix, and the suffix in lower case, dot included; "" where it has none."""
    found = _SUFFIX.search(name)
    return (name[: found.start()], found[0].lower()) if found else (name, "")


def find_stem(path: str) -> str:
    """The name of a file without its suffix."""
    return split_suffix(PurePosixPath(path).name)[0]


def find_suffix(path: str) -> str:
    """The suffix of a file, in lower case, dot included; "" where it has none."""
    return split_suffix(PurePosixPath(path).name)[1]


def add_number(name: str, number: int) -> str:
    """Return a name with a number before its suffix: « Compte rendu (2).docx »."""
    stem, _ = split_suffix(name)
    return f"{stem} ({number}){name.removeprefix(stem)}"


def _trim_name(name: str) -> str:
    # A dot or « ~$ » in front hides a file; Windows drops dots and spaces at the end.
    return name.lstrip(".~$ ").rstrip(". ")


def _shorten_name(name: str) -> str:
    if len(name.encode()) <= _MAX_BYTES:
        return name
    whole, _ = split_suffix(name)
    suffix = name.removeprefix(whole)
    # Cut by bytes; a character that is cut in two is dropped.
    stem = whole.encode()[: _MAX_BYTES - len(suffix.encode())].decode(errors="ignore")
    return f"{stem.rstrip()}{suffix}"
