"""Tells which page of a deck each shot of a video shows, by their small pictures.

Where slides stand in the picture is found first: they may fill it, leave bars beside or above, or share it with people
who speak. There each shot is compared with each page, cell by cell, after level and gain are made equal (normalised
cross-correlation). What all slides have in common tells nothing: the mean of the shots is taken from shots and that of
the pages from pages, so that another program's fonts, a logo or a speaker's thumbnail go with it.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from operator import itemgetter, mul
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from PIL import Image

from extractors.frames.small_pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Vector: TypeAlias = tuple[float, ...]
Item = TypeVar("Item")

_GRID, _COARSE_GRID = (32, 18), (16, 9)

_LEAST_LIKE = 0.75
"""A shot shows some slide of the deck where it resembles one by so much (correlation, 1 being the most)."""

_CHANCE = 0.6
"""The same without what all slides have in common, for a picture that is none of the deck's."""

_INDEPENDENT_CELLS = 24
"""Cells of a picture go together: so many would tell as much if each stood for itself."""

_NOISE = 0.02
"""The share of a slide's picture that fonts and compression change at least."""

_MOST_EVIDENCE = 25.0
_SAME = 0.95
"""Shots that resemble each other by so much show the same, and tell once."""

_LOOKED_AT_SHOTS, _LOOKED_AT_PAGES = 16, 16
_KEPT_CELLS = 0.88
"""The share of cells by which places are compared: a speaker's thumbnail takes the others."""

_OFTEN = 0.6
"""Cells that are left out in so many shots show something else at that place, and are not compared at all."""

_SMALL_CHANGE, _LEAST_INK, _MOST_LOST = 5, 0.03, 0.15
"""A slide whose lines come one by one: greys that mean nothing, its least share of cells, and that of what may go."""

_MATCHED_PAGES = 3
_FEWEST_SHOWN = 2
_MOST_PLACES = 3
_SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.65, 0.6, 0.55, 0.5)
_STEPS = 5
"""How many places are tried across the room that a scale leaves, in each direction."""

_LEAST_STEP = 0.25
_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1))
_ANCHORS = ((0.5, 0.5), (0, 0), (1, 0), (0, 1), (1, 1))
"""What stays where it is when a place is resized: its centre or a corner, in shares of its width and height."""

_NEAR_PIXELS = 2.0
_UNLIKE = 0.6
"""What resembles a slide by less counts for nothing when places are compared."""

_LEAST_GAIN = 0.005
"""By how much better some frame must be rated at a second place than at the first, for it to be another one."""

_FLAT = 8
"""Greys: what varies by less is blank, and resembles nothing."""


