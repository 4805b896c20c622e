"""ZIP archives, read as one document with the Sections of all files inside. Why: docs/adr/0007-archives.md."""

from __future__ import annotations

import shutil
import stat
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  an error's name, as the others

from extractors.detection import detect_format
from extractors.errors import Reason, UnreadableFileError
from extractors.extraction import extract as extract_file
from extractors.formats import Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.text import to_single_line
from extractors.zip_directory import open_archive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zipfile import ZipInfo

    from extractors.model import Limits

_ARCHIVE_ERRORS = (BadZipFile, ZlibError, EOFError, NotImplementedError, ValueError, RuntimeError)
# Flag bit 11: the name is UTF-8 (APPNOTE.TXT, 4.4.4).
_UTF8_NAMES = 0x800
# Files that macOS and Windows add by themselves, and nobody deposits.
_SYSTEM_FILES = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
# Lock files that Office and LibreOffice leave beside an open document.
_LOCK_PREFIXES = ("~$", ".~lock.")
# How a member's page or slide is named in a title; other units have titles of their own.
_UNIT_NAMES = {SectionUnit.PAGE: "page", SectionUnit.SLIDE: "diapositive"}
_MOST_WARNINGS = 20
_LONGEST_SUFFIX = 16
# Of the archive's seconds. The rest is a margin for the last member, which nothing here stops.
_SHARE_OF_TIME = 0.7
_NESTED_MESSAGE = "archive dans une archive, qui n’est pas ouverte : déposez-la à part"
_OUT_OF_TIME_MESSAGE = "non lu, faute de temps : découpez l’archive"


@dataclass(frozen=True, slots=True)
class _Member:
    """A file of the archive; `name` is decoded for display only, and never used as a path."""

    name: str
    entry: ZipInfo


@dataclass(frozen=True, slots=True)
class _MemberResult:
    """The Sections of a member, or the `warning` and `reason` why it was not read.

    A member that was left out for lack of time has a warning without a reason: it says nothing of the content.
    """

    sections: tuple[Section, ...] = ()
    warning: str | None = None
    reason: Reason | None = None


def extract(path: Path, limits: Limits) -> Extraction:
    """The Sections of all readable files in the archive's order; titles begin with the name of the file.

    UnreadableFileError, with the most common reason, only if no file of the archive could be read.
    """
    try:
        with open_archive(path, limits) as archive:
            members = list(_list_members(archive))
            read = list(_read_members(archive, members, limits))
    except _ARCHIVE_ERRORS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error
    if read and all(one.reason for one in read):
        raise UnreadableFileError(_most_common_reason(read), "aucun fichier de l’archive n’est lisible")
    sections = (section for one in read for section in one.sections)
    return Extraction(
        Format.ARCHIVE,
        tuple(replace(section, number=number) for number, section in enumerate(sections, 1)),
        warnings=tuple(_list_warnings([one.warning for one in read if one.warning])),
    )


def _list_members(archive: ZipFile) -> Iterator[_Member]:
    """The files of the archive, without folders, symbolic links, lock files and files that systems add."""
    for entry in archive.infolist():
        parts = [part for part in PurePosixPath(_decode_name(entry)).parts if part not in {"/", "..", "."}]
        if not parts or entry.is_dir() or _SYSTEM_FILES.intersection(parts) or parts[-1].startswith(_LOCK_PREFIXES):
            continue
        # The upper half of the external attributes holds the Unix mode of the file.
        if not stat.S_ISLNK(entry.external_attr >> 16):
            yield _Member(to_single_line("/".join(parts)), entry)


def _decode_name(entry: ZipInfo) -> str:
    """The name of an entry as its author wrote it.

    Without the UTF-8 flag, zipfile decodes names as cp437. macOS writes UTF-8 all the same, French Windows cp850.
    """
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAMES:
        # UTF-8 first: cp850 decodes any bytes, while French cp850 is hardly ever valid UTF-8.
        written = name.encode("cp437", errors="replace")
        try:
            name = written.decode("utf-8")
        except UnicodeDecodeError:
            name = written.decode("cp850")
    return name.replace("\\", "/")


def _read_members(archive: ZipFile, members: Sequence[_Member], limits: Limits) -> Iterator[_MemberResult]:
    """The result for each member in order; once time is up, those that remain are left out with a warning."""
    deadline = time.monotonic() + limits.seconds * _SHARE_OF_TIME
    within = replace(limits, nesting=max(limits.nesting - 1, 0))
    for member in members:
        left = deadline - time.monotonic()
        if left <= 0:
            yield _MemberResult(warning=f"{member.name} : {_OUT_OF_TIME_MESSAGE}.")
        else:
            yield _read_member(
                archive, member, replace(within, seconds=left, ocr_seconds=min(limits.ocr_seconds, left))
            )


def _read_member(archive: ZipFile, member: _Member, limits: Limits) -> _MemberResult:
    """Read one member, unpacked alone under a name of ours, so that its own cannot lead anywhere."""
    with TemporaryDirectory(prefix="ruche-") as folder:
        path = Path(folder) / f"membre{PurePosixPath(member.name).suffix[:_LONGEST_SUFFIX]}"
        try:
            with archive.open(member.entry) as packed, path.open("wb") as file:
                shutil.copyfileobj(packed, file)
            # Depth is how archive bombs hide: nested archives are never opened.
            if detect_format(path) is Format.ARCHIVE:
                return _MemberResult(warning=f"{member.name} : {_NESTED_MESSAGE}.", reason=Reason.UNKNOWN_FORMAT)
            extraction = extract_file(path, limits)
        except UnreadableFileError as refused:
            return _MemberResult(warning=f"{member.name} : {refused.reason.message}.", reason=refused.reason)
        except _ARCHIVE_ERRORS:
            return _MemberResult(warning=f"{member.name} : {Reason.DAMAGED.message}.", reason=Reason.DAMAGED)
    return _MemberResult(tuple(_to_headings(member.name, extraction.sections)))


def _to_headings(name: str, sections: Iterable[Section]) -> Iterator[Section]:
    """The Sections as headings titled with the member's name, so that « page 4 » is not read as one of the archive.

    All cues become one Section: a recording inside an archive cannot be played at a given second.
    """
    sections = list(sections)
    if said := "\n".join(section.text for section in sections if section.unit is SectionUnit.CUE):
        yield Section(SectionUnit.HEADING, 1, said, title=name)
    for section in sections:
        if section.unit is not SectionUnit.CUE:
            place = f"{_UNIT_NAMES[section.unit]} {section.number}" if section.unit in _UNIT_NAMES else ""
            title = " – ".join(filter(None, (name, place, section.title)))
            yield replace(section, unit=SectionUnit.HEADING, title=title)


def _list_warnings(troubles: Sequence[str]) -> Iterator[str]:
    yield from troubles[:_MOST_WARNINGS]
    if len(troubles) > _MOST_WARNINGS:
        yield f"{len(troubles) - _MOST_WARNINGS} autres fichiers de l’archive n’ont pas pu être lus."


def _most_common_reason(read: Sequence[_MemberResult]) -> Reason:
    return Counter(one.reason for one in read if one.reason).most_common(1)[0][0]
