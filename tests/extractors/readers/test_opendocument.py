"""OpenDocument files, beyond what their feature files hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from extractors import Format, Reason
from tests.extractors.features.opendocument import odf_sheets, odf_slides, odf_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]
    Edited = Callable[..., bytes]

CHART = "urn:oasis:names:tc:opendocument:xmlns:chart:1.0"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
MATH = "http://www.w3.org/1998/Math/MathML"
CHART_CONTENT = (
    f"<office:document-content xmlns:office='{OFFICE}' xmlns:text='{TEXT}' xmlns:c='{CHART}'><c:chart><c:title>"
    "<text:p>intitule</text:p></c:title><c:cell office:value-type='float'><text:p>34</text:p></c:cell>"
    "<c:cell office:value-type='string'><text:p>serie</text:p></c:cell></c:chart></office:document-content>"
)


def test_properties(read: Read, edited: Edited) -> None:
    """Title, author and dates come from the file."""
    meta = (
        f"<office:document-meta xmlns:office='{OFFICE}' xmlns:dc='http://purl.org/dc/elements/1.1/'"
        " xmlns:meta='urn:oasis:names:tc:opendocument:xmlns:meta:1.0'><office:meta><dc:title>Actes</dc:title>"
        "<meta:initial-creator>Ana Rey</meta:initial-creator><dc:creator>Bo Lin</dc:creator>"
        "<meta:creation-date>2024-02-07T10:00:00</meta:creation-date><dc:date>2024-03-01T10:00:00</dc:date>"
        "</office:meta></office:document-meta>"
    )
    extraction = read("a.odt", edited(odf_text(), {"meta.xml": lambda _: meta.encode()}))
    assert (extraction.title, extraction.authors) == ("Actes", ("Ana Rey",))
    assert str(extraction.created)[:10] == "2024-02-07"


def test_protected(refusal: Callable[[str, bytes], Reason], edited: Edited) -> None:
    """A file whose manifest says that its parts are encrypted is protected."""
    lock = b"<manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    content = edited(odf_text(), {"META-INF/manifest.xml": lambda xml: xml.replace(b"</manifest:manifest>", lock)})
    assert refusal("a.odt", content) is Reason.ENCRYPTED


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (
            CHART_CONTENT,
            "intitule\nserie",
        ),
        (f"<m:math xmlns:m='{MATH}'><m:mi>x</m:mi><m:mo>=</m:mo><m:mn>2</m:mn></m:math>", "x = 2"),
    ],
    ids=["chart", "formula"],
)
def test_objects(inside: str, said: str, read: Read, edited: Edited) -> None:
    """A chart gives its words and not its figures; a formula gives its signs."""
    drawing = b"<text:p><draw:frame><draw:object xlink:href='./Object 1'/></draw:frame></text:p></office:text>"
    content = edited(
        odf_text(),
        {
            "content.xml": lambda xml: xml.replace(b"</office:text>", drawing),
            "Object 1/content.xml": lambda _: inside.encode(),
        },
    )
    assert read("a.odt", content).sections[-1].text.endswith(said)


def test_damaged_content(read: Read, edited: Edited) -> None:
    """A text whose XML breaks off is read as far as it goes."""
    extraction = read("a.odt", edited(odf_text(), {"content.xml": lambda xml: xml[: xml.index(b"Titredeux") + 9]}))
    assert extraction.sections[1].title == "Titreun"
    assert "abîmé" in extraction.warnings[0]


def test_nothing_saved(refusal: Callable[[str, bytes], Reason], edited: Edited) -> None:
    """A presentation of which nothing can be saved is damaged, and not merely empty."""
    assert refusal("a.odp", edited(odf_slides(), {"content.xml": lambda xml: xml[:400]})) is Reason.DAMAGED


def test_known_by_its_manifest(read: Read, edited: Edited) -> None:
    """Some programs leave out the entry « mimetype »."""
    assert read("a.odp", edited(odf_slides(), {"mimetype": lambda _: None})).format is Format.ODF_SLIDES


def test_drawings_are_not_read(refusal: Callable[[str, bytes], Reason], edited: Edited) -> None:
    """A file of OpenDocument's other kinds is named as unknown, not taken for an archive."""
    graphics = b"application/vnd.oasis.opendocument.graphics"
    assert refusal("a.odg", edited(odf_sheets(), {"mimetype": lambda _: graphics})) is Reason.UNKNOWN_FORMAT
