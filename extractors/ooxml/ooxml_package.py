"""What Word and PowerPoint files share (ECMA-376): opening a package, repairing it, following its relationships."""

from __future__ import annotations

import re
from functools import cached_property
from io import BytesIO
from pathlib import PurePosixPath
from posixpath import normpath
from typing import TYPE_CHECKING, Any, TypeVar
from zipfile import ZIP_STORED, ZipFile

from lxml import etree

from extractors.errors import Reason, UnreadableFileError
from extractors.model import PARTIAL_WARNING
from extractors.text import clean_description, clean_title, parse_authors, parse_iso_date
from extractors.zip_directory import open_archive, open_zip
from extractors.zips import DAMAGED_ZIP_ERRORS, parse_xml, read_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from pathlib import Path
    from typing import IO

    from lxml.etree import _Element as Element

    from extractors.model import Limits

Package = TypeVar("Package")

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
CX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

_ALTERNATIVES, _CHOICE, _FALLBACK = f"{MC}AlternateContent", f"{MC}Choice", f"{MC}Fallback"
# What Office had until 2024. Characters beyond the font (symex) are written in an element of their own, of which the
# fallback is plain text.
_UNDERSTOOD = re.compile(
    r"http://schemas\.openxmlformats\.org/|urn:schemas-microsoft-com:"
    r"|http://schemas\.microsoft\.com/office/(?:mac/)?\w+/20(?:0\d|1\d|2[0-4])/(?!wordml/symex)"
)
_CORE_PROPERTIES_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_CORE_PROPERTIES_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
# « Strict » files use other namespaces for the same elements (ECMA-376, part 1, annex on namespaces). They are
# rewritten to the usual ones, which the libraries know.
_STRICT_NAMESPACE = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")


def open_package(
    path: Path, limits: Limits, opener: Callable[[str | IO[bytes]], Package]
) -> tuple[Package, tuple[str, ...]]:
    """Open a package by a library's `opener`, and give it with warnings.

    A package that the library refuses is repaired and opened again, which is a warning. UnreadableFileError if that
    fails too, or if the archive is beyond the limits.
    """
    try:
        with open_archive(path, limits) as archive:
            strict = _STRICT_NAMESPACE.search(archive.read("_rels/.rels")) is not None
        if not strict:
            return opener(str(path)), ()
    except DAMAGED_ZIP_ERRORS:
        # Damaged, whatever it may be besides: the warning below is due.
        strict = False
    try:
        return opener(_repair_package(path)), () if strict else (PARTIAL_WARNING,)
    except DAMAGED_ZIP_ERRORS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error


def root_of(part: Any) -> Element:
    """The root element of a part, of either library; a typed access to LazyPart.root."""
    root: Element = part.root
    return root


def find_related(part: Any, relation: str) -> Any | None:
    """The part that this relationship identifier leads to; None if there is no such part in the package."""
    link = part.rels.get(relation) if relation else None
    return None if link is None or link.is_external else link.target_part


def find_related_by_type(part: Any, ending: str) -> Iterator[Any]:
    """The parts whose relationship type ends in `ending`, whether the type is ECMA's or Microsoft's."""
    for link in part.rels.values():
        if not link.is_external and link.reltype.endswith(ending):
            yield link.target_part


def visible_children(element: Element) -> Iterator[Element]:
    """The child elements, mc:AlternateContent replaced by the children of the alternative that Office would choose.

    The alternatives say the same thing for different versions of Office: reading all would double the text.
    """
    for child in element.iterchildren("*"):
        if child.tag == _ALTERNATIVES:
            chosen = next(filter(_is_understood, child.iterchildren(_CHOICE)), None)
            chosen = child.find(_FALLBACK) if chosen is None else chosen
            yield from () if chosen is None else visible_children(chosen)
        else:
            yield child


def iterate_visible(element: Element, *names: str) -> Iterator[Element]:
    """The descendants of these local names, in the alternatives that Office would choose."""
    for child in visible_children(element):
        if str(child.tag).rpartition("}")[2] in names:
            yield child
        yield from iterate_visible(child, *names)


def _is_understood(choice: Element) -> bool:
    """Whether all that a Choice requires is of Office as this reader knows it (ECMA-376 part 3, 9.3)."""
    required = choice.get("Requires", "").split()
    return bool(required) and all(_UNDERSTOOD.match(choice.nsmap.get(prefix) or "") for prefix in required)


def alternative_text(properties: Element | None) -> str:
    """The alternative text of a picture from its properties; "" where a program generated it."""
    return "" if properties is None else clean_description(properties.get("descr", ""))


def read_core_properties(package: Any) -> dict[str, Any]:
    """What `parse_core_properties` gives, for a package that a library opened."""
    part = _find_core_part(package)
    return parse_core_properties(None if part is None else root_of(part))


def _find_core_part(package: Any) -> Any | None:
    try:
        part = package.part_related_by(_CORE_PROPERTIES_RELATION)
    except (KeyError, ValueError):
        part = None
    if part is not None and part.content_type == _CORE_PROPERTIES_TYPE:
        return part
    # Some programs do not link the part from the package itself: then all parts are searched.
    return next((part for part in package.iter_parts() if part.content_type == _CORE_PROPERTIES_TYPE), None)


def parse_core_properties(root: Element | None) -> dict[str, Any]:
    """Title, authors and dates that the file declares, by the names of Extraction's fields."""
    if root is None:
        return {}
    return {
        "title": clean_title(root.findtext(f"{_DC}title") or ""),
        "authors": parse_authors(root.findtext(f"{_DC}creator") or ""),
        "created": parse_iso_date(root.findtext(f"{_TERMS}created") or ""),
    }


def _repair_package(path: Path) -> BytesIO:
    """A repaired copy in memory: all its XML is well-formed, and no relationship leads to a missing part."""
    mended = BytesIO()
    with open_zip(path) as damaged:
        contents = {name: _repair_part(name, read_entry(damaged, name)[0]) for name in damaged.namelist()}
    # Links are dropped last: only now is it known which parts are lost.
    kept = {name: content for name, content in contents.items() if content is not None}
    with ZipFile(mended, "w", ZIP_STORED) as copy:
        for name, content in kept.items():
            copy.writestr(name, _drop_dead_links(name, content, kept) if name.endswith(".rels") else content)
    mended.seek(0)
    return mended


def _repair_part(name: str, content: bytes) -> bytes | None:
    """The content of a part, truncated XML closed where it breaks off; None if nothing of it can be saved."""
    if not name.endswith((".xml", ".rels")):
        return content
    try:
        saved = parse_xml(
            _STRICT_NAMESPACE.sub(rb"http://schemas.openxmlformats.org/\1/2006/\2", content), recover=True
        )
        written = etree.tostring(saved, xml_declaration=True, encoding="UTF-8", standalone=True)
        # What was recovered may still serialise to XML that is not well-formed (an undeclared prefix, say).
        parse_xml(written)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return written


def _drop_dead_links(name: str, content: bytes, kept: Container[str]) -> bytes:
    """A .rels part without the relationships to parts that are not in `kept`."""
    root = parse_xml(content)
    # Targets in « word/_rels/document.xml.rels » are relative to « word/ », where its source part lies.
    folder = PurePosixPath(name).parent.parent
    for link in list(root):
        target = normpath(folder / link.get("Target", "")).lstrip("/")
        if link.get("TargetMode") != "External" and target not in kept:
            root.remove(link)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


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
