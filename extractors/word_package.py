"""Word files as python-docx opens them, of parts that are parsed when they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from docx.opc import part as library
from docx.opc.package import OpcPackage, Unmarshaller
from docx.opc.pkgreader import PackageReader

from extractors.packages import ParsedOnce, sound

if TYPE_CHECKING:
    from typing import IO, Self


class WordPackage(OpcPackage):
    """A package of python-docx, its parts with a `root`."""

    @classmethod
    def open(cls, pkg_file: str | IO[bytes]) -> Self:
        """The package in this file, its parts found as python-docx finds them."""
        package = cls()
        reader, unmarshaller = cast("Any", PackageReader), cast("Any", Unmarshaller)
        unmarshaller.unmarshal(reader.from_file(pkg_file), package, _part)
        return package


class _Part(ParsedOnce, library.Part):
    pass


def _part(name: Any, content_type: str, _: str, blob: bytes, package: Any) -> _Part:
    return sound(_Part(name, content_type, blob, package), library)
