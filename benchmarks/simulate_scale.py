"""What a library costs up to a hundred million passages, and what breaks first: the tables of `docs/scale.md`.

Everything measured stands in `scale.toml`, with its command; everything else is computed here, by rules of a line each.
"""

from __future__ import annotations

import argparse
import math
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MEASUREMENTS = Path(__file__).with_name("scale.toml")
SIZES = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
_CATALOGUE = "catalogue"
_HOUR, _DAY = 3600.0, 86_400.0
_MIB_A_GIB = 1024


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and whether it was measured at this very size."""

    value: float
    measured: bool

    def __str__(self) -> str:
        text = _round(self.value)
        return f"**{text}**" if self.measured else text


class Curve:
    """A figure over sizes: as measured where it was, else in proportion to the largest size measured.

    `exponent` is that of the last two sizes measured: below 1 the figure grows more slowly than the library.
    """

    def __init__(self, points: Mapping[int, float]) -> None:
        self._points = dict(sorted(points.items()))

    def __bool__(self) -> bool:
        return bool(self._points)

    @property
    def largest(self) -> int:
        """The largest size measured, in passages."""
        return max(self._points)

    @property
    def exponent(self) -> float:
        """1 where fewer than two sizes were measured: the worst is then supposed."""
        if len(self._points) < 2:  # noqa: PLR2004 - a slope takes two points
            return 1.0
        (small, less), (large, more) = list(self._points.items())[-2:]
        return math.log(more / less) / math.log(large / small)

    def at(self, size: float, exponent: float = 1.0) -> Figure:
        """The figure at a size, in passages."""
        if size in self._points:
            return Figure(self._points[int(size)], measured=True)
        largest, value = list(self._points.items())[-1]
        return Figure(value * (size / largest) ** exponent, measured=False)


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of one engine, or of the catalogue; a curve is empty where nothing was measured."""

    name: str
    disk: Curve
    memory: Curve
    write: Curve
    search: Curve
    pace: Curve
    p95: Curve


def places(measured: Mapping[str, Any]) -> list[Place]:
    """Engines and the catalogue, as the file has them."""
    costs, paces = measured["cost"], measured["pace"]

    def curve(rows: list[dict[str, Any]], name: str, key: str) -> Curve:
        return Curve({row["passages"]: row[key] for row in rows if row["place"] == name and key in row})

    return [
        Place(
            name,
            *(curve(costs, name, key) for key in ("disk_mib", "memory_mib", "write_seconds", "search_ms")),
            *(curve(paces, name, key) for key in ("written_per_second", "p95_ms")),
        )
        for name in measured["places"]
    ]


def costs(measured: Mapping[str, Any]) -> str:
    """What a passage costs in each place, at the largest size measured there."""
    rows = []
    for place in places(measured):
        if place.write:
            size = place.write.largest
            rows.append([place.name, f"{size:,}", *_cost(place, size)])
        else:
            rows.append([place.name, *["to be measured"] * 6])
    heads = (
        "bytes on disk",
        "MiB of memory, in all",
        "µs of processor to write",
        "µs to write",
        "ms of processor a search",
    )
    return _table(("place", "measured at", *heads), rows)


def _cost(place: Place, size: int) -> Iterator[str]:
    yield f"{place.disk.at(size).value * _MIB_A_GIB**2 / size:,.0f}"
    yield _round(place.memory.at(size).value) if place.memory else "–"
    yield f"{place.write.at(size).value * 1e6 / size:,.0f}"
    yield f"{1e6 / place.pace.at(size, 0.0).value:,.0f}" if place.pace else "–"
    yield _round(place.search.at(size).value) if place.search else "–"


