"""Opening Word files by python-docx, with parts that are parsed only when they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from docx.opc import part as library
from docx.opc.package import OpcPackage, Unmarshaller
from docx.opc.pkgreader import PackageReader

from extractors.packages import LazyPart, verify_part

if TYPE_CHECKING:
    from typing import IO, Self


class WordPackage(OpcPackage):
    """A python-docx package whose parts are LazyParts."""

    @classmethod
    def open(cls, pkg_file: str | IO[bytes]) -> Self:
        """Open a file; parts are found by their relationships, as python-docx finds them."""
        # The library's own `open`, but for the factory that makes parts.
        package = cls()
        reader, unmarshaller = cast("Any", PackageReader), cast("Any", Unmarshaller)
        unmarshaller.unmarshal(reader.from_file(pkg_file), package, _create_part)
        return package


class _WordPart(LazyPart, library.Part):
    pass


def _create_part(name: Any, content_type: str, _: str, blob: bytes, package: Any) -> _WordPart:
    return verify_part(_WordPart(name, content_type, blob, package), library)
