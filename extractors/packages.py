"""Parts of python-docx and python-pptx packages that are parsed only when they are read.

Both libraries build, for each part and each of its elements, an object that can edit it, which reading does not need.
Here parts stay bytes until they are read. The libraries' own part factories are left as they are, since other code in
the process may use them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from extractors.zipped import parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# Hashes and not contents: this outlives a file, in each worker.
_MOST_VERIFIED = 10_000
_verified_hashes = set[int]()


class LazyPart:
    """A mixin for parts: `root` parses the XML at its first use, once."""

    blob: bytes
    content_type: str

    @cached_property
    def root(self) -> Element:
        """The root element of the part's XML."""
        return parse_xml(self.blob)


Part = TypeVar("Part", bound=LazyPart)


def verify_part(part: Part, library: Any) -> Part:
    """The part itself; XMLSyntaxError where the library would refuse it as damaged. `library` is its module of parts.

    A content that was verified in an earlier file, as parts of a template are, is not parsed again.
    """
    kind = library.PartFactory.part_type_for.get(part.content_type)
    # Only parts that the library itself would parse: it takes pictures, and XML that it does not know, as they are.
    if kind is not None and issubclass(kind, library.XmlPart) and (seen := hash(part.blob)) not in _verified_hashes:
        part.root  # noqa: B018  parsing it is the test
        if len(_verified_hashes) == _MOST_VERIFIED:
            _verified_hashes.clear()
        _verified_hashes.add(seen)
    return part
