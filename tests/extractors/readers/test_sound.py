"""Sound: every usual container and codec, told from videos by its tracks."""

from __future__ import annotations

import io
import math
from array import array
from typing import TYPE_CHECKING, Any

import av
import pytest

from extractors import Format, Limits, Reason, UnreadableFileError, extract

if TYPE_CHECKING:
    from pathlib import Path

RATE = 16_000

# By suffix: FFmpeg's container and codec.
CODECS = {
    ".mp3": ("mp3", "libmp3lame"),
    ".m4a": ("ipod", "aac"),
    ".wav": ("wav", "pcm_s16le"),
    ".ogg": ("ogg", "flac"),
    ".opus": ("ogg", "libopus"),
    ".flac": ("flac", "flac"),
    ".wma": ("asf", "wmav2"),
    ".aac": ("adts", "aac"),
    ".aiff": ("aiff", "pcm_s16be"),
    ".mp4": ("mp4", "aac"),
    ".webm": ("webm", "libopus"),
    ".mkv": ("matroska", "flac"),
}


def tone(seconds: float) -> array[int]:
    """A tone of 440 Hz as samples of 16 bits, mono, 16 kHz."""
    return array("h", (round(8_000 * math.sin(2 * math.pi * 440 * n / RATE)) for n in range(round(RATE * seconds))))


def encode(samples: array[int], container: str, codec: str, **tags: str) -> bytes:
    """Samples of 16 kHz as a sound file."""
    stream = io.BytesIO()
    with av.open(stream, "w", format=container) as written:
        written.metadata.update(tags)
        # Opus knows no other rates than 48 kHz and its parts; WMA wants a usual one.
        rate = 48_000 if codec == "libopus" else 44_100 if codec == "wmav2" else RATE
        track: Any = written.add_stream(codec, rate=rate)
        track.layout, track.bit_rate = "mono", 64_000
        frame = av.AudioFrame("s16", "mono", len(samples))
        frame.sample_rate, frame.pts = RATE, 0
        frame.planes[0].update(samples.tobytes() + bytes(frame.planes[0].buffer_size - 2 * len(samples)))
        resampler = av.AudioResampler(track.format.name, "mono", rate, track.codec_context.frame_size or 1_024)
        for each in (*resampler.resample(frame), *resampler.resample(None)):
            written.mux(track.encode(each))
        written.mux(track.encode(None))
    return stream.getvalue()


@pytest.mark.parametrize("suffix", CODECS)
def test_every_container(suffix: str, tmp_path: Path) -> None:
    """A recording without images is sound, whatever holds it; nothing is said against a usual suffix."""
    path = tmp_path / f"a{suffix}"
    path.write_bytes(encode(tone(2), *CODECS[suffix], title="Retours de terrain"))
    extraction = extract(path, Limits())
    assert extraction.format is Format.SOUND
    assert extraction.duration == pytest.approx(2, abs=0.2)
    assert extraction.sections == ()
    assert extraction.warnings == ()
    # ADTS has no tags.
    assert extraction.title == ("" if suffix == ".aac" else "Retours de terrain")


def test_a_wrong_suffix(tmp_path: Path) -> None:
    """Sound named as a document is read as sound."""
    path = tmp_path / "a.pdf"
    path.write_bytes(encode(tone(1), "mp3", "libmp3lame"))
    assert extract(path, Limits()).format is Format.SOUND


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".wma"])
def test_an_end_that_is_missing(suffix: str, tmp_path: Path) -> None:
    """A copy that was cut short still plays as far as it goes: it is a document."""
    path = tmp_path / f"a{suffix}"
    whole = encode(tone(4), *CODECS[suffix])
    path.write_bytes(whole[: len(whole) // 2])
    assert extract(path, Limits()).format is Format.SOUND


@pytest.mark.parametrize("head", [b"ID3\x04\x00\x00", b"OggS", b"fLaC", b"RIFF\x24\x00\x00\x00WAVE"])
def test_what_has_only_the_beginning_of_sound(head: bytes, tmp_path: Path) -> None:
    """A signature followed by noise is a damaged file, not a crash."""
    path = tmp_path / "a.mp3"
    path.write_bytes(head + bytes(range(256)) * 8)
    with pytest.raises(UnreadableFileError) as refused:
        extract(path, Limits())
    assert refused.value.reason is Reason.DAMAGED
