"""The plan for larger libraries says what its simulation computes, from measurements that say where they come from."""

from __future__ import annotations

from tests import ROOT

import re
from pathlib import Path

import pytest

from benchmarks.simulate_scale import SIZES, TABLES, Curve, load, places

PLAN = ROOT / "docs" / "scale.md"


@pytest.mark.parametrize("name", TABLES)
def test_the_plan_shows_what_is_computed(name: str) -> None:
    """Each table between its marks is, to the letter, the one that the script makes of the measurements."""
    shown = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", PLAN.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert shown
    assert shown[1] == TABLES[name](load())


def test_each_measurement_names_its_command() -> None:
    """A figure that nobody can take again is no measurement."""
    measured = load()
    for row in [*measured["cost"], *measured["pace"]]:
        assert row["command"].startswith("python -m benchmarks.")
        assert str(row["passages"]) in row["command"]
        assert row["place"] in measured["places"]


def test_only_what_was_measured_is_bold() -> None:
    """Whoever reads the table sees what is known and what is supposed: nothing beyond the largest size measured is."""
    rows = [line.split(" | ") for line in TABLES["growth"](load()).splitlines()[2:]]
    largest = {
        place.name: max(row["passages"] for row in load()["cost"] if row["place"] == place.name)
        for place in places(load())
        if place.disk
    }
    assert {row[1] for row in rows} == {f"{size:,}" for size in SIZES}
    for place, passages, disk, *_ in rows:
        name = place.removeprefix("| ")
        assert ("**" in disk) is any(
            row["place"] == name and row["passages"] == int(passages.replace(",", "")) for row in load()["cost"]
        )
        if int(passages.replace(",", "")) > largest[name]:
            assert "**" not in disk


def test_a_curve_goes_on_as_it_was_measured() -> None:
    """Beyond the largest size a figure grows in proportion, or by the slope measured last."""
    curve = Curve({100: 1.0, 10_000: 10.0})
    assert curve.at(100).value == 1.0
    assert curve.exponent == pytest.approx(0.5)
    assert curve.at(1_000_000).value == pytest.approx(1_000)
    assert curve.at(1_000_000, curve.exponent).value == pytest.approx(100)
