"""Office files through LibreOffice: formats from before 2007 are made into today's and read by the usual modules."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from extractors.converters import private_folder, run
from extractors.errors import Reason, UnreadableFileError
from extractors.kinds import detect
from extractors.sections import Extraction, Format
from extractors.table import reader

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.limits import Limits

PROGRAM = "soffice"
# The rest is for reading what was converted.
_SHARE_OF_TIME = 0.7


@dataclass(frozen=True, slots=True)
class _Modern:
    """What an old format becomes; `suffix` is also LibreOffice’s name for it."""

    suffix: str
    format: Format


# By name, or LibreOffice would read what it cannot load as plain text, and give its bytes for words.
_READ_AS: dict[Format, str] = {
    Format.OLD_WORD: "MS Word 97",
    Format.OLD_POWERPOINT: "MS PowerPoint 97",
    Format.OLD_EXCEL: "MS Excel 97",
}


_MODERN: dict[Format, _Modern] = {
    Format.OLD_WORD: _Modern("docx", Format.WORD),
    Format.OLD_POWERPOINT: _Modern("pptx", Format.POWERPOINT),
    Format.OLD_EXCEL: _Modern("xlsx", Format.EXCEL),
}

# No macro, whatever a document says of itself; no linked file or image, which could show a file of the server’s.
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
    """What the converted document gives; its format is today's, by which members filter."""
    kind = detect(path)
    modern = _MODERN[kind]
    began = time.monotonic()
    with private_folder() as folder:
        converted = convert(path, kind, modern.suffix, folder, limits.seconds * _SHARE_OF_TIME)
        left = limits.seconds - (time.monotonic() - began)
        return reader(modern.format).extract(converted, replace(limits, seconds=left))


def convert(path: Path, kind: Format, wanted: str, folder: Path, seconds: float) -> Path:
    """The document as LibreOffice writes it into this private folder; `wanted` is a suffix, with a filter if need be.

    Filters: https://help.libreoffice.org/latest/en-US/text/shared/guide/convertfilters.html
    """
    profile, results = folder / "profil", folder / "resultat"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    # A copy under a plain and true name: LibreOffice looks at suffixes, takes a name in « - » for an option, may lack
    # our right to read in its own namespace, and would look for linked files beside the original.
    source = folder / f"document.{kind.value}"
    shutil.copyfile(path, source)
    options = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"]
    if kind in _READ_AS:
        options.append(f"--infilter={_READ_AS[kind]}")
    job = ("--convert-to", wanted, "--outdir", str(results), str(source))
    run(PROGRAM, (f"-env:UserInstallation={profile.as_uri()}", *options, *job), folder, seconds)
    converted = results / f"document.{wanted.partition(':')[0]}"
    # LibreOffice succeeds, and writes nothing, on what it cannot load.
    if not converted.is_file():
        raise UnreadableFileError(Reason.DAMAGED, "LibreOffice n’a rien produit")
    return converted