@dataclass(frozen=True, slots=True)
class ShownSlides:
    """A shot that begins at `start` and, for each page, by how much likelier it is shown there than none (nats).

    Without `evidence` it shows something else than slides.
    """

    start: float
    evidence: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where slides stand in the picture of a video, in its pixels; `kept` are the cells that are compared there."""

    left: float
    top: float
    right: float
    bottom: float
    kept: tuple[int, ...] = ()

    def is_near(self, other: _Place) -> bool:
        """Whether both are the same place, found twice."""
        edges = zip(
            (self.left, self.top, self.right, self.bottom),
            (other.left, other.top, other.right, other.bottom),
            strict=True,
        )
        return all(abs(one - two) < _NEAR_PIXELS for one, two in edges)


@dataclass(frozen=True, slots=True)
class _View:
    """A frame at the place where it resembles a slide most; `own` is empty where it resembles none."""

    likeness: float
    place: _Place | None
    own: Vector

    def shows_same(self, other: _View) -> bool:
        """Whether nothing has changed that has to do with slides."""
        if not self.own or not other.own:
            return not self.own and not other.own
        return self.place == other.place and _correlate(self.own, other.own) >= _SAME


def match_shots(video: bytes, deck: bytes) -> tuple[ShownSlides, ...]:
    """Return for each shot of a video what tells that it shows each page of a deck. Runs in a worker process.

    Both are given as `Pictures` are kept. Empty where the video shows none of the pages.
    """
    shots, pages = Pictures.from_bytes(video), Pictures.from_bytes(deck)
    if not shots.greys or len(pages.greys) < 2:  # noqa: PLR2004 - of one page it cannot be told when it begins
        return ()
    matcher = _Matcher(shots, pages)
    places = matcher.find_places(shots.starts)
    if not places:
        return ()
    return tuple(matcher.list_shown(places, shots.starts))


class _Matcher:
    """The pictures of a video and of a deck, ready to be compared."""

    def __init__(self, shots: Pictures, pages: Pictures) -> None:
        self._size = shots.width, shots.height
        self._aspect = pages.width / pages.height
        self._frames = [_open(shots, each) for each in shots.greys]
        self._pages = [_open(pages, each) for each in pages.greys]

    def find_places(self, starts: Sequence[float]) -> list[_Place]:
        """Where slides stand, the place of most time first: a meeting may change its layout."""
        # Evenly in time: where people move there are many shots, and a place without them would not be looked at.
        frames = [self._frames[at] for at in _spread_in_time(starts, _LOOKED_AT_SHOTS)]
        coarse = [_to_vector(each, None, _COARSE_GRID) for each in _spread(self._pages, _LOOKED_AT_PAGES)]
        # All of them: a frame that is paired with another page of the same look would draw the place aside.
        fine = [_to_vector(each, None, _GRID) for each in self._pages]
        rated = {each: _rate_place(each, frames, coarse) for each in self._list_candidates()}
        known = [0.0] * len(frames)
        places: list[_Place] = []
        while len(places) < _MOST_PLACES:
            # A place is worth what it adds: frames that resemble slides better there than at the places known.
            place = max(rated, key=lambda each: sum(max(0.0, a - b) for a, b in zip(rated[each], known, strict=True)))
            found = [_find_best(_to_vector(each, place, _GRID), fine) for each in frames]
            gains = [new - old for new, old in zip(rated[place], known, strict=True)]
            pairs = [
                (frame, fine[page])
                for frame, (like, page), gain in zip(frames, found, gains, strict=True)
                if like >= _LEAST_LIKE and gain > 0
            ]
            if len(pairs) < _FEWEST_SHOWN or max(gains) < _LEAST_GAIN:
                break
            refined = self._refine(place, pairs)
            if any(refined.is_near(each) for each in places):
                break
            places.append(_keep_cells(refined, pairs))
            there = _rate_place(refined, frames, coarse)
            known = [max(each) for each in zip(rated[place], there, known, strict=True)]
        return places

    def list_shown(self, places: Sequence[_Place], starts: Sequence[float]) -> Iterator[ShownSlides]:
        """Yield what each shot shows; shots that show the same as the one before are left out."""
        views = self._view_frames(places)
        own_pages = {
            place: _own_vectors([_to_vector(each, None, _GRID, place.kept) for each in self._pages]) for place in places
        }
        last: _View | None = None
        for start, view in zip(starts, views, strict=True):
            if last is None or not view.shows_same(last):
                last = view
                pages = own_pages[view.place] if view.place else []
                yield ShownSlides(start, tuple(_to_evidence(_correlate(view.own, each)) for each in pages))

    def _view_frames(self, places: Sequence[_Place]) -> list[_View]:
        """Each frame at the place where it resembles a slide most, without what slides have in common there."""
        seen = [self._compare_at(each) for each in places]
        # A frame has one place, and only what is at that place tells what slides have in common there.
        views = [_View(0.0, None, ())] * len(self._frames)
        best = [max(range(len(places)), key=lambda at: seen[at][1][number]) for number in range(len(views))]
        for at, (vectors, likenesses) in enumerate(seen):
            here = [number for number, like in enumerate(likenesses) if best[number] == at and like >= _LEAST_LIKE]
            mean = _average([vectors[number] for number in here]) if here else ()
            for number in here:
                views[number] = _View(likenesses[number], places[at], _subtract(vectors[number], mean))
        # From the end: what a slide becomes is known before its first line is looked at.
        for number in range(len(views) - 2, -1, -1):
            after = views[number + 1]
            if after.place and self._grows(number, after.place):
                views[number] = after
        return views

    def _compare_at(self, place: _Place) -> tuple[list[Vector], list[float]]:
        """What each frame shows at a place, and how much it resembles a page there."""
        pages = [_to_vector(each, None, _GRID, place.kept) for each in self._pages]
        vectors = [_to_vector(each, place, _GRID, place.kept) for each in self._frames]
        return vectors, [max(_correlate(each, page) for page in pages) for each in vectors]

    def _grows(self, number: int, place: _Place) -> bool:
        """Whether the frame after this one shows the same and more: the next line of a slide has come."""
        cells = (_read_cells(each, place, _GRID) for each in self._frames[number : number + 2])
        before, after = ([each[at] for at in place.kept] for each in cells)
        ground = Counter(before).most_common(1)[0][0]
        ink = [at for at, each in enumerate(before) if abs(each - ground) > _SMALL_CHANGE]
        lost = sum(abs(before[at] - after[at]) > _SMALL_CHANGE for at in ink)
        return len(ink) >= _LEAST_INK * len(before) and lost <= _MOST_LOST * len(ink)

    def _list_candidates(self) -> Iterator[_Place]:
        width, height = self._size
        widest = min(width, height * self._aspect)
        for scale in _SCALES:
            across, down = widest * scale, widest * scale / self._aspect
            for left in _list_steps(width - across):
                for top in _list_steps(height - down):
                    yield _Place(left, top, left + across, top + down)

    def _refine(self, place: _Place, pairs: Sequence[tuple[Image.Image, Vector]]) -> _Place:
        """Move and resize a place as long as slides are better recognised there."""

        def rate(tried: _Place) -> float:
            return sum(_match(_to_vector(frame, tried, _GRID), page)[0] for frame, page in pairs)

        known, step = rate(place), 2.0
        while step >= _LEAST_STEP:
            rated = ((rate(each), each) for each in self._list_near(place, step))
            best, near = max(rated, key=itemgetter(0), default=(known, place))
            if best > known:
                known, place = best, near
            else:
                step /= 2
        return place

    def _list_near(self, place: _Place, step: float) -> Iterator[_Place]:
        width, height = self._size
        wide, high = place.right - place.left, place.bottom - place.top
        moved = [(place.left + x * step, place.top + y * step, wide, high) for x, y in _DIRECTIONS]
        # Larger or smaller, about the centre or about a corner.
        sizes = [(wide + grown, (wide + grown) / self._aspect) for grown in (step, -step)]
        sized = [
            (place.left - x * (wider - wide), place.top - y * (higher - high), wider, higher)
            for wider, higher in sizes
            for x, y in _ANCHORS
        ]
        for left, top, across, down in (*moved, *sized):
            if left >= 0 and top >= 0 and left + across <= width and top + down <= height:
                yield _Place(left, top, left + across, top + down)


def _open(pictures: Pictures, grey: bytes) -> Image.Image:
    return Image.frombytes("L", (pictures.width, pictures.height), grey)


def _spread(items: Sequence[Item], most: int) -> list[Item]:
    """So many of the items, evenly."""
    count = min(most, len(items))
    return [items[(2 * place + 1) * len(items) // (2 * count)] for place in range(count)]


def _spread_in_time(starts: Sequence[float], most: int) -> list[int]:
    """The numbers of so many shots, those that are shown at moments evenly spread over the recording."""
    longest = starts[-1] - starts[0]
    moments = (starts[0] + longest * (2 * place + 1) / (2 * most) for place in range(most))
    return sorted({bisect_right(starts, moment) - 1 for moment in moments})


def _list_steps(room: float) -> Iterator[float]:
    """Places across a room, in pixels: its two ends and between."""
    if room < 1:
        yield 0.0
        return
    yield from (room * step / (_STEPS - 1) for step in range(_STEPS))


def _rate_place(place: _Place, frames: Sequence[Image.Image], pages: Sequence[Vector]) -> list[float]:
    """How well a slide is recognised at a place, frame by frame: those that resemble none count for nothing."""
    likenesses = (_find_best(_to_vector(each, place, _COARSE_GRID), pages)[0] for each in frames)
    return [max(0.0, each - _UNLIKE) ** 2 for each in likenesses]


def _find_best(frame: Vector, pages: Sequence[Vector]) -> tuple[float, int]:
    """How much a frame resembles the page that it resembles most, and which that is."""
    # Those that resemble it as a whole come first: to leave out cells costs ten times as much.
    first = heapq.nlargest(_MATCHED_PAGES, ((_correlate(frame, page), number) for number, page in enumerate(pages)))
    return max((_match(frame, pages[number])[0], number) for _, number in first)


def _match(frame: Vector, page: Vector) -> tuple[float, list[int]]:
    """How much two pictures resemble each other but for the cells that differ most, and which cells remain."""
    apart = [abs(a - b) for a, b in zip(frame, page, strict=True)]
    most = sorted(apart)[int(_KEPT_CELLS * len(apart))]
    kept = [number for number, each in enumerate(apart) if each <= most]
    return _correlate(_centre([frame[at] for at in kept]), _centre([page[at] for at in kept])), kept


def _keep_cells(place: _Place, pairs: Sequence[tuple[Image.Image, Vector]]) -> _Place:
    """The place with the cells that show slides."""
    kept = Counter(cell for frame, page in pairs for cell in _match(_to_vector(frame, place, _GRID), page)[1])
    least = (1 - _OFTEN) * len(pairs)
    return replace(place, kept=tuple(cell for cell in range(_GRID[0] * _GRID[1]) if kept[cell] > least))


def _correlate(one: Vector, other: Vector) -> float:
    likeness: float = sum(map(mul, one, other))
    return likeness


def _to_vector(picture: Image.Image, place: _Place | None, grid: tuple[int, int], kept: Sequence[int] = ()) -> Vector:
    """The cells of a picture, or of a place in it, about their mean and of length 1; 0 where it is blank."""
    cells = _read_cells(picture, place, grid)
    chosen = [cells[at] for at in kept] if kept else cells
    if max(chosen) - min(chosen) < _FLAT:
        return (0.0,) * len(chosen)
    return _centre(chosen)


def _read_cells(picture: Image.Image, place: _Place | None, grid: tuple[int, int]) -> bytes:
    box = (place.left, place.top, place.right, place.bottom) if place else None
    return picture.resize(grid, Image.Resampling.BOX, box=box).tobytes()


def _centre(cells: Sequence[float]) -> Vector:
    mean = sum(cells) / len(cells)
    return _shorten(tuple(each - mean for each in cells))


def _average(vectors: Sequence[Vector]) -> Vector:
    return tuple(sum(cell) / len(vectors) for cell in zip(*vectors, strict=True))


def _own_vectors(vectors: Sequence[Vector]) -> list[Vector]:
    mean = _average(vectors)
    return [_subtract(each, mean) for each in vectors]


def _subtract(vector: Vector, mean: Vector) -> Vector:
    """What is a picture's own, of length 1."""
    return _shorten(tuple(a - b for a, b in zip(vector, mean, strict=True)))


def _shorten(vector: Vector) -> Vector:
    length = math.sqrt(_correlate(vector, vector))
    return tuple(each / length for each in vector) if length > 0 else vector


def _to_evidence(likeness: float) -> float:
    """By how much likelier such a likeness is where the page is shown than where none is (nats)."""
    unlike = math.log(1 - _CHANCE**2 + _NOISE)
    found = unlike - math.log(1 - max(likeness, 0.0) ** 2 + _NOISE)
    return max(-_MOST_EVIDENCE, min(_MOST_EVIDENCE, _INDEPENDENT_CELLS / 2 * found))
