"""Writes a short real video and a short sound, to be played with their captions."""

import math
from array import array
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from av.codec.context import Flags
from PIL import Image

from indexer.demo.slide_pictures import SLIDE_SIZE, draw_cover, draw_slide, draw_title
from indexer.demo.sources import DemoDocument, find_deck
from indexer.demo.subtitles import SILENCE_MS, make_chapters
from indexer.demo.typesetting import DEMONSTRATION_MARK, typeset

_FRAMES_A_SECOND = 1
_SAMPLES_A_SECOND = 16_000
# One thread, and no tree of macroblocks, whose assembler gives other bytes now and then: two runs write the same file.
_ENCODING = {"preset": "veryfast", "crf": "28", "threads": "1", "mbtree": "0"}


def write_replay(document: DemoDocument) -> bytes:
    """Give an H.264 video as long as the captions of the same text."""
    # To put the index first, the muxer reads the file again: it needs a real path.
    with TemporaryDirectory() as folder:
        path = Path(folder) / "replay.mp4"
        _encode_video(path, document)
        return path.read_bytes()


def _encode_video(path: Path, document: DemoDocument) -> None:
    # « faststart » lets a browser play before the end is loaded; « bitexact » leaves out versions and dates.
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", options=options) as container:
        container.metadata["title"] = typeset(document.title)
        container.metadata["comment"] = DEMONSTRATION_MARK
        stream = container.add_stream("libx264", rate=_FRAMES_A_SECOND, options=_ENCODING)
        (stream.width, stream.height), stream.pix_fmt = SLIDE_SIZE, "yuv420p"
        stream.codec_context.gop_size = 15 * _FRAMES_A_SECOND  # a seek lands within fifteen seconds
        stream.codec_context.flags |= Flags.bitexact
        for picture, count in _draw_stills(document):
            still = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]  # PyAV publishes no type here
            frame = still.reformat(format="yuv420p")
            for _ in range(count):
                # The encoder numbers frames that bear no time.
                frame.pts = None
                container.mux(stream.encode(frame))
        # Flushes the frames that the encoder still holds.
        container.mux(stream.encode(None))


def write_sound(document: DemoDocument) -> bytes:
    """Give an MP3 as long as the captions of the same text: nobody speaks in it, a soft tone opens each sentence."""
    cues = [cue for chapter in make_chapters(document.sections) for cue in chapter.cues]
    starts = [cue.start * _SAMPLES_A_SECOND // 1000 for cue in cues]
    samples = array("h", bytes(2 * (cues[-1].end * _SAMPLES_A_SECOND // 1000)))
    for start in starts:
        for offset in range(_SAMPLES_A_SECOND // 4):
            # It fades, or each tone would end with a click.
            fading = 1 - 4 * offset / _SAMPLES_A_SECOND
            samples[start + offset] = round(6_000 * fading * math.sin(math.tau * 440 * offset / _SAMPLES_A_SECOND))
    stream = BytesIO()
    # Without its header of lengths the muxer needs no second pass, and writes no version.
    with av.open(stream, "w", format="mp3", options={"fflags": "+bitexact", "write_xing": "0"}) as container:
        container.metadata["title"] = typeset(document.title)
        container.metadata["comment"] = DEMONSTRATION_MARK
        track = container.add_stream("mp3", rate=_SAMPLES_A_SECOND, layout="mono")
        track.codec_context.flags |= Flags.bitexact
        frame = av.AudioFrame(format="s16p", layout="mono", samples=len(samples))
        frame.sample_rate = _SAMPLES_A_SECOND
        frame.planes[0].update(samples.tobytes())
        container.mux(track.encode(frame))
        container.mux(track.encode(None))
    return stream.getvalue()


def _draw_stills(document: DemoDocument) -> Iterator[tuple[Image.Image, int]]:
    """Yield each still, the slide that is spoken of, with the number of frames for which it stays."""
    deck, shown = find_deck(document), 0
    slides = {
        section.title: draw_slide(section, number)
        for number, section in enumerate(deck.sections if deck else (), start=2)
    }
    if deck:
        shown = SILENCE_MS * _FRAMES_A_SECOND // 1000
        yield draw_cover(deck), shown
    for chapter in make_chapters(document.sections):
        # Rounded up from the end of the chapter: rounding each length would drift away from the captions.
        frames = -(-chapter.cues[-1].end * _FRAMES_A_SECOND // 1000) - shown
        shown += frames
        # Of what the deck has no slide for, only the title is on the screen.
        yield slides.get(chapter.title) or draw_title(chapter.title), frames
