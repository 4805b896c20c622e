"""Recordings of talks over decks, drawn and encoded: what the speaker shows, and what else comes on the screen.

Pages of the deck are drawn a second time, in half of the talks with another font, as another program would draw them.
A video has bars where the shapes differ, a speaker in a corner or beside the slide, a cursor, fades, lines that come
one by one, digressions that show a face, nothing or a demonstration; codecs, quality and distances of key frames vary.
"""

from __future__ import annotations

import random
import textwrap
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import reportlab
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.generated_talks import Talk
    from index.text import SlideText

FRAMES_A_SECOND = 1
_WIDTH = 960
_PALETTES = (
    ("#ffffff", "#1b2a5c", "#303030", "#f2a900"),
    ("#ffffff", "#000091", "#161616", "#e1000f"),
    ("#f6f6f6", "#224422", "#222222", "#66aa66"),
    ("#1b2a5c", "#ffffff", "#dddddd", "#f2a900"),
    ("#fffaf0", "#803010", "#402010", "#c08040"),
)
_LAYOUTS = ("full", "full", "inset", "inset", "beside", "changing")
_SIZES = ((640, 360), (640, 360), (854, 480), (640, 480), (1280, 720))
_CODECS = ("libx264", "libx264", "libx264", "libvpx", "mpeg4")
_INSTEAD = ("slide", "slide", "face", "blank", "demonstration")
_CHANCES = {"wide": 0.7, "bar": 0.4, "other font": 0.5, "fades": 0.3, "builds": 0.2}
_POSTURES = 40
_LINES, _LINE_SECONDS, _FIGURED = 5, 6.0, 0.4
_BESIDE_SCALE, _INSET_SCALE = 0.74, 0.2


@dataclass(frozen=True, slots=True)
class Look:
    """How a talk looks; `layout` is one of those above, `instead` says what each digression shows."""

    slide_size: tuple[int, int]
    palette: tuple[str, str, str, str]
    has_bar: bool
    other_font: bool
    layout: str
    corner: int
    fades: bool
    builds: bool
    size: tuple[int, int]
    codec: str
    group_seconds: int
    quality: int
    instead: tuple[str, ...]


def choose_look(talk: Talk, seed: int) -> Look:
    """Draw lots for the look of a talk."""
    draw = random.Random(f"look {seed}")  # noqa: S311 - repeatable, no secret
    return Look(
        slide_size=(_WIDTH, 540) if draw.random() < _CHANCES["wide"] else (_WIDTH, 720),
        palette=draw.choice(_PALETTES),
        has_bar=draw.random() < _CHANCES["bar"],
        other_font=draw.random() < _CHANCES["other font"],
        layout=draw.choice(_LAYOUTS),
        corner=draw.randrange(4),
        fades=draw.random() < _CHANCES["fades"],
        builds=draw.random() < _CHANCES["builds"],
        size=draw.choice(_SIZES),
        codec=draw.choice(_CODECS),
        group_seconds=draw.choice((2, 5, 10, 20)),
        quality=draw.choice((24, 30, 36)),
        instead=tuple(draw.choice(_INSTEAD) for _ in talk.digressions),
    )


def write_pages(talk: Talk, look: Look, folder: Path) -> list[Path]:
    """Write the page images of a deck, as they are kept in the cache; gives their files."""
    files = []
    for slide in talk.slides:
        page = draw_slide(slide, look, other_font=look.other_font)
        files.append(folder / f"{slide.number}.webp")
        page.save(files[-1], quality=75)
    return files


def draw_slide(slide: SlideText, look: Look, *, other_font: bool = False, lines: int = _LINES) -> Image.Image:
    """Draw a slide with so many of its lines: a title, lines of text, a figure on every third."""
    width, height = look.slide_size
    back, head, ink, accent = look.palette
    page = Image.new("RGB", (width, height), back)
    pen = ImageDraw.Draw(page)
    if look.has_bar:
        pen.rectangle((0, 0, width, 88), fill=accent)
    else:
        pen.rectangle((50, 96, 170, 101), fill=accent)
    pen.text((50, 30), slide.title, fill=head, font=_load_font(38, other=other_font))
    for text, spot in _lay_out(slide, height, lines):
        pen.text(spot, text, fill=ink, font=_load_font(26, other=other_font))
    _draw_figure(pen, slide, look)
    pen.text((50, height - 44), "Communauté de démonstration", fill=ink, font=_load_font(16, other=other_font))
    pen.text((width - 70, height - 44), str(slide.number), fill=ink, font=_load_font(16, other=other_font))
    return page


