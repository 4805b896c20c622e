"""Videos are cut into shots, and shots are compared with pages, whatever records them."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import pytest
from PIL import Image, ImageDraw

from extractors import UnreadableFileError
from extractors.frames import list_shots, match_shots, picture_pages
from extractors.frames.small_pictures import Pictures

if TYPE_CHECKING:
    from pathlib import Path

RATE = 2


def draw_page(number: int) -> Image.Image:
    """A page of its own: lines and a figure."""
    page = Image.new("RGB", (640, 360), "white")
    pen, draw = ImageDraw.Draw(page), random.Random(number)  # noqa: S311
    pen.rectangle((0, 0, 640, 50), fill="#1b2a5c")
    for row in range(draw.randint(3, 6)):
        pen.rectangle((40, 90 + 40 * row, draw.randint(150, 400), 106 + 40 * row), fill="#404040")
    left, top = draw.randint(420, 520), draw.randint(80, 220)
    pen.ellipse((left, top, left + 90, top + 90), fill="#f2a900")
    return page


def draw_noise(number: int) -> Image.Image:
    """What has nothing to do with slides, and moves."""
    draw = random.Random(number)  # noqa: S311
    return Image.frombytes("L", (16, 9), draw.randbytes(144)).resize((640, 360)).convert("RGB")


def record(path: Path, frames: list[Image.Image], codec: str = "libx264", **options: Any) -> Path:
    """Encode frames, RATE a second."""
    with av.open(str(path), "w", options=options.get("muxer", {})) as container:
        # Quicker to write; key frames stand where they did.
        coder = {"preset": "veryfast"} if codec == "libx264" else {}
        stream: Any = container.add_stream(codec, rate=RATE, options=coder | options.get("coder", {}))
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.codec_context.gop_size = options.get("group", 40)
        for number, picture in enumerate(frames):
            frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = options.get("origin", 0) + number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def show(*parts: tuple[Image.Image, int]) -> list[Image.Image]:
    """Each picture for so many seconds."""
    return [picture for picture, seconds in parts for _ in range(seconds * RATE)]


def list_starts(path: Path) -> list[float]:
    """The seconds at which shots begin."""
    return list(Pictures.from_bytes(list_shots(path)).starts)


@pytest.fixture
def deck(tmp_path: Path) -> bytes:
    """The pictures of four pages."""
    paths = [tmp_path / f"{number}.webp" for number in range(4)]
    for number, path in enumerate(paths):
        draw_page(number).save(path)
    return picture_pages(paths)


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {}),
        ("one-key.mp4", "libx264", {"group": 4_000, "coder": {"sc_threshold": "0"}}),
        ("late.ts", "mpeg4", {"origin": 200}),
        ("recorder.webm", "libvpx", {"muxer": {"live": "1"}, "coder": {"deadline": "realtime", "cpu-used": "8"}}),
        ("each-key.avi", "mpeg4", {"group": 1}),
    ],
)
def test_shots_begin_where_the_picture_changes(tmp_path: Path, name: str, codec: str, options: dict[str, Any]) -> None:
    """To the second, whatever the distance of key frames; times count from the beginning; no index is needed."""
    frames = show((draw_page(0), 17), (draw_page(1), 21), (draw_page(2), 6))
    found = list_starts(record(tmp_path / name, frames, codec, **options))
    assert found == pytest.approx([0, 17, 38], abs=1)


def test_times_are_those_of_the_frames(tmp_path: Path) -> None:
    """A recording whose frames come irregularly, as those of screens, is not counted by frames."""
    frames = show((draw_page(0), 8), (draw_page(1), 4))
    path = tmp_path / "irregular.mkv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number, picture in enumerate(frames):
            frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
            # The first picture stands for 40 seconds, a frame every 2.5.
            frame.pts, frame.time_base = number * 5 if number < 16 else 80 + number - 16, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert list_starts(path) == pytest.approx([0, 40], abs=1)


def test_a_recording_that_is_cut_short(tmp_path: Path) -> None:
    """What comes before the damage is looked at."""
    path = record(tmp_path / "cut.mkv", show((draw_page(0), 20), (draw_page(1), 40)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])
    assert list_starts(path)[:2] == pytest.approx([0, 20], abs=1)


def test_no_video_no_shots(tmp_path: Path) -> None:
    """What is no recording is refused, as everywhere."""
    path = tmp_path / "x.mp4"
    path.write_bytes(b"not a video")
    with pytest.raises(UnreadableFileError):
        list_shots(path)


def test_a_speaker_in_a_corner_makes_no_shots(tmp_path: Path) -> None:
    """Someone who moves all the time is left out; the slides behind change as before."""
    frames = show((draw_page(0), 60), (draw_page(1), 40))
    for number, frame in enumerate(frames):
        frames[number] = frame.copy()
        frames[number].paste(draw_noise(number).resize((128, 72)), (512, 288))
    starts = list_starts(record(tmp_path / "corner.mp4", frames))
    assert any(abs(each - 60) <= 1 for each in starts)
    assert len([each for each in starts if each > 20]) <= 3


def test_a_film_costs_no_more_than_its_share(tmp_path: Path) -> None:
    """What changes all the time has bounded shots, the slide after it is found all the same."""
    frames = [draw_noise(number) for number in range(30 * RATE)] + show((draw_page(0), 20))
    starts = list_starts(record(tmp_path / "film.mp4", frames))
    assert any(abs(each - 30) <= 2.5 for each in starts)
    assert len(starts) <= 40


def best_page(evidence: tuple[float, ...]) -> int:
    """The page that is likeliest shown."""
    return max(range(len(evidence)), key=evidence.__getitem__)


@pytest.mark.parametrize("layout", ["full", "bars", "corner", "beside"])
def test_pages_are_recognised_wherever_they_stand(tmp_path: Path, deck: bytes, layout: str) -> None:
    """A slide that fills the picture, stands between bars, under a speaker's thumbnail or beside faces."""
    frames = []
    for number, page in enumerate(show(*((draw_page(each), 20) for each in (0, 1, 3, 2)))):
        shown = page.copy()
        if layout == "bars":
            shown = Image.new("RGB", (640, 360), "black")
            shown.paste(page.resize((480, 270)), (80, 45))
        elif layout == "corner":
            shown.paste(draw_noise(number % 3).resize((128, 72)), (0, 288))
        elif layout == "beside":
            shown = draw_noise(number % 3)
            shown.paste(page.resize((448, 252)), (0, 54))
        frames.append(shown)
    shots = match_shots(list_shots(record(tmp_path / "v.mp4", frames, coder={"crf": "34"})), deck)
    told = [(each.start, best_page(each.evidence)) for each in shots if each.evidence and max(each.evidence) > 0]
    assert [page for _, page in told] == [0, 1, 3, 2]
    assert [start for start, _ in told] == pytest.approx([0, 20, 40, 60], abs=1)


