"""Opening PowerPoint files by python-pptx, with parts that are parsed only when they are read."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pptx.opc import package as library
from pptx.opc.constants import RELATIONSHIP_TARGET_MODE
from pptx.opc.packuri import PACKAGE_URI, PackURI
from pptx.package import Package
from pptx.util import lazyproperty

from extractors.ooxml import LazyPart, verify_part

if TYPE_CHECKING:
    from typing import Self


class SlidesPackage(Package):
    """A python-pptx package whose parts are LazyParts."""

    # `open` calls this private method. The library's version is pinned, and tests open real files.
    def _load(self) -> Self:
        relationships, parts = _Loader.load(self._pkg_file, self)
        self._rels.load_from_xml(PACKAGE_URI, relationships, parts)
        return self


class _Loader(library._PackageLoader):  # noqa: SLF001  as above
    @lazyproperty
    def _parts(self) -> dict[PackURI, library.Part]:
        reader, types = cast("Any", self._package_reader), self._content_types
        names = (name for name in self._xml_rels if name != PACKAGE_URI and name in reader)
        return {
            name: verify_part(_SlidesPart(name, types[name], self._package, reader[name]), library) for name in names
        }


class _SlidesRelationship(NamedTuple):
    """A relationship, as far as reading needs one; `target_part` is None where the target is outside the package."""

    reltype: str
    target_part: Any | None

    @property
    def is_external(self) -> bool:
        return self.target_part is None


class _SlidesPart(LazyPart, library.Part):
    """A part that resolves its relationships at their first use: those of most layouts and themes are never used."""

    def load_rels_from_xml(self, xml_rels: Any, parts: Any) -> None:
        """Keep the raw relationships; `rels` resolves them."""
        self._unread_rels = xml_rels, parts

    @cached_property
    def rels(self) -> Any:
        """The relationships by identifier, without those to missing parts, which python-pptx leaves out too."""
        written, parts = self._unread_rels
        base, links = self.partname.baseURI, dict[str, _SlidesRelationship]()
        for link in written.relationship_lst:
            attributes = link.attrib
            target = None
            if attributes.get("TargetMode") != RELATIONSHIP_TARGET_MODE.EXTERNAL:
                target = parts.get(PackURI.from_rel_ref(base, attributes["Target"]))
                if target is None:
                    continue
            links[attributes["Id"]] = _SlidesRelationship(attributes["Type"], target)
        return links
