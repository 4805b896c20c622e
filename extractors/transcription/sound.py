"""Sound of a recording, decoded piece by piece: one channel, 16,000 samples of 16 bits a second."""

from __future__ import annotations

import io
from array import array
from typing import TYPE_CHECKING, Any

import av
import av.error

from extractors.errors import Reason, UnreadableFileError
from extractors.recordings import FRENCH, open_recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RATE = 16_000
"""Samples a second: what speech models are made for."""

NO_TRACK = "aucune piste sonore"
"""Why a recording cannot be heard, for people: it has images only."""

_GAP_SECONDS = 0.1
"""Sound that starts later than what comes before ends, by more than this, is preceded by silence: damaged packets."""

_LONGEST_GAP_SECONDS = 600.0
_FRAME_SECONDS = 0.02
_QUIET_FRAMES = 15
"""Frames of a pause between sentences: 0.3 s."""

_EVERY = 8
"""One sample in so many is enough to tell loud from quiet."""

_SILENT_LEVEL = 60
"""Mean absolute sample (of 32,768) of a frame below which nobody speaks: -54 dB."""

_MP3_BITS_A_SECOND = 48_000


def read_samples(path: Path, start: float, seconds: float) -> array[int]:
    """The samples from `start` on, `seconds` long at most; fewer where the recording ends before.

    Packets that cannot be decoded become silence. UnreadableFileError where there is no sound at all.
    """
    most = round(seconds * RATE)
    samples = array("h")
    with open_recording(path) as container:
        stream = _choose_track(container)
        if start:
            container.seek(round(start * av.time_base))
        for time, part in _decode_parts(container, stream):
            _append_at(samples, part, round((time - start) * RATE), most)
            if len(samples) >= most:
                break
    return samples[:most]


def find_cut(samples: array[int], first: float, last: float) -> float:
    """The second, between `first` and `last`, in the middle of the longest quiet: where a piece may end."""
    levels = _measure_levels(samples[round(first * RATE) : round(last * RATE)])
    if len(levels) <= _QUIET_FRAMES:
        return min(last, len(samples) / RATE)
    loudness = sum(levels[:_QUIET_FRAMES])
    quietest, place = loudness, 0
    for end in range(_QUIET_FRAMES, len(levels)):
        loudness += levels[end] - levels[end - _QUIET_FRAMES]
        if loudness < quietest:
            quietest, place = loudness, end - _QUIET_FRAMES + 1
    return first + (place + _QUIET_FRAMES / 2) * _FRAME_SECONDS


def is_silent(samples: array[int]) -> bool:
    """Whether nothing in the samples is loud enough to be speech."""
    return all(level < _SILENT_LEVEL for level in _measure_levels(samples))


def encode_mp3(samples: array[int]) -> bytes:
    """The samples as an MP3 of one channel: 6,000 bytes a second."""
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp3") as container:
        track: Any = container.add_stream("libmp3lame", rate=RATE)
        track.layout, track.bit_rate = "mono", _MP3_BITS_A_SECOND
        size = track.codec_context.frame_size or 576
        for place in range(0, len(samples), size):
            part = samples[place : place + size]
            frame = av.AudioFrame("s16p", "mono", len(part))
            frame.sample_rate, frame.pts = RATE, place
            frame.planes[0].update(part.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    return stream.getvalue()


def _choose_track(container: Any) -> Any:
    """The track to hear: the French one, else the first."""
    tracks = container.streams.audio
    if not tracks:
        raise UnreadableFileError(Reason.DAMAGED, NO_TRACK)
    return next((each for each in tracks if each.language in FRENCH), tracks[0])


def _decode_parts(container: Any, stream: Any) -> Iterator[tuple[float, array[int]]]:
    """The decoded sound with its seconds, as far as it can be decoded."""
    resampler = av.AudioResampler("s16", "mono", RATE)
    for packet in _read_packets(container, stream):
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            # What comes after a damaged packet is worth having.
            continue
        for frame in frames:
            if frame.time is None:
                continue
            for each in resampler.resample(frame):
                yield frame.time, array("h", bytes(each.planes[0])[: 2 * each.samples])


def _read_packets(container: Any, stream: Any) -> Iterator[Any]:
    """The packets of a track; a file that ends in damage ends there, and what came before is worth having."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        yield packet


def _append_at(samples: array[int], part: array[int], place: int, most: int) -> None:
    """Append sound that belongs at a place: what stands there already, or before the beginning, is left out."""
    if not samples and place < 0:
        samples.extend(part[-place:])
        return
    gap = place - len(samples)
    if _GAP_SECONDS * RATE < gap < _LONGEST_GAP_SECONDS * RATE:
        samples.extend(array("h", bytes(2 * min(gap, most - len(samples)))))
    # Overlaps of less than a frame come from rounding: parts follow each other as they are.
    samples.extend(part)


def _measure_levels(samples: array[int]) -> list[float]:
    """The mean absolute sample of each frame."""
    size = round(_FRAME_SECONDS * RATE)
    few = size // _EVERY
    # Not filtered first: what folds back is as loud as what it comes from.
    thinned = samples[::_EVERY]
    return [sum(map(abs, thinned[place : place + few])) / few for place in range(0, len(thinned), few)]
