"""The time line under a player, and the times of recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.model import parse_timecode, timecode
from index.model.documents import Locator, Passage, Unit
from index.query.syntax import Everything
from tests.webapp.page_parser import read
from tests.webapp.small_library import VIDEO, SmallLibrary
from webapp.pages.document_parts import PartWindow, build_parts, find_window
from webapp.pages.time_line import build_time_line

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def _transcript(*found: int) -> PartWindow:
    """Ten passages of ten seconds, of which some have words searched."""
    passages = tuple(Passage(at, Locator(Unit.TIME, at + 1, 10.0 * at, 10.0 * at + 10), "texte") for at in range(10))
    window = find_window(build_parts(passages, Everything()), "", 0)
    for at in found:
        object.__setattr__(window.parts[at], "has_match", True)
    return window


def _second(part: object) -> object:
    return part.locator.start if part else None  # type: ignore[attr-defined]


def test_what_is_found_stands_at_its_second() -> None:
    """On a line of a thousand units, from its first second to its last."""
    line = build_time_line(_transcript(2, 9), [0.0, 50.0], 100.0, 0)
    assert [(each.left, each.width) for each in line.marks] == [(200.0, 100.0), (900.0, 100.0)]
    assert line.chapters == (0.0, 500.0)
    assert (line.position, line.said) == (0.0, None)


def test_the_line_is_as_long_as_what_is_said() -> None:
    """A file that tells no length, or too short a one, pushes no mark off the line."""
    for told in (None, 0.0, 3.0):
        (mark,) = build_time_line(_transcript(9), [], told, 0).marks
        assert mark.left + mark.width == 1000.0
    (mark,) = build_time_line(_transcript(0), [], 360_000.0, 0).marks
    assert mark.width == 5.0


@pytest.mark.parametrize(
    ("start", "before", "after", "rank"),
    [(0, 70.0, 20.0, 0), (20, 70.0, 70.0, 1), (25, 20.0, 70.0, 1), (70, 20.0, 20.0, 2), (99, 70.0, 20.0, 2)],
)
def test_hits_follow_each_other_round_the_ends(start: int, before: float, after: float, rank: int) -> None:
    """From any second there is one before and one after, as long as something was found."""
    line = build_time_line(_transcript(2, 7), [], 100.0, start)
    assert (_second(line.before), _second(line.after), line.rank) == (before, after, rank)
    nothing = build_time_line(_transcript(), [], 100.0, start)
    assert (nothing.before, nothing.after, nothing.rank, nothing.marks) == (None, None, 0, ())


def test_one_arrives_at_what_is_said_then(client: FlaskClient, library: SmallLibrary) -> None:
    """Its words stand under the video, its second can be shared, the hits before and after are links."""
    page = read(client.get(f"/documents/{library.ids[VIDEO]}?q=Grigny&t=3").text)
    address = f"/documents/{library.ids[VIDEO]}"
    assert "0:02 Nous parlons de l’aller vers & du non-recours." in " ".join(
        page.all("p", class_="said")[0].text.split()
    )
    (share,) = [each for each in page.all("a") if "data-share" in each.attributes]
    assert (share.attributes["href"], share.text) == (f"{address}?t=3#t-2", "Partager à partir de 0:03")
    (hit,) = [each for each in page.all("a") if "data-hit" in each.attributes]
    assert hit.attributes["href"] == f"{address}?q=Grigny&t=4#t-4"
    assert [each.attributes["href"] for each in page.all("a") if "passage trouvé" in each.text] == [
        f"{address}?q=Grigny&t=4#t-4",
        f"{address}?q=Grigny&t=4#t-4",
    ]


def test_a_time_may_be_written_as_pages_write_it(client: FlaskClient, library: SmallLibrary) -> None:
    """Whoever changes an address by hand writes « 0:04 »; what is no time starts at the beginning."""
    address = f"/documents/{library.ids[VIDEO]}"
    for given, start in (("0:04", "#t=4"), ("4", "#t=4"), ("0:99", ""), ("4s", ""), ("²", "")):
        (video,) = read(client.get(address, query_string={"t": given}).text).all("video")
        assert (
            (video.attributes["src"] or "")
            .removeprefix(f"/documents/{library.ids[VIDEO]}")
            .endswith(f"original{start}")
        )


@pytest.mark.parametrize(("second", "written"), [(0, "0:00"), (247.9, "4:07"), (3847, "1:04:07"), (36_000, "10:00:00")])
def test_times_are_written_as_players_do(second: float, written: str) -> None:
    """And read back."""
    assert timecode(second) == written
    assert parse_timecode(written) == int(second)


@pytest.mark.parametrize("text", ["", "4", "4:7", "4:60", "1:60:00", ":07", "4:07:", "４:０７", "4 min 07 s"])
def test_what_is_no_time_is_none(text: str) -> None:
    """So that a form can say what is wrong."""
    assert parse_timecode(text) is None
