"""What a benchmark finds, and how docs/performance.md is written from it: one way to tell machine, date, versions."""

from __future__ import annotations

import json
import math
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
_TEMPLATE = Path(__file__).with_name("performance.md.jinja")

_LIBRARIES = ("tantivy", "whoosh", "pypdfium2", "flask", "waitress", "sqlalchemy")
_ALIKE = 1.05
"""Two figures that differ by less say nothing of each other."""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in words, a row a line; `note` stands under them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def __str__(self) -> str:
        marks = ["---", *("---:" for _ in self.columns[1:])]
        lines = [f"| {' | '.join(row)} |" for row in (self.columns, marks, *self.rows)]
        head = [f"**{self.title}**", ""] if self.title else []
        return "\n".join([*head, *lines, *(["", self.note] if self.note else [])])


@dataclass(frozen=True, slots=True)
class Ratio:
    """The same measured of Ruche and of another program, side by side in one run."""

    what: str
    ours: float
    other: str
    theirs: float
    unit: str
    more_is_better: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        """A row of the table of ratios, with who is ahead and by how much."""
        better, worse = (self.ours, self.theirs) if self.more_is_better else (self.theirs, self.ours)
        gain = better / worse if worse else math.inf
        if 1 / _ALIKE <= gain <= _ALIKE:
            verdict = "alike"
        elif gain > 1:
            verdict = f"ahead, {gain:.2g} times" if gain < math.inf else "ahead"
        else:
            verdict = f"**behind**, {1 / gain:.2g} times" if gain else "**behind**"
        return self.what, figure(self.ours, self.unit), f"{figure(self.theirs, self.unit)} ({self.other})", verdict


@dataclass(frozen=True, slots=True)
class Target:
    """A bound that Ruche holds itself to: at most, or at least where more is better."""

    what: str
    measured: float
    bound: float
    unit: str
    more_is_better: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the figure keeps to the bound."""
        return self.measured >= self.bound if self.more_is_better else self.measured <= self.bound

    @property
    def cells(self) -> tuple[str, ...]:
        """A row of the table of targets."""
        sign = "≥" if self.more_is_better else "≤"
        met = "yes" if self.is_met else "**no**"
        return self.what, f"{sign} {figure(self.bound, self.unit)}", figure(self.measured, self.unit), met


@dataclass(frozen=True, slots=True)
class Missing:
    """What could not be measured here, and what it would take."""

    what: str
    needs: str

    def __str__(self) -> str:
        return f"Left out: {self.what} ({self.needs})."


Finding = Table | Ratio | Target | Missing
_KINDS: dict[str, type[Finding]] = {"table": Table, "ratio": Ratio, "target": Target, "missing": Missing}


@dataclass(frozen=True, slots=True)
class Result:
    """What one part found, where and when. Loads are those of the last minute, before and after."""

    part: str
    command: str
    date: str
    seconds: float
    share: float
    loads: tuple[float, float]
    machine: str
    versions: Mapping[str, str]
    findings: tuple[Finding, ...] = field(default=())

    def __str__(self) -> str:
        shown = [str(each) for each in self.findings if isinstance(each, Table | Missing)]
        small = "" if self.share == 1 else f", with {figure(self.share, '%')} of the sizes"
        told = (
            f"*`{self.command}`, {self.date}, {_spent(self.seconds)}{small}; "
            f"load {self.loads[0]:.1f} before, {self.loads[1]:.1f} after.*"
        )
        return "\n\n".join([told, *shown])


def result(part: str, command: str, share: float, findings: Iterable[Finding]) -> Result:
    """Run a part, telling each finding as it comes."""
    before, began = os.getloadavg()[0], datetime.now(UTC)
    found = []
    for each in findings:
        found.append(each)
        line = " | ".join(each.cells) if isinstance(each, Ratio | Target) else str(each)
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    seconds = (datetime.now(UTC) - began).total_seconds()
    loads = (before, os.getloadavg()[0])
    return Result(part, command, f"{began:%Y-%m-%d}", seconds, share, loads, machine(), versions(), tuple(found))


def keep(folder: Path, told: Result) -> None:
    """Write down what a part found."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {kind: name for name, kind in _KINDS.items()}
    plain = asdict(told) | {"findings": [{"kind": names[type(each)], **asdict(each)} for each in told.findings]}
    text = json.dumps(plain, indent=1, ensure_ascii=False)
    (folder / f"{told.part}.json").write_text(f"{text}\n", encoding="utf-8")


def kept(folder: Path, parts: Iterable[str]) -> dict[str, Result]:
    """What these parts have found, of those that have been run, in their order."""
    files = [folder / f"{part}.json" for part in parts]
    return {path.stem: _read(json.loads(path.read_text(encoding="utf-8"))) for path in files if path.exists()}


def _read(plain: dict[str, Any]) -> Result:
    findings = []
    for each in plain.pop("findings"):
        told: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in each.items()
        }
        kind: Any = _KINDS[str(told.pop("kind"))]
        if kind is Table:
            told["rows"] = tuple(map(tuple, told["rows"]))
        findings.append(kind(**told))
    return Result(**plain | {"loads": tuple(plain["loads"]), "findings": tuple(findings)})


def page(results: Mapping[str, Result]) -> str:
    """The text of docs/performance.md."""

    def part(name: str) -> str:
        return str(results.get(name) or f"*Not measured yet: `make bench PARTS={name}`.*")

    found = [each for told in results.values() for each in told.findings]
    ratios = [each.cells for each in found if isinstance(each, Ratio)]
    targets = [each.cells for each in found if isinstance(each, Target)]
    machines = {told.machine: told for told in results.values()}
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701 - Markdown of our own  # nosec B701
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        part=part,
        ratios=Table("", ("", "Ruche", "beside", "Ruche is"), tuple(ratios)) if ratios else "",
        targets=Table("", ("", "bound", "measured", "met"), tuple(targets)),
        machines=[(name, told.versions) for name, told in machines.items()],
    )


def figure(value: float, unit: str = "") -> str:
    """A number as it is read, with its unit."""
    if unit == "%":
        return f"{value:.1%}".replace("%", " %")
    # Three figures are enough.
    decimals = 0 if value >= 100 else 1 if value >= 10 else 2  # noqa: PLR2004
    return f"{value:,.{decimals}f} {unit}".rstrip()


def spread(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds."""
    ordered = sorted(seconds)
    return statistics.median(ordered) * 1e3, ordered[math.ceil(0.95 * len(ordered)) - 1] * 1e3


def size(folder: Path) -> float:
    """MiB that the files of a folder take."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20


def machine() -> str:
    """Processor, cores, memory, system."""
    details = Path("/proc/cpuinfo")
    model = platform.processor() or platform.machine()
    if details.exists():
        lines = details.read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.release()}"


def versions() -> dict[str, str]:
    """What was measured, and with what."""
    found = {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version}
    for name in ("ruche", *_LIBRARIES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    if recoll := shutil.which("recollindex"):
        told = subprocess.run([recoll, "-h"], capture_output=True, text=True, check=False)  # noqa: S603 - a program of the system
        found["recoll"] = (told.stdout + told.stderr).strip().splitlines()[-1].removeprefix("Recoll ")
    return found


def _spent(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"  # noqa: PLR2004 - a minute and a half
