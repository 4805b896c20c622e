"""What Word, PowerPoint and Excel files share (ECMA-376): packages, damaged ones too, parts and relationships."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from functools import cached_property
from posixpath import normpath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from lxml import etree

from extractors.errors import Reason, UnreadableFileError
from extractors.flat_packages import open_flat_office
from extractors.formats import Format
from extractors.model import PARTIAL_WARNING
from extractors.text import clean_description, clean_title, parse_authors, parse_iso_date
from extractors.zip_directory import open_archive
from extractors.zips import DAMAGED_ZIP_ERRORS, parse_xml, read_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import IO
    from zipfile import ZipFile

    from lxml.etree import _Element as Element

    from extractors.model import Limits

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
_CORE_PROPERTIES = "docProps/core.xml"
# Where Office keeps what a package is about, for packages that have lost their first relationship.
_MAIN_PARTS = tuple(kind.spec.signs.main_part for kind in Format if kind.spec.signs.main_part)
# The endings of relationships without whose target words are missing.
_TEXT_RELATIONS = (
    *("/header", "/footer", "/footnotes", "/endnotes", "/comments", "/aFChunk", "/chart", "/diagramData"),
    *("/notesSlide", "/styles", "/sharedStrings"),
)
_LOST = "perdu"
_CORE = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_DC, _TERMS = "{http://purl.org/dc/elements/1.1/}", "{http://purl.org/dc/terms/}"
# « Strict » files use other namespaces for the same elements (ECMA-376, part 1, annex on namespaces). They are
# rewritten to the usual ones, which the readers know.
_STRICT_NAMESPACE = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")


class OfficePart:
    """A part of a package; its content, its XML and its relationships are read at their first use, once."""

    def __init__(self, package: OfficePackage, name: str) -> None:
        self.package = package
        self.name = name

    @property
    def file_name(self) -> str:
        """The last part of its name, for people."""
        return self.name.replace("\\", "/").rpartition("/")[2]

    @cached_property
    def blob(self) -> bytes:
        """The content, as far as it can be unpacked; namespaces of « Strict » files are the usual ones."""
        return self.package.read_content(self.name)

    @cached_property
    def root(self) -> Element:
        """The root element, damaged XML read as far as it goes; an empty element where nothing of it can be saved."""
        try:
            return parse_xml(self.blob)
        except (etree.XMLSyntaxError, ValueError):
            self.package.is_damaged = True
        try:
            return parse_xml(self.blob, recover=True)
        except (etree.XMLSyntaxError, ValueError):
            return etree.Element(_LOST)

    @property
    def content_type(self) -> str:
        """The type that the package declares for it, in lower case; "" where it declares none."""
        types = self.package.content_types
        return types.get(_normalise_name(self.name)) or types.get(self.name.rpartition(".")[2].lower(), "")

    @property
    def is_lost(self) -> bool:
        """Whether its XML is beyond repair."""
        return self.root.tag == _LOST

    @cached_property
    def links(self) -> Mapping[str, PartLink]:
        """Its relationships by identifier, without those that lead out of the package or nowhere."""
        folder, _, name = self.name.replace("\\", "/").rpartition("/")
        described = self.package.find_part(f"{folder}/_rels/{name}.rels")
        found = dict[str, PartLink]()
        for link in () if described is None else described.root.iter("{*}Relationship"):
            kind, target = link.get("Type", ""), link.get("Target", "")
            if not target or link.get("TargetMode") == "External":
                continue
            part = self.package.find_part(target if target.startswith("/") else f"{folder}/{target}")
            if part is not None:
                found[link.get("Id", "")] = PartLink(kind, part)
            elif kind.endswith(_TEXT_RELATIONS):
                self.package.is_damaged = True
        return found


class PartLink(NamedTuple):
    """A relationship: its type, of ECMA or of Microsoft, and the part that it leads to."""

    kind: str
    part: OfficePart


class OfficePackage:
    """An open package. Parts are found whatever the case and the slashes of their names, as Office finds them.

    `is_damaged` is true once something that was asked for could not be read whole. No content type is needed to read
    a part: what leads to it says what it is.
    """

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._entries = {_normalise_name(entry.filename): entry for entry in archive.infolist()}
        self._parts = dict[str, OfficePart]()
        self._is_strict = False
        self.is_damaged = False
        self.start = OfficePart(self, "")
        self._is_strict = any(_STRICT_NAMESPACE.match(link.kind.encode()) for link in self.start.links.values())

    @property
    def main_part(self) -> OfficePart:
        """The part that the package is about; UnreadableFileError if it is missing or beyond repair."""
        found = next(find_related_by_type(self.start, "/officeDocument"), None)
        found = found or next(filter(None, map(self.find_part, _MAIN_PARTS)), None)
        if found is None or found.is_lost:
            raise UnreadableFileError(Reason.DAMAGED, "sans partie principale")
        return found

    @cached_property
    def content_types(self) -> Mapping[str, str]:
        """The declared types, by the name of a part or by a suffix without its point."""
        declared = self.find_part("[Content_Types].xml")
        return {
            _normalise_name(entry.get("PartName", "") or entry.get("Extension", "")): entry.get(
                "ContentType", ""
            ).lower()
            for entry in (() if declared is None else declared.root.iterchildren("{*}*"))
        }

    @property
    def warnings(self) -> tuple[str, ...]:
        """A warning where something could not be read whole."""
        return (PARTIAL_WARNING,) if self.is_damaged else ()

    def find_part(self, name: str) -> OfficePart | None:
        """The part of this name, from the package's root; None if there is none."""
        key = _normalise_name(name)
        if key not in self._entries and (key := unquote(key)) not in self._entries:
            return None
        if key not in self._parts:
            self._parts[key] = OfficePart(self, self._entries[key].filename)
        return self._parts[key]

    def read_content(self, name: str) -> bytes:
        """The content of an entry as far as it can be unpacked."""
        content, is_whole = read_entry(self._archive, self._entries[_normalise_name(name)])
        self.is_damaged = self.is_damaged or not is_whole
        if self._is_strict and name.endswith(".xml"):
            return _STRICT_NAMESPACE.sub(rb"http://schemas.openxmlformats.org/\1/2006/\2", content)
        return content

    def open_part(self, part: OfficePart) -> IO[bytes]:
        """The content of a part as a stream, for those that may be immense."""
        return self._archive.open(self._entries[_normalise_name(part.name)])

    def check_parts(self, folder: str) -> None:
        """Find damage in the XML parts of a folder, in those too that nothing is read from.

        A content that was sound in an earlier file, as parts of a template are, is not parsed again.
        """
        for name, entry in self._entries.items():
            if not name.startswith(f"{folder}/") or not name.endswith(".xml") or "/theme/" in name:
                continue
            part = self.find_part(name)
            if (seen := (entry.CRC, entry.file_size)) in _sound_contents or part is None:
                continue
            was_damaged = self.is_damaged
            part.root  # noqa: B018  parsing it is the test
            if self.is_damaged and not was_damaged:
                continue
            if len(_sound_contents) == _MOST_SOUND:
                _sound_contents.clear()
            _sound_contents.add(seen)


