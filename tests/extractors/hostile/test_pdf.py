"""PDF files whose objects go round in circles, or swell."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest

from extractors import Extraction, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.extractors.hostile.outcomes import Outcome


def _pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1, the first its root."""
    written, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def _page_of(content: bytes, *, side: int = 500, resources: bytes = b"") -> list[bytes]:
    """The objects of a PDF of one page with this content; the last is number 4."""
    stream = zlib.compress(content, 9)
    return [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << %b >> >>"
        % (side, side, resources),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(stream), stream),
    ]


@pytest.mark.parametrize(
    "pages",
    [
        b"<< /Type /Pages /Count 3 /Kids [2 0 R 2 0 R] >>",
        b"<< /Type /Pages /Count 10000000 /Kids [] >>",
        b"<< /Type /Pages /Count -1 /Kids [3 0 R] >>",
    ],
)
def test_page_tree_loop(pages: bytes, outcome: Callable[..., Outcome]) -> None:
    """A page tree that contains itself, or that lies about its size, ends."""
    child = b"<< /Type /Pages /Parent 2 0 R /Count 1 /Kids [2 0 R] >>"
    result = outcome("a.pdf", _pdf(b"<< /Type /Catalog /Pages 2 0 R >>", pages, child))
    assert isinstance(result, Extraction) or result is Reason.DAMAGED


def test_outline_loop(outcome: Callable[..., Outcome]) -> None:
    """An outline whose entries follow one another in a ring ends."""
    result = outcome(
        "a.pdf",
        _pdf(
            b"<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
            b"<< /First 5 0 R /Last 5 0 R >>",
            b"<< /Title (Un) /Parent 4 0 R /Next 5 0 R /First 5 0 R /Last 5 0 R /Dest [3 0 R /Fit] >>",
        ),
    )
    assert isinstance(result, Extraction) or result is Reason.DAMAGED


def test_pdf_bomb(outcome: Callable[..., Outcome]) -> None:
    """A page whose content is 300 megabytes once decompressed is read or refused."""
    result = outcome("a.pdf", _pdf(*_page_of(b" " * 300_000_000)))
    assert isinstance(result, Extraction) or result in {Reason.TOO_LARGE, Reason.TOO_SLOW, Reason.CRASHED}


@pytest.mark.parametrize(("side", "pixels"), [(14_000, 8), (500, 20_000)])
def test_immense_scan(side: int, pixels: int, outcome: Callable[..., Outcome]) -> None:
    """A scanned page the size of a house, or of 400 million pixels, is read or refused."""
    image = zlib.compress(bytes(pixels * pixels // 8), 9)
    header = b"/Subtype /Image /Width %d /Height %d /BitsPerComponent 1 /ColorSpace /DeviceGray" % (pixels, pixels)
    scan = b"<< /Type /XObject %b /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (
        header,
        len(image),
        image,
    )
    draw = b"%d 0 0 %d 0 0 cm /I Do" % (side, side)
    page = _page_of(draw, side=side, resources=b"/XObject << /I 5 0 R >>")
    result = outcome("a.pdf", _pdf(*page, scan))
    assert isinstance(result, Extraction) or result in {Reason.TOO_LARGE, Reason.TOO_SLOW, Reason.CRASHED}
