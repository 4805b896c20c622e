"""The subtitles and the poster of a video."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import pytest
from PIL import Image

from extractors import Limits, Reason, SectionUnit, UnreadableFileError, extract
from extractors.readers.audio_video import read_poster

if TYPE_CHECKING:
    from pathlib import Path

# What FFmpeg's encoders of subtitles want to be told of styles, whatever they write.
HEADER = b"[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, Text\n"
FORMATS = {
    "a.mkv": ("subrip", "mpeg4"),
    "b.mkv": ("ass", "mpeg4"),
    "a.webm": ("webvtt", "libvpx"),
    "a.mp4": ("mov_text", "mpeg4"),
}


def film(path: Path, *tracks: tuple[str, list[tuple[float, float, str]]], grey: int | None = None) -> Path:
    """A film of four seconds, and subtitles for each language."""
    codec, images = FORMATS[path.name]
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream(images, rate=5)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        streams = [(subtitled(container, codec, language), cues) for language, cues in tracks]
        picture = Image.linear_gradient("L") if grey is None else Image.new("L", (256, 256), grey)
        frames: Any = av.VideoFrame
        for _ in range(20):
            container.mux(video.encode(frames.from_image(picture.resize((64, 48)).convert("RGB"))))
        container.mux(video.encode(None))
        for stream, cues in streams:
            for start, end, text in cues:
                container.mux(packet(stream, codec, start, end, text))
    return path


def subtitled(container: Any, codec: str, language: str) -> Any:
    """A track of subtitles in this language."""
    stream = container.add_stream(codec)
    stream.codec_context.subtitle_header = HEADER
    stream.time_base = Fraction(1, 1000)
    stream.metadata["language"] = language
    return stream


def packet(stream: Any, codec: str, start: float, end: float, text: str) -> Any:
    """One subtitle, as each container holds it."""
    written = text.encode()
    if codec == "mov_text":
        written = len(written).to_bytes(2, "big") + written
    elif codec == "ass":
        written = b"0,0,Default,,0,0,0,," + written
    made: Any = av.Packet(written)
    made.stream, made.time_base = stream, Fraction(1, 1000)
    made.pts = made.dts = int(start * 1000)
    made.duration = int((end - start) * 1000)
    return made


@pytest.mark.parametrize("name", FORMATS)
def test_subtitles(name: str, tmp_path: Path) -> None:
    """A subtitle in a video is a Section with its seconds, as one in a file of its own is."""
    extraction = extract(film(tmp_path / name, ("fra", [(0.5, 1.5, "Bonjour à tous"), (2, 3, "Merci")])), Limits())
    assert [(cue.unit, cue.start, cue.end, cue.text) for cue in extraction.sections] == [
        (SectionUnit.CUE, 0.5, 1.5, "Bonjour à tous"),
        (SectionUnit.CUE, 2.0, 3.0, "Merci"),
    ]
    assert extraction.duration == pytest.approx(4, abs=0.5)


def test_one_language(tmp_path: Path) -> None:
    """Of several languages, French is read: the others would say the same again."""
    path = film(tmp_path / "a.mkv", ("eng", [(0, 1, "Good morning")]), ("fra", [(0, 1, "Bonjour")]))
    assert [cue.text for cue in extract(path, Limits()).sections] == ["Bonjour"]


def test_rolling_subtitles(tmp_path: Path) -> None:
    """Subtitles that scroll say each line once."""
    cues = [(0.0, 1.0, "le non recours"), (1.0, 2.0, "le non recours est un sujet")]
    assert [cue.text for cue in extract(film(tmp_path / "a.mkv", ("fra", cues)), Limits()).sections] == [
        "le non recours est un sujet"
    ]


def test_poster(tmp_path: Path) -> None:
    """A video is shown by one of its images; a black one is better than none."""
    assert read_poster(film(tmp_path / "a.mp4")).size == (64, 48)
    assert read_poster(film(tmp_path / "a.mkv", grey=0)).size == (64, 48)


def test_no_poster(tmp_path: Path) -> None:
    """A recording of sound alone has no poster."""
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        sound: Any = container.add_stream("aac", rate=44100, layout="mono")
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.rate = 44100
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    with pytest.raises(UnreadableFileError) as refused:
        read_poster(path)
    assert refused.value.reason is Reason.DAMAGED