def test_what_is_no_slide_tells_nothing(tmp_path: Path, deck: bytes) -> None:
    """Faces, a black picture, and the slides of another deck: no page is likely."""
    blank = Image.new("RGB", (640, 360))
    frames = [draw_noise(number) for number in range(40)] + show((blank, 20))
    assert not any(each.evidence for each in match_shots(list_shots(record(tmp_path / "f.mp4", frames)), deck))
    others = show(*((draw_page(number), 20) for number in (50, 51, 52, 53)))
    shots = match_shots(list_shots(record(tmp_path / "o.mp4", others)), deck)
    assert not any(max(each.evidence, default=0) > 5 for each in shots)


def draw_alike(number: int) -> Image.Image:
    """A page of a deck whose pages look alike: dark, a title, some lines and a figure, an old screen's shape."""
    page = Image.new("RGB", (480, 360), "#1b2a5c")
    pen, draw = ImageDraw.Draw(page), random.Random(number)  # noqa: S311
    pen.rectangle((30, 24, draw.randint(200, 420), 44), fill="white")
    for row in range(draw.randint(1, 5)):
        pen.rectangle((40, 90 + 40 * row, draw.randint(100, 420), 102 + 40 * row), fill="#dddddd")
    left, top = draw.randint(240, 380), draw.randint(80, 240)
    pen.rectangle((left, top, left + 70, top + 70), fill="#7080b0")
    return page


def test_a_meeting_that_changes_its_layout(tmp_path: Path) -> None:
    """Slides that are alone on the screen are recognised as those beside faces are, which make more shots."""
    paths = [tmp_path / f"{number}.webp" for number in range(30)]
    for number, path in enumerate(paths):
        draw_alike(number).save(path)
    frames = []
    for number in range(12 * 15 * RATE):
        page, beside = draw_alike(number // (15 * RATE)), (number // (45 * RATE)) % 2 == 1
        shown = draw_noise(number % 20) if beside else Image.new("RGB", (640, 360))
        shown.paste(page.resize((448, 336)) if beside else page, (0, 12) if beside else (80, 0))
        frames.append(shown)
    video = list_shots(record(tmp_path / "v.mp4", frames, group=2 * RATE))
    told = [
        (each.start, best_page(each.evidence)) for each in match_shots(video, picture_pages(paths)) if each.evidence
    ]
    found = {page: start for start, page in reversed(told)}
    assert found == pytest.approx({page: 15 * page for page in range(12)}, abs=2)


def test_people_who_move_make_no_shots_between_distant_key_frames(tmp_path: Path) -> None:
    """Two seconds apart, they are learnt as well: else the seconds that may be decoded between are spent on them."""
    frames = show(*((draw_page(page), 60) for page in range(4)))
    for number, frame in enumerate(frames):
        frames[number] = frame.copy()
        frames[number].paste(draw_noise(number).resize((166, 360)), (474, 0))
    starts = list_starts(record(tmp_path / "v.mp4", frames, group=2 * RATE))
    assert [each for each in starts if each > 20] == pytest.approx([60, 120, 180], abs=1)