def growth(measured: Mapping[str, Any]) -> str:
    """Each place at each size: what was measured in bold, the rest extrapolated."""
    shard = measured["assumed"]["shard_gib"] * _MIB_A_GIB
    rows = []
    for place in places(measured):
        for size in SIZES if place.disk else ():
            disk = place.disk.at(size)
            shards = max(1, math.ceil(disk.value / shard))
            rows.append(
                [
                    place.name,
                    f"{size:,}",
                    str(Figure(disk.value / _MIB_A_GIB, disk.measured)),
                    *_writing(place, size),
                    _range(place, size),
                    f"{shards}" if place.name != _CATALOGUE else "–",
                    _range(place, size / shards) if place.name != _CATALOGUE else "–",
                ]
            )
    heads = ("place", "passages", "GiB", "h to write", "core-h to write", "p95 ms", "shards", "p95 ms, sharded")
    return _table(heads, rows)


def _writing(place: Place, size: int) -> Iterator[str]:
    if place.pace:
        pace = place.pace.at(size, 0.0)
        yield str(Figure(size / pace.value / _HOUR, pace.measured))
    else:
        yield "–"
    if place.write:
        spent = place.write.at(size)
        yield str(Figure(spent.value / _HOUR, spent.measured))
    else:
        yield "–"


def _range(place: Place, size: float) -> str:
    """From the slope measured last to plain proportion: no measurement says which of the two holds farther on."""
    if not place.p95:
        return "–"
    low, high = place.p95.at(size, min(1.0, place.p95.exponent)), place.p95.at(size)
    if low == high:
        return str(low)
    return " to ".join(map(str, sorted((low, high), key=lambda figure: figure.value)))


def limits(measured: Mapping[str, Any]) -> str:
    """What breaks first: each limit, and how many passages it leaves room for."""
    rows = sorted(_limits(measured), key=lambda row: row[1])
    return _table(
        ("what breaks", "at passages", "because", "then"),
        [[name, f"{_two_digits(size):,}", why, then] for name, size, why, then in rows],
    )


def _limits(measured: Mapping[str, Any]) -> Iterator[tuple[str, float, str, str]]:
    for row in measured["limit"]:
        files = _files(measured["single"], row["of"], row["budget"])
        passages = files * measured["assumed"]["passages_a_document"] or _passages(measured, row["of"], row["budget"])
        yield row["name"], passages, row["because"], row["then"]


def _files(single: Mapping[str, float], what: str, budget: float) -> float:
    """Files that a limit leaves room for; 0 where it does not count files."""
    rooms = {
        "comparison": budget / single["comparison_seconds"] * single["comparison_files"],
        "memory": budget / single["comparison_mib"] * single["comparison_files"],
        "describing": budget * _HOUR / (single["describing_ms"] / 1e3),
        "writing": budget * _DAY / (single["writing_ms"] / 1e3),
        "reading": budget * _DAY / 60 * single["files_a_minute"],
    }
    return rooms.get(what, 0.0)


def _passages(measured: Mapping[str, Any], what: str, budget: float) -> float:
    """Passages that a limit leaves room for: those of scanned pages, the default engine's, and the disk's."""
    found = {place.name: place for place in places(measured)}
    engine, most = found["tantivy"], max(SIZES)
    # Before a new index is put into service the disk holds the one before, the live one and the new one.
    whole = 3 * engine.disk.at(most).value + found[_CATALOGUE].disk.at(most).value
    rooms: dict[str, float] = {
        # A page is a passage or more.
        "scanning": budget * _DAY * measured["assumed"]["cores"] / measured["single"]["scanned_page_seconds"],
        "rebuild": budget * _HOUR * engine.pace.at(most, 0.0).value,
        "search": budget / engine.p95.at(most).value * most,
        "disk": budget * _MIB_A_GIB / whole * most,
    }
    return rooms[what]


def _two_digits(value: float) -> int:
    """Extrapolated: more digits would lie."""
    unit = 10 ** (math.floor(math.log10(value)) - 1)
    return int(value // unit * unit)


def _round(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"  # noqa: PLR2004 - two digits mean something


def _table(heads: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


TABLES = {"costs": costs, "growth": growth, "limits": limits}


def load() -> dict[str, Any]:
    """The measurements."""
    return tomllib.loads(MEASUREMENTS.read_text(encoding="utf-8"))


def main() -> None:
    """Print the tables."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    measured = load()
    sys.stdout.write("\n".join(table(measured) for table in TABLES.values()))


if __name__ == "__main__":
    main()
