"""Conversion of office files by LibreOffice, and the reader of formats from before 2007, which are converted first."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from extractors.converters import private_folder, run_program
from extractors.errors import Reason, UnreadableFileError
from extractors.kinds import detect_format
from extractors.sections import Extraction, Format
from extractors.table import load_reader

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.limits import Limits

PROGRAM = "soffice"
# Of the file's seconds; the rest is for reading the converted document.
_SHARE_OF_TIME = 0.7


@dataclass(frozen=True, slots=True)
class _ModernFormat:
    """The format that an old one is converted to; `suffix` is also LibreOffice’s name for it."""

    suffix: str
    format: Format


# LibreOffice's import filters. Without one, a file that it cannot load is read as plain text: its bytes become words.
_IMPORT_FILTERS: dict[Format, str] = {
    Format.OLD_WORD: "MS Word 97",
    Format.OLD_POWERPOINT: "MS PowerPoint 97",
    Format.OLD_EXCEL: "MS Excel 97",
}


_MODERN_FORMATS: dict[Format, _ModernFormat] = {
    Format.OLD_WORD: _ModernFormat("docx", Format.WORD),
    Format.OLD_POWERPOINT: _ModernFormat("pptx", Format.POWERPOINT),
    Format.OLD_EXCEL: _ModernFormat("xlsx", Format.EXCEL),
}

# The profile of each run: no macros, and no linked files or images, which could show files of the server.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
 <item oor:path="/org.openoffice.Office.Common/Security/Scripting">
  <prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
  <prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
  <prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop>
  <prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
 </item>
 <item oor:path="/org.openoffice.Office.Writer/Content/Update">
  <prop oor:name="Link" oor:op="fuse"><value>0</value></prop>
 </item>
 <item oor:path="/org.openoffice.Office.Calc/Content/Update">
  <prop oor:name="Link" oor:op="fuse"><value>2</value></prop>
 </item>
</oor:items>
"""


def extract(path: Path, limits: Limits) -> Extraction:
    """Convert a file of an old format and read the result; its format is the new one, by which members filter."""
    kind = detect_format(path)
    modern = _MODERN_FORMATS[kind]
    began = time.monotonic()
    with private_folder() as folder:
        converted = convert_document(path, kind, modern.suffix, folder, limits.seconds * _SHARE_OF_TIME)
        left = limits.seconds - (time.monotonic() - began)
        return load_reader(modern.format).extract(converted, replace(limits, seconds=left))


def convert_document(path: Path, kind: Format, target: str, folder: Path, seconds: float) -> Path:
    """Convert a document by LibreOffice and return the path of the result, which is in `folder`, a private folder.

    `target` is a suffix, followed by « : » and an export filter with options if need be. UnreadableFileError if
    LibreOffice fails or takes more than `seconds`.

    Filters: https://help.libreoffice.org/latest/en-US/text/shared/guide/convertfilters.html
    """
    profile, results = folder / "profil", folder / "resultat"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    # A copy under a plain name with the true suffix: LibreOffice goes by suffixes, takes a name that begins with « - »
    # for an option, may lack our permissions in its namespace, and would look for linked files beside the original.
    source = folder / f"document.{kind.value}"
    shutil.copyfile(path, source)
    options = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"]
    if kind in _IMPORT_FILTERS:
        options.append(f"--infilter={_IMPORT_FILTERS[kind]}")
    job = ("--convert-to", target, "--outdir", str(results), str(source))
    run_program(PROGRAM, (f"-env:UserInstallation={profile.as_uri()}", *options, *job), folder, seconds)
    converted = results / f"document.{target.partition(':')[0]}"
    # On a file that it cannot load, LibreOffice writes nothing and still exits with 0.
    if not converted.is_file():
        raise UnreadableFileError(Reason.DAMAGED, "LibreOffice n’a rien produit")
    return converted