# Checksums and sizes of entries, and not their contents: this outlives a file, in each worker.
_MOST_SOUND = 10_000
_sound_contents = set[tuple[int, int]]()


@contextmanager
def open_package(path: Path, limits: Limits) -> Iterator[OfficePackage]:
    """An open package; what a damaged one raises, inside the block too, becomes UnreadableFileError."""
    try:
        with open_flat_office(path, limits) as (packed, is_whole), open_archive(packed, limits) as archive:
            package = OfficePackage(archive)
            package.is_damaged = package.is_damaged or not is_whole
            yield package
    except DAMAGED_ZIP_ERRORS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error


def find_related(part: OfficePart, relation: str) -> OfficePart | None:
    """The part that this relationship identifier leads to; None if there is no such part in the package."""
    link = part.links.get(relation)
    return None if link is None else link.part


def find_related_by_type(part: OfficePart, ending: str) -> Iterator[OfficePart]:
    """The parts whose relationship type ends in `ending`, whether the type is ECMA's or Microsoft's."""
    for link in part.links.values():
        if link.kind.endswith(ending):
            yield link.part


def _normalise_name(name: str) -> str:
    # Names of parts are compared without their case (ECMA-376 part 2, 7.3.5); some programs write backslashes.
    return normpath(name.replace("\\", "/").lower()).lstrip("/")


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


def read_core_properties(package: OfficePackage, parse: Callable[[bytes], Any] | None = None) -> dict[str, Any]:
    """Title, authors and dates that the file declares, by the names of Extraction's fields.

    `parse` is python-docx's or python-pptx's parser of XML, which gives the elements that know these properties;
    without it they are found by their names: a workbook need not wait until a library for texts is loaded.
    """
    # Some programs do not link the part from the package itself.
    part = next(find_related_by_type(package.start, "/core-properties"), None) or package.find_part(_CORE_PROPERTIES)
    if part is None or part.root.tag != f"{_CORE}coreProperties":
        return {}
    title, authors = (part.root.findtext(f"{_DC}{name}") or "" for name in ("title", "creator"))
    if parse is not None:
        # From the root as it was mended: the libraries' parsers refuse a damaged part. They refuse an undeclared prefix
        # too, which mending leaves: properties are then lost, never the document.
        with suppress(etree.XMLSyntaxError):
            declared = parse(etree.tostring(part.root))
            title, authors = declared.title_text, declared.author_text
    return {
        "title": clean_title(title),
        "authors": parse_authors(authors),
        # The libraries know four forms of dates, and ISO 8601 has more.
        "created": parse_iso_date(part.root.findtext(f"{_TERMS}created") or ""),
    }
