"""Parts of the packages that python-docx and python-pptx open, without the classes that only editing needs.

Both libraries make of each part an object that knows how to change it, and of each of its elements another one. Here
parts stay bytes until they are read. The libraries' own tables are left as they are: others in the process use them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from extractors.zipped import parse

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MOST_KNOWN = 10_000
_known_as_sound = set[int]()


class ParsedOnce:
    """What is added to a part: its XML is parsed when it is first read, and once."""

    blob: bytes
    content_type: str

    @cached_property
    def root(self) -> Element:
        """The root element."""
        return parse(self.blob)


Part = TypeVar("Part", bound=ParsedOnce)


def sound(part: Part, library: Any) -> Part:
    """The part, refused with XMLSyntaxError where the library (its module of parts) would refuse it as damaged.

    One that was sound in another file, as those of a template are, is not looked at again before it is read.
    """
    kind = library.PartFactory.part_type_for.get(part.content_type)
    if kind is not None and issubclass(kind, library.XmlPart) and (seen := hash(part.blob)) not in _known_as_sound:
        part.root  # noqa: B018  parsing it is the test
        if len(_known_as_sound) == _MOST_KNOWN:
            _known_as_sound.clear()
        _known_as_sound.add(seen)
    return part
