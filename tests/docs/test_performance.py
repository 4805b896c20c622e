"""docs/performance.md says what `make bench` found, and what finds it can be believed."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from benchmarks import planted, report
from benchmarks.__main__ import LONGER, PARTS
from benchmarks.processes import run
from benchmarks.report import Missing, Ratio, Table, Target
from extractors import Limits, extract

if TYPE_CHECKING:
    from pathlib import Path


def test_the_page_is_what_the_command_writes() -> None:
    """Nobody writes into the page: whoever changes it changes the template, or measures again."""
    assert report.PAGE.read_text(encoding="utf-8") == report.page(report.kept(report.RESULTS, PARTS | LONGER))


def test_each_part_has_its_place_in_the_page() -> None:
    """A part that is not measured yet is said to be so, with the command that measures it."""
    page = report.page({})
    for part, module in (PARTS | LONGER).items():
        assert f"`make bench PARTS={part}`" in page
        assert callable(import_module(f"benchmarks.{module}").run)


def test_findings_are_kept_whole(tmp_path: Path) -> None:
    """What is read back is what was found."""
    findings = (
        Table("Titre", ("", "s"), (("a", "1"),), "note"),
        Ratio("index", 2.0, "another", 3.0, "s"),
        Target("index", 2.0, 1.0, "s"),
        Missing("another", "apt-get install another"),
    )
    told = report.result("recoll", "make bench", 1.0, findings)
    report.keep(tmp_path, told)
    assert report.kept(tmp_path, PARTS) == {"recoll": told}


@pytest.mark.parametrize(
    ("ours", "theirs", "more_is_better", "verdict"),
    [
        (1.0, 2.0, False, "ahead, 2 times"),
        (2.0, 1.0, False, "**behind**, 2 times"),
        (2.0, 1.0, True, "ahead, 2 times"),
        (0.0, 1.0, True, "**behind**"),
        (1.0, 0.0, True, "ahead"),
        (1.0, 1.02, False, "alike"),
    ],
)
def test_the_table_says_who_is_behind(ours: float, theirs: float, verdict: str, *, more_is_better: bool) -> None:
    """Whether less or more is better, it is Ruche that is told to be ahead or behind."""
    assert Ratio("", ours, "another", theirs, "", more_is_better=more_is_better).cells[-1] == verdict


def test_planted_sentences_are_where_they_are_said_to_be(tmp_path: Path) -> None:
    """Each place is planted, and the file that is said to hold a sentence holds the words that will be asked."""
    sentences = planted.write(tmp_path, 120, 35)
    assert {each.place for each in sentences} == {*planted.PLACES}
    for each in sentences:
        read = extract(tmp_path / each.file, Limits(ocr_pages=0))
        text = " ".join(f"{part.text} {part.notes}" for part in read.sections).casefold()
        assert all(word.casefold() in text for word in each.asked.split()), each


@pytest.mark.parametrize("asked", [["benchmarks.bench_profiles", "0.1"], ["benchmarks.bench_library"]])
def test_what_is_measured_apart_is_what_was_named(tmp_path: Path, asked: list[str]) -> None:
    """A process of its own measures the installation that it is told of, not an empty one in the present folder."""
    (tmp_path / "bibliotheque").mkdir()
    told = {"RUCHE_LIBRARY": str(tmp_path / "bibliotheque"), "RUCHE_DATA": str(tmp_path / "donnees")}
    run([sys.executable, "-m", *asked], told)
    assert (tmp_path / "donnees" / "catalogue.sqlite").exists()


def test_processes_that_outlive_their_parent_are_measured() -> None:
    """What a command costs is what all that it started costs, even where nobody waits for them."""
    busy = "import os,time\nif os.fork() == 0:\n    x = bytes(60_000_000)\n    while time.process_time() < 0.5: pass"
    cost = run(["python3", "-c", busy])
    assert cost.processor >= 0.5
    assert cost.seconds > 0
