"""Videos."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import av
import pytest

from extractors import Format, Limits, Reason, UnreadableFileError, extract

if TYPE_CHECKING:
    from pathlib import Path


def film(path: Path, seconds: int, **tags: str) -> Path:
    """A black film, of 5 images a second."""
    with av.open(str(path), "w") as container:
        container.metadata.update(tags)
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(5 * seconds):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov"])
def test_duration_and_title(name: str, tmp_path: Path) -> None:
    """A video gives how long it lasts and what it is called."""
    tags = {"title": "Webinaire n° 4", "creation_time": "2024-02-07T10:00:00"}
    extraction = extract(film(tmp_path / name, 2, **tags), Limits())
    assert extraction.format is Format.VIDEO
    assert extraction.sections == ()
    assert extraction.title == "Webinaire n° 4"
    assert extraction.duration == pytest.approx(2, abs=0.3)
    assert extraction.warnings == ()


def test_date(tmp_path: Path) -> None:
    """The date of creation is that of the recording."""
    path = film(tmp_path / "a.mkv", 1, creation_time="2024-02-07T10:00:00Z")
    assert extract(path, Limits()).created == datetime(2024, 2, 7, 10, tzinfo=UTC)


def test_truncated(tmp_path: Path) -> None:
    """A video whose end is missing is named as damaged."""
    path = film(tmp_path / "a.mp4", 1)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(UnreadableFileError) as refused:
        extract(path, Limits())
    assert refused.value.reason is Reason.DAMAGED
