"""Where time and memory go, while files are indexed and while questions are answered.

py-spy samples all processes a hundred times a second without slowing them; what a library does is charged to the
function of Ruche that asked for it. memray tells who holds the memory at its highest.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from memray import FileReader

from benchmarks import planted
from benchmarks.generated import questions
from benchmarks.report import Missing, Table, figure
from extractors import FORMATS
from index.config.settings_file import load_settings
from webapp.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from index.config.settings import Settings

_FILES = 500
_ASKING_SECONDS = 20.0
_HOTTEST = 10
_A_SECOND = 100
_FRAME = re.compile(r"(?P<name>.+) \((?P<file>[^()]+?)(?::\d+)?\)$")
_OURS = re.compile(r"(?:^|/)((?:extractors|index|indexer|webapp)/[\w/]+\.py|ruche\.py)$")
_WAITING = re.compile(
    r"\b(wait|_worker|select|_poll|poll|_recv|accept|read_bytes|_wait_for_tstate_lock|_try_wait|sleep|flock|acquire)\b"
)
"""What threads do that do nothing: py-spy takes some of it for work."""


def run(bench: Workbench) -> Iterator[Finding]:
    """Indexing generated office files, then answering pages of results."""
    if not _spy():
        yield Missing("profiles", "py-spy is not installed")
        return
    files = bench.settings("profil")
    planted.write(files.library, bench.of(_FILES, 60), 0)
    index = [sys.executable, "-m", "ruche", "index"]
    yield from _timed(bench, "Indexing", index, files)
    # Under the watch of memray, in a catalogue of its own.
    yield from _held(bench, "Indexing, the indexer’s own process", ["-m", "ruche", "index"], _again(bench, files))
    settings = bench.library.settings
    asking = ["-m", "benchmarks.bench_profiles", str(_ASKING_SECONDS * max(bench.share, 0.1))]
    yield from _timed(bench, "Pages of results", [sys.executable, *asking], settings)
    yield from _held(bench, "Pages of results", asking, settings)


def _spy() -> str | None:
    return shutil.which("py-spy", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")


def _again(bench: Workbench, settings: Settings) -> Settings:
    return bench.settings("profil-memoire").model_copy(update={"library": settings.library})


def _run(command: Sequence[str], settings: Settings) -> subprocess.CompletedProcess[str]:
    told = {"RUCHE_LIBRARY": str(settings.library), "RUCHE_DATA": str(settings.data)}
    return subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves, watched


def _timed(bench: Workbench, title: str, command: Sequence[str], settings: Settings) -> Iterator[Finding]:
    raw = bench.scratch / "profil.txt"
    spying = [
        str(_spy()),
        "record",
        "--rate",
        str(_A_SECOND),
        "--subprocesses",
        "--format",
        "raw",
        "--output",
        str(raw),
    ]
    done = _run([*spying, "--", *command], settings)
    if not raw.exists():
        yield Missing(f"the profile of {title.lower()}", f"py-spy: {done.stderr.strip().splitlines()[-1:]}")
        return
    ours, libraries = _charged(raw.read_text(encoding="utf-8").splitlines())
    raw.unlink()
    total = sum(ours.values())
    rows = [(f"`{place}`", figure(count / total, "%")) for place, count in ours.most_common(_HOTTEST)]
    yield Table(
        f"{title}: where time goes",
        ("function of Ruche, with what it asks of libraries", "share"),
        tuple(rows),
        "By who computes: "
        + ", ".join(f"{name} {figure(count / total, '%')}" for name, count in libraries.most_common(6))
        + f". {total / _A_SECOND:.0f} s of processor were sampled.",
    )


def _charged(lines: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """Samples by the last function of Ruche on the stack, and by the package whose code was at work."""
    ours, packages = Counter[str](), Counter[str]()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        frames = [found for each in stack.split(";") if (found := _FRAME.match(each))]
        if frames and not _WAITING.search(frames[-1]["name"]):
            ours[_last_of_ours(frames)] += int(count)
            packages[_package(frames[-1]["file"])] += int(count)
    return ours, packages


def _last_of_ours(frames: Sequence[re.Match[str]]) -> str:
    for frame in reversed(frames):
        if found := _OURS.search(frame["file"]):
            name = frame["name"]
            return "imports" if name.startswith("<module>") else f"{found[1]}: {name}"
    return "Python itself, starting and importing"


def _package(file: str) -> str:
    if _OURS.search(file):
        return "Ruche"
    return file.split("/", maxsplit=1)[0].removesuffix(".py") if "/" in file and not file.startswith("<") else "Python"


def _held(bench: Workbench, title: str, arguments: Sequence[str], settings: Settings) -> Iterator[Finding]:
    kept = bench.scratch / "memoire.bin"
    done = _run([sys.executable, "-m", "memray", "run", "--force", "--output", str(kept), *arguments], settings)
    if not kept.exists():
        yield Missing(f"the memory of {title.lower()}", f"memray: {done.stderr.strip().splitlines()[-1:]}")
        return
    held = Counter[str]()
    with closing(FileReader(str(kept))) as reader:
        for record in reader.get_high_watermark_allocation_records(merge_threads=True):
            held[_holder(record.stack_trace())] += record.size
    kept.unlink()
    total = sum(held.values())
    yield Table(
        f"{title}: who holds memory when it is highest",
        ("function of Ruche, with what it asks of libraries", "MiB"),
        tuple((f"`{place}`", figure(count / 2**20)) for place, count in held.most_common(6)),
        f"{total / 2**20:.0f} MiB in all, libraries’ code not counted.",
    )


def _holder(stack: Iterable[tuple[str, str, int]]) -> str:
    """The last function of Ruche; what was allocated while modules were imported is told as such."""
    names = [(name, found[1]) for name, file, _ in stack if (found := _OURS.search(file))]
    if not names or names[0][0] == "<module>":
        return "imports"
    return f"{names[0][1]}: {names[0][0]}"


def main() -> None:
    """Ask for pages of results for so many seconds, as one who profiles wants it: in one process, one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float)
    seconds: float = parser.parse_args().seconds
    client = create_app(load_settings(), FORMATS).test_client()
    until = time.monotonic() + seconds
    for text in questions(5_000):
        client.get("/recherche", query_string={"q": text})
        if time.monotonic() > until:
            break


if __name__ == "__main__":
    main()
