"""A few seconds of video that every browser plays, made on the spot."""

from __future__ import annotations

import io

import av

_WIDTH, _HEIGHT, _RATE = 320, 180, 10


def film(seconds: int) -> bytes:
    """A WebM video that goes from dark green to honey."""
    written = io.BytesIO()
    with av.open(written, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=_RATE)
        stream.width, stream.height, stream.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        for number in range(seconds * _RATE):
            for packet in stream.encode(_frame(number / (seconds * _RATE))):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return written.getvalue()


def _frame(progress: float) -> av.VideoFrame:
    frame = av.VideoFrame(_WIDTH, _HEIGHT, "yuv420p")
    levels = (60 + round(120 * progress), 128 - round(60 * progress), 110 + round(60 * progress))
    for plane, level in zip(frame.planes, levels, strict=True):
        plane.update(bytes([level]) * plane.buffer_size)
    return frame
