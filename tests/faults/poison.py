"""Files that harm whoever reads them: made of a few sound bytes each, and small to carry."""

from __future__ import annotations

import zlib

from tests.extractors.samples import sample, unzipped, zipped


def _pdf(pages: int, content: bytes) -> bytes:
    """A PDF of so many pages that all show one compressed content."""
    kids = b" ".join(b"%d 0 R" % (number + 4) for number in range(pages))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 500] /Contents 3 0 R /Resources << >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%b] >>" % (pages, kids),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(content), content),
        *[page] * pages,
    ]
    written, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def _compressed(part: bytes, times: int) -> bytes:
    compressing = zlib.compressobj(9)
    return b"".join(compressing.compress(part) for _ in range(times)) + compressing.flush()


def hangs() -> bytes:
    """A PDF of thousands of pages, each of which takes a good part of a second to lay out and says nothing."""
    return _pdf(3_000, _compressed(b"0 0 m 1 1 l S " * 10_000, 30))


def crashes() -> bytes:
    """A PDF whose page is a gigabyte of text: within half a gigabyte, its reader gives up the ghost."""
    return _pdf(1, _compressed(b"(a) Tj " * 150_000, 1_000))


def swells() -> bytes:
    """A Word document of ninety megabytes once decompressed, just below what is refused unread, in many parts."""
    parts = unzipped(sample(".docx"))
    body = parts["word/document.xml"].replace(
        b"<w:body>", b"<w:body>" + b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 2_700_000
    )
    return zipped({**parts, "word/document.xml": body})


def zip_bomb(suffix: str) -> bytes:
    """An office file with a gigabyte of zeros in its archive."""
    return zipped({**unzipped(sample(suffix)), "bombe.bin": bytes(300_000_000)})


def truncated(suffix: str) -> bytes:
    """Two thirds of a file."""
    whole = sample(suffix)
    return whole[: 2 * len(whole) // 3]
