"""Cuts a video into shots, each with a small picture. Few frames are decoded.

Key frames decode by themselves. Where two that follow each other differ, the frames between are decoded too, to find
the second at which the picture changes; no frame is looked for by its time: videos without an index can be read.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import av
import av.error
from av.stream import Discard
from PIL import Image, ImageChops

from extractors.frames.small_pictures import PICTURE_WIDTH, Pictures, choose_height
from extractors.recordings import open_recording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_BLOCKS = (16, 9)
"""What changes is looked for in so many blocks."""

_BLOCK_CHANGE = 5
"""The mean difference in a block, of 255 greys: compression makes less, a line of text more."""

_FEWEST_BLOCKS = 3
"""A cursor changes fewer."""

_RESTLESS_RATE, _RATE_WEIGHT, _MOST_RESTLESS = 0.2, 0.05, 0.5
"""A block that changes every few moments shows a person who speaks: its changes tell nothing, unless most blocks do."""

_KEY_SECONDS, _SAMPLE_SECONDS = 1.0, 0.5
_LEARNING_SECONDS, _CALMING = 2.5, 0.7
"""Samples so near tell what moves: key frames are often two seconds apart, and slides stay for longer than a few."""

_SETTLING_SECONDS = 2.0
"""How long a transition or the lines of a slide may take to come: the picture of a shot is the last of that time."""

_LONGEST_GROUP_SECONDS = 15.0
"""Frames further from a key frame are decoded in any case: a slide could come and go between."""

_DECODED_SHARE, _DECODED_AT_ONCE = 0.3, 120.0
"""The share of a video that is decoded between key frames, and seconds of it that may come before their turn."""

_MOST_SHOTS = 3_000
_LONGEST_SECONDS = 6 * 3_600.0
"""A longer recording is that of a camera left on."""

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Sample:
    """What is seen at a second."""

    second: float
    picture: Image.Image


def list_shots(path: Path) -> bytes:
    """Return the shots of a video, as `Pictures` are kept. Runs in a worker process; none for what shows nothing.

    UnreadableFileError where the video cannot be opened.
    """
    with open_recording(path) as container:
        stream = next(iter(container.streams.video), None)
        if stream is None or not stream.width or not stream.height:
            return Pictures(PICTURE_WIDTH, 0, (), ()).to_bytes()
        for other in container.streams:
            if other is not stream:
                other.discard = Discard.all
        reader = _KeyFrameReader(stream, (container.start_time or 0) / _MICROSECONDS)
        # A recording that is cut short ends with an error: what comes before is worth looking at.
        with suppress(av.error.FFmpegError):
            for packet in container.demux(stream):
                if packet.pts is not None and packet.size and not reader.feed(packet):
                    break
        reader.close()
    return reader.tracker.to_pictures()


class _KeyFrameReader:
    """Decodes key frames, and where they differ what is between; gives their pictures to `tracker`, in order."""

    def __init__(self, stream: Any, origin: float) -> None:
        self._time_base, self._origin = stream.time_base, origin
        self._size = PICTURE_WIDTH, choose_height(stream.width, stream.height)
        self._codec = stream.codec_context
        # One thread: this is work for which nobody waits. Frames to which no other refers are not needed.
        self._codec.thread_count = 1
        self._codec.skip_frame = "NONREF"
        self._group: list[Any] = []
        self._key: Sample | None = None
        self._is_flowing = False
        self._decoded = 0.0
        self._sampled = -math.inf
        self.tracker = _ShotTracker(self._size[1])

    def feed(self, packet: Any) -> bool:
        """Take the next packet; gives whether to go on."""
        begins = packet.is_keyframe and (not self._group or self._measure_group(packet) >= _KEY_SECONDS)
        if begins:
            self._end_group(packet)
            self._group = [packet]
        elif self._is_flowing:
            self._take_samples(self._decode([packet]))
        elif self._group:
            self._group.append(packet)
            if self._measure_group(packet) > _LONGEST_GROUP_SECONDS:
                self._take_samples(self._decode(self._group))
                # The first packet is kept, as it tells when the group began.
                del self._group[1:]
                self._is_flowing = True
        return self._find_second(packet) < _LONGEST_SECONDS and self.tracker.count < _MOST_SHOTS

    def close(self) -> None:
        """Look at what follows the last key frame."""
        if self._is_flowing:
            self._take_samples(self._decode([None]))
        elif self._group:
            self._take_samples(self._decode([*self._group, None]))

    def _end_group(self, key_packet: Any) -> None:
        """Look at the key frame that begins a group, and first at what comes before it where that may have changed."""
        before, self._is_flowing, was_flowing = self._key, False, self._is_flowing
        if was_flowing:
            self._take_samples(self._decode([None]))
            self._codec.flush_buffers()
        self._key = next(self._decode([key_packet, None]), None)
        self._codec.flush_buffers()
        if self._key is None:
            return
        if before and not was_flowing and self.tracker.compare_keys(before.picture, self._key.picture):
            self._decode_group(self._measure_group(key_packet))
        self.tracker.add(self._key)

    def _decode_group(self, seconds: float) -> None:
        # A film within a talk changes all the time: its key frames do.
        if self._decoded + seconds > _DECODED_AT_ONCE + _DECODED_SHARE * self._find_second(self._group[0]):
            return
        self._decoded += seconds
        self._take_samples(self._decode([*self._group, None]))
        self._codec.flush_buffers()

    def _take_samples(self, samples: Iterator[Sample]) -> None:
        for each in samples:
            self.tracker.add(each)

    def _decode(self, packets: Iterable[Any]) -> Iterator[Sample]:
        """The frames of packets, some for each second; None among them has the decoder give what it holds."""
        for packet in packets:
            try:
                frames = self._codec.decode(packet)
            except av.error.FFmpegError:
                # A packet that is damaged costs its frame.
                continue
            for frame in frames:
                second = self._find_second(frame) if frame.pts is not None else self._sampled
                # Backwards too: a group is decoded after the key frame that follows it.
                if abs(second - self._sampled) >= _SAMPLE_SECONDS:
                    self._sampled = second
                    width, height = self._size
                    picture = frame.to_image(width=width, height=height, interpolation="AREA").convert("L")
                    yield Sample(second, picture)

    def _find_second(self, timed: Any) -> float:
        return max(0.0, float(timed.pts * self._time_base) - self._origin)

    def _measure_group(self, packet: Any) -> float:
        return float((packet.pts - self._group[0].pts) * self._time_base)


class _ShotTracker:
    """Puts samples together that show the same."""

    def __init__(self, height: int) -> None:
        self._height = height
        self._shots: list[Sample] = []
        self._rates = [0.0] * (_BLOCKS[0] * _BLOCKS[1])
        self._last: Sample | None = None

    @property
    def count(self) -> int:
        """How many shots there are."""
        return len(self._shots)

    def to_pictures(self) -> bytes:
        """Return the shots as they are kept."""
        starts = tuple(each.second for each in self._shots)
        return Pictures(
            PICTURE_WIDTH, self._height, starts, tuple(each.picture.tobytes() for each in self._shots)
        ).to_bytes()

    def compare_keys(self, before: Image.Image, after: Image.Image) -> bool:
        """Whether two key frames that follow each other differ."""
        return self._count_telling(_find_changes(before, after)) >= _FEWEST_BLOCKS

    def add(self, sample: Sample) -> None:
        """Take the next sample: it belongs to the last shot, or begins one. What moves all the time is learnt."""
        if self._last:
            moved = _find_changes(self._last.picture, sample.picture)
            # What changes within minutes may be a slide; what stays for long is calm again.
            near = sample.second - self._last.second <= _LEARNING_SECONDS
            self._rates = [
                rate + _RATE_WEIGHT * (changed - rate) if near else rate * (1.0 if changed else _CALMING)
                for rate, changed in zip(self._rates, moved, strict=True)
            ]
        self._last = sample
        last = self._shots[-1] if self._shots else None
        if last is None:
            self._shots.append(sample)
        elif self._count_telling(_find_changes(last.picture, sample.picture)) >= _FEWEST_BLOCKS:
            if sample.second - last.second > _SETTLING_SECONDS:
                self._shots.append(sample)
            else:
                self._shots[-1] = Sample(last.second, sample.picture)

    def _count_telling(self, changes: Sequence[bool]) -> int:
        restless = [rate > _RESTLESS_RATE for rate in self._rates]
        if sum(restless) > _MOST_RESTLESS * len(restless):
            return sum(changes)
        return sum(changed and not moves for changed, moves in zip(changes, restless, strict=True))


def _find_changes(one: Image.Image, other: Image.Image) -> list[bool]:
    """For each block, whether it differs."""
    blocks = ImageChops.difference(one, other).resize(_BLOCKS, Image.Resampling.BOX)
    return [each >= _BLOCK_CHANGE for each in blocks.tobytes()]
