"""Office files that are one XML file."""

from __future__ import annotations

from base64 import encodebytes
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from extractors import Format, Limits, Reason, programs
from extractors.model import PARTIAL_WARNING
from extractors.programs import is_installed
from extractors.rendering import open_preview
from tests.extractors.samples import WORD, sample, unzipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def flatten(suffix: str, program: str) -> bytes:
    """The sample of this suffix, each of its parts an element of one file."""
    entries = unzipped(sample(suffix))
    declared = etree.fromstring(entries.pop("[Content_Types].xml"))
    types = {each.get("PartName") or each.get("Extension"): each.get("ContentType", "") for each in declared}
    parts = "".join(
        _write_part(name, content, types.get(f"/{name}") or types[name.rpartition(".")[2]])
        for name, content in entries.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<?mso-application progid="{program}"?>\n'
        f'<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">{parts}</pkg:package>'
    ).encode()


def _write_part(name: str, content: bytes, media_type: str) -> str:
    held = f"<pkg:binaryData>{encodebytes(content).decode()}</pkg:binaryData>"
    if name.endswith((".xml", ".rels")):
        held = f"<pkg:xmlData>{content.decode().partition('?>')[2] or content.decode()}</pkg:xmlData>"
    return f'<pkg:part pkg:name="/{name}" pkg:contentType="{media_type}">{held}</pkg:part>'


def flat_odf(kind: str, body: str) -> bytes:
    """An OpenDocument file as one file, with a title among its properties and a footer among its styles."""
    spaces = {"office": "office", "text": "text", "style": "style", "table": "table", "draw": "drawing", "meta": "meta"}
    declared = "".join(f' xmlns:{prefix}="{_OASIS}:{name}:1.0"' for prefix, name in spaces.items())
    footer = "<style:footer><text:p>Pied</text:p></style:footer>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document{declared} office:version="1.3"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/" office:mimetype="application/vnd.oasis.opendocument.{kind}">'
        "<office:meta><dc:title>Bilan annuel</dc:title></office:meta>"
        f"<office:master-styles><style:master-page>{footer}</style:master-page></office:master-styles>"
        f"<office:body>{body}</office:body></office:document>"
    ).encode()


@pytest.mark.parametrize(
    ("suffix", "program", "kind"),
    [(".docx", "Word.Document", Format.WORD), (".pptx", "PowerPoint.Show", Format.POWERPOINT)],
)
def test_flat_office(suffix: str, program: str, kind: Format, read: Read) -> None:
    """A package that Office saved as one XML file says what the package does."""
    whole, flat = read(f"a{suffix}", sample(suffix)), read("a.xml", flatten(suffix, program))
    assert (flat.format, flat.warnings) == (kind, ())
    assert flat.sections == whole.sections
    cut = read("b.xml", flatten(suffix, program)[:-2000])
    assert WORD in "".join(section.text for section in cut.sections)
    assert PARTIAL_WARNING in cut.warnings


@pytest.mark.parametrize(
    ("suffix", "kind", "body"),
    [
        (".fodt", "text", "<office:text><text:p>mot</text:p></office:text>"),
        (
            ".fodp",
            "presentation",
            (
                "<office:presentation><draw:page><draw:frame><draw:text-box><text:p>mot</text:p></draw:text-box>"
                "</draw:frame></draw:page></office:presentation>"
            ),
        ),
        (
            ".fods",
            "spreadsheet",
            (
                "<office:spreadsheet><table:table table:name='F'><table:table-row><table:table-cell>"
                "<text:p>mot</text:p>"
                "</table:table-cell></table:table-row></table:table></office:spreadsheet>"
            ),
        ),
    ],
)
def test_flat_odf(suffix: str, kind: str, body: str, read: Read) -> None:
    """A flat OpenDocument file is read as the zip would be, with its title and its footer."""
    extraction = read(f"a{suffix}", flat_odf(kind, body))
    assert (extraction.title, extraction.warnings) == ("Bilan annuel", ())
    assert extraction.format.value == f"od{suffix[-1]}"
    expected = "mot" if suffix == ".fodp" else "mot\nPied"
    assert "\n".join(extraction.sections[0].text.split()) == expected
    cut = read(f"b{suffix}", flat_odf(kind, body)[:-30])
    assert "mot" in cut.sections[0].text
    assert PARTIAL_WARNING in cut.warnings


@pytest.mark.skipif(not is_installed(programs.LIBREOFFICE), reason="LibreOffice is not installed")
def test_images_of_flat_office(tmp_path: Path) -> None:
    """The slides of a flat presentation are drawn, and not the letters of its XML."""
    path = tmp_path / "a.xml"
    path.write_bytes(flatten(".pptx", "PowerPoint.Show"))
    source = open_preview(path, Limits())
    assert (source.kind, source.pages, source.is_stand_in) == (Format.PDF, 1, False)


def test_other_xml(refusal: Callable[[str, bytes], Reason]) -> None:
    """Data in XML is no document."""
    assert refusal("a.xml", b"<?xml version='1.0'?><liste><commune>Grigny</commune></liste>") is Reason.UNKNOWN_FORMAT
