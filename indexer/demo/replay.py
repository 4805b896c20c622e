"""Writes a short real video: still slides that change with the speech, to be played with its captions."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from av.codec.context import Flags
from PIL import Image, ImageDraw, ImageFont

from indexer.demo.sources import DemoDocument
from indexer.demo.subtitles import make_chapters
from indexer.demo.synthesis import FONTS
from indexer.demo.typesetting import DEMONSTRATION_MARK, NBSP, typeset

_SIZE = _WIDTH, _HEIGHT = 640, 360
_FRAMES_A_SECOND = 2
_NAVY, _HONEY, _WHITE, _GREY = "#1b2a5c", "#f2a900", "#ffffff", "#c8cfe6"
_ENCODING = {"preset": "veryfast", "crf": "28", "threads": "1"}  # one thread: two machines cut the work alike


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
        stream.width, stream.height, stream.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        stream.codec_context.gop_size = 15 * _FRAMES_A_SECOND  # a seek lands within fifteen seconds
        stream.codec_context.flags |= Flags.bitexact
        for picture, count in _draw_stills(document):
            for _ in range(count):
                frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]  # PyAV publishes no type here
                container.mux(stream.encode(frame))
        # Flushes the frames that the encoder still holds.
        container.mux(stream.encode(None))


def _draw_stills(document: DemoDocument) -> Iterator[tuple[Image.Image, int]]:
    """Yield each still with the number of frames for which it stays."""
    spoken, shown = make_chapters(document.sections), 0
    for number, chapter in enumerate(spoken, start=1):
        # Rounded up from the end of the chapter: rounding each length would drift away from the captions.
        frames = -(-chapter.cues[-1].end * _FRAMES_A_SECOND // 1000) - shown
        shown += frames
        yield _draw_still(document, chapter.title, f"{number} / {len(spoken)}"), frames


def _draw_still(document: DemoDocument, title: str, position: str) -> Image.Image:
    picture = Image.new("RGB", _SIZE, _NAVY)
    pen = ImageDraw.Draw(picture)
    pen.text((40, 34), typeset(document.occasion), fill=_GREY, font=_load_font("Vera", 15))
    pen.rectangle((40, 64, 120, 69), fill=_HONEY)
    # Vera draws the non-breaking space twice as wide: once the lines are cut, a plain one serves.
    words = "\n".join(textwrap.wrap(typeset(title), 30, break_on_hyphens=False)).replace(NBSP, " ")
    pen.multiline_text((40, 100), words, fill=_WHITE, font=_load_font("VeraBd", 28), spacing=10)
    pen.text((40, 322), f"{DEMONSTRATION_MARK} – Communauté apprenante TZNR", fill=_GREY, font=_load_font("Vera", 12))
    pen.text((560, 322), position, fill=_GREY, font=_load_font("Vera", 12))
    return picture


def _load_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"{name}.ttf", size)