def _lay_out(slide: SlideText, height: int, lines: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """The lines of a slide and where they stand, as many as are shown; they differ in number and length."""
    draw, words = random.Random(f"{slide.number} {slide.title}"), slide.text.split()  # noqa: S311 - no secret
    count = draw.randint(2, 5)
    cuts = sorted(draw.sample(range(1, len(words)), count - 1))
    narrow, top = draw.random() < _FIGURED, draw.randint(120, 170)
    for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(words)], strict=True)):
        if number >= lines:
            return
        text = "• " + " ".join(words[start:end])
        for line in textwrap.wrap(text, 26 if narrow else 56):
            yield line, (60, top)
            top += 34
        top += min(40, (height - 300) // count)


def _draw_figure(pen: ImageDraw.ImageDraw, slide: SlideText, look: Look) -> None:
    """Columns, boxes or a disc beside the lines, on some slides."""
    draw, (width, height) = random.Random(f"{slide.number} {slide.title}"), look.slide_size  # noqa: S311 - no secret
    draw.randint(2, 5)
    colours = look.palette[1], look.palette[3]
    kind = draw.choice(("columns", "boxes", "disc", "nothing", "nothing"))
    if kind == "columns":
        for number in range(draw.randint(3, 7)):
            top = draw.randint(150, height - 140)
            pen.rectangle((540 + 55 * number, top, 580 + 55 * number, height - 110), fill=draw.choice(colours))
    elif kind == "boxes":
        for _ in range(draw.randint(2, 4)):
            left, top = draw.randint(520, width - 200), draw.randint(140, height - 180)
            pen.rectangle((left, top, left + 140, top + 80), fill=draw.choice(colours))
    elif kind == "disc":
        left, size = draw.randint(520, 640), draw.randint(120, 260)
        pen.pieslice((left, 160, left + size, 160 + size), 0, draw.randint(60, 300), fill=colours[1])
        pen.ellipse((left, 160, left + size, 160 + size), outline=colours[0], width=4)


@lru_cache
def _load_font(size: int, *, other: bool) -> ImageFont.FreeTypeFont:
    if other:
        # Pillow's own, which is narrower.
        return ImageFont.load_default(size)  # type: ignore[return-value]
    return ImageFont.truetype(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf", size)


def write_video(talk: Talk, look: Look, path: Path, frames_a_second: int = FRAMES_A_SECOND) -> None:
    """Encode what the talk shows; a slide is on the screen a second after its start at the latest."""
    options = (
        {"crf": str(look.quality), "preset": "ultrafast", "threads": "1", "sc_threshold": "40"}
        if look.codec == "libx264"
        else {}
    )
    if look.codec == "libvpx":
        options = {"deadline": "realtime", "cpu-used": "8"}
    with av.open(str(path), "w") as container:
        # PyAV's types do not tell one kind of stream from another.
        stream: Any = container.add_stream(look.codec, rate=frames_a_second, options=options)
        stream.width, stream.height, stream.pix_fmt = *look.size, "yuv420p"
        stream.codec_context.gop_size = look.group_seconds * frames_a_second
        stream.bit_rate = 300_000
        for number, frame in enumerate(_make_frames(talk, look, frames_a_second)):
            frame.pts, frame.time_base = number, Fraction(1, frames_a_second)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _make_frames(talk: Talk, look: Look, frames_a_second: int) -> Iterator[av.VideoFrame]:
    screen = _Screen(talk, look)
    still: tuple[object, av.VideoFrame] | None = None
    for number in range(int(talk.seconds * frames_a_second)):
        shown = screen.choose(number / frames_a_second)
        if still is None or still[0] != shown or (number % frames_a_second == 0 and screen.moves(shown)):
            picture = screen.draw(shown, number // frames_a_second)
            frame = av.VideoFrame.from_image(picture).reformat(format="yuv420p")  # type: ignore[no-untyped-call]
            still = shown, frame
        yield still[1]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is on the screen: a slide with so many lines, or something `instead`; `fading` is the slide that leaves."""

    slide: int
    lines: int
    instead: str
    fading: int
    beside: bool


class _Screen:
    """Draws what is shown at each second."""

    def __init__(self, talk: Talk, look: Look) -> None:
        self._talk, self._look = talk, look
        self._draw = random.Random(f"screen {talk.seconds}")  # noqa: S311
        self._cached: dict[tuple[int, int], Image.Image] = {}
        self._behind: tuple[_Shown, Image.Image] | None = None

    def choose(self, second: float) -> _Shown:
        """What is on the screen at a second."""
        place = sum(start <= second for _, start in self._talk.starts) - 1
        if place < 0:
            return _Shown(0, 0, "face", 0, beside=False)
        number, start = self._talk.starts[place]
        instead = "slide"
        for kind, (began, ended) in zip(self._look.instead, self._talk.digressions, strict=True):
            if began <= second < ended:
                instead = kind
        lines = min(_LINES, 1 + int((second - start) / _LINE_SECONDS)) if self._look.builds else _LINES
        fades = self._look.fades and place > 0 and second - start < 1 / FRAMES_A_SECOND
        beside = self._look.layout == "beside" or (self._look.layout == "changing" and int(second / 400) % 2 == 1)
        return _Shown(number, lines, instead, self._talk.starts[place - 1][0] if fades else 0, beside)

    def moves(self, shown: _Shown) -> bool:
        """Whether someone can be seen."""
        return shown.instead == "face" or shown.beside or self._look.layout == "inset"

    def draw(self, shown: _Shown, number: int) -> Image.Image:
        """Draw the whole screen, frame `number` of the video."""
        width, height = self._look.size
        if shown.instead == "face":
            return self._draw_face((width, height), number)
        if self._behind is None or self._behind[0] != shown:
            self._behind = shown, self._draw_behind(shown)
        picture = self._behind[1].copy()
        if shown.instead == "blank":
            return picture
        room = int(width * _BESIDE_SCALE)
        if shown.beside:
            for row in range(3):
                face = self._draw_face((width - room - 8, height // 3 - 8), number + 7 * row)
                picture.paste(face, (room + 4, row * height // 3 + 4))
        elif self._look.layout == "inset":
            face = self._draw_face((int(width * _INSET_SCALE), int(height * _INSET_SCALE)), number)
            right, low = self._look.corner % 2, self._look.corner // 2
            picture.paste(face, (right * (width - face.width), low * (height - face.height)))
        spot = (width * self._draw.random(), height * self._draw.random())
        ImageDraw.Draw(picture).polygon((spot, (spot[0] + 9, spot[1] + 5), (spot[0] + 4, spot[1] + 10)), fill="#888888")
        return picture

    def _draw_behind(self, shown: _Shown) -> Image.Image:
        """The screen without people."""
        width, height = self._look.size
        picture = Image.new("RGB", (width, height), "#101010")
        if shown.instead == "blank":
            return picture
        room = (int(width * _BESIDE_SCALE), height) if shown.beside else (width, height)
        page = self._draw_page(shown)
        scale = min(room[0] / page.width, room[1] / page.height)
        page = page.resize((int(page.width * scale), int(page.height * scale)))
        picture.paste(page, ((room[0] - page.width) // 2, (room[1] - page.height) // 2))
        return picture

    def _draw_page(self, shown: _Shown) -> Image.Image:
        if shown.instead == "demonstration":
            return self._draw_demonstration()
        page = self._find_page(shown.slide, shown.lines)
        return Image.blend(self._find_page(shown.fading, _LINES), page, 0.5) if shown.fading else page

    def _find_page(self, number: int, lines: int) -> Image.Image:
        if (number, lines) not in self._cached:
            self._cached[number, lines] = draw_slide(self._talk.slides[number - 1], self._look, lines=lines)
        return self._cached[number, lines]

    def _draw_demonstration(self) -> Image.Image:
        """The window of some program: lines of text on white, a column of choices."""
        page = Image.new("RGB", self._look.slide_size, "#ffffff")
        pen = ImageDraw.Draw(page)
        pen.rectangle((0, 0, page.width, 40), fill="#dddddd")
        pen.rectangle((0, 40, 200, page.height), fill="#eeeeee")
        for row in range(60, page.height - 30, 34):
            text = " ".join(self._draw.sample(self._talk.slides[0].text.split(), 4))
            pen.text((220, row), text, fill="#333333", font=_load_font(18, other=True))
            pen.text((12, row), text[:14], fill="#333333", font=_load_font(18, other=True))
        return page

    def _draw_face(self, size: tuple[int, int], number: int) -> Image.Image:
        return _draw_person(size, number % _POSTURES)


@lru_cache(maxsize=256)
def _draw_person(size: tuple[int, int], posture: int) -> Image.Image:
    """Someone who moves before a wall."""
    width, height = size
    draw = random.Random(posture)  # noqa: S311
    picture = Image.new("RGB", size, "#6a7a70")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, width // 3, height), fill="#887766")
    across, down = width * (0.5 + 0.06 * draw.uniform(-1, 1)), height * (0.45 + 0.05 * draw.uniform(-1, 1))
    pen.ellipse((across - height / 5, down - height / 4, across + height / 5, down + height / 4), fill="#d8b090")
    pen.rectangle((across - height / 3, down + height / 4, across + height / 3, height), fill="#334466")
    mouth = down + height * draw.uniform(0.12, 0.17)
    pen.ellipse((across - height / 16, down + height / 9, across + height / 16, mouth), fill="#803030")
    return picture
