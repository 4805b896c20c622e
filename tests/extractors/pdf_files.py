"""Writes PDF files object by object (ISO 32000-1), for what no library writes."""

from __future__ import annotations

FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
FIRST_OBJECT = 6
"""The number of the first further object of `build_page`."""


def build_stream(content: str, entries: str = "") -> bytes:
    """A stream with these entries of its dictionary."""
    raw = content.encode("cp1252")
    return f"<<{entries}/Length {len(raw)}>>stream\n".encode("cp1252") + raw + b"\nendstream"


def build_page(
    content: str, *objects: bytes, catalog: str = "", page: str = "", resources: str = "", trailer: str = ""
) -> bytes:
    """A document of one page of 612 by 792 points, whose font is /F1; further `objects` are numbered from 6 on."""
    return _build_file(
        (
            f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode(),
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R{page}"
            f"/Resources<</Font<</F1 5 0 R>>{resources}>>>>".encode(),
            build_stream(content),
            FONT,
            *objects,
        ),
        trailer.encode(),
    )


def write_text(text: str, left: float = 50, bottom: float = 700, size: float = 12) -> str:
    """The operators that write a text at a place."""
    return f"BT /F1 {size} Tf {left} {bottom} Td ({text}) Tj ET "


def _build_file(objects: tuple[bytes, ...], trailer: bytes) -> bytes:
    written, places = b"%PDF-1.7\n", list[int]()
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count, start = len(objects) + 1, len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n%b" % (count, table)
    return written + b"trailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (count, trailer, start)
