"""The words of forms that only Adobe Reader lays out (XFA): their pages say no more than « Please wait… ».

Format: XML Forms Architecture 3.3; ISO 32000-1, 12.7.8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree
from pypdf import PdfReader
from pypdf.generic import ArrayObject

from extractors.readers.pdf.layers import PYPDF_ERRORS
from extractors.text import to_single_line
from extractors.zips import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element as Element

# What a template says: captions, values, help, entries of lists; the second is rich text, as pages have.
_SAID = ("{*}text", "{*}exData")
_DATA = "{http://www.xfa.org/schema/xfa-data/1.0/}data"
_MOST_BYTES = 20_000_000


def read_xfa_form(path: Path) -> list[str]:
    """The lines of the form's template, then what was filled in; none where it cannot be read."""
    try:
        form: Any = PdfReader(path).root_object["/AcroForm"]
        written: Any = form["/XFA"].get_object()
        # Pairs of a name and a stream, which together are one document, or that document.
        streams = written[1::2] if isinstance(written, ArrayObject) else [written]
        content = b"".join(stream.get_object().get_data() for stream in streams)
        root = parse_xml(content[:_MOST_BYTES], recover=True)
    except (*PYPDF_ERRORS, etree.XMLSyntaxError):
        return []
    return list(dict.fromkeys(filter(None, map(to_single_line, _list_words(root)))))


def _list_words(root: Element) -> Iterator[str]:
    for template in root.iter("{*}template"):
        yield from ("".join(map(str, said.itertext())) for said in template.iter(*_SAID))
    for data in root.iter(_DATA):
        yield from (each.text or "" for each in data.iter("*") if not len(each))
