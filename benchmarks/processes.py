"""What a command costs with all the processes that it starts: seconds, seconds of processor, the most memory.

`python -m benchmarks.processes FIGURES -- COMMAND…` runs the command as the only child of a process that inherits its
orphans, so that a helper which outlives its parent is counted as well, and writes the figures as JSON into a file.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2)."""

_GLANCE = 0.1
_GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


@dataclass(frozen=True, slots=True)
class Cost:
    """`seconds` by the clock, `processor` seconds of all processes, `memory` the most MiB that they held together.

    Memory that processes share is counted once (their proportional shares are added up).
    """

    seconds: float
    processor: float
    memory: float
    output: str = ""


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command and measure it; raises CalledProcessError where it fails."""
    with tempfile.TemporaryDirectory(prefix="ruche-bench-") as folder:
        figures = Path(folder) / "figures.json"
        launcher = [sys.executable, "-m", "benchmarks.processes", str(figures), "--", *command]
        done = subprocess.run(  # noqa: S603 - ourselves
            launcher, check=True, capture_output=True, text=True, env={**os.environ, **(environment or {})}
        )
        return Cost(**json.loads(figures.read_text(encoding="utf-8")), output=done.stdout)


def family(pid: int) -> Iterator[int]:
    """A process and all that it started that still run."""
    yield pid
    with suppress(*_GONE):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                yield from family(int(child))


def memory(pid: int) -> float:
    """MiB that a process has to itself, and its part of what it shares."""
    with suppress(*_GONE):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def descriptors(pid: int) -> int:
    """How many files and sockets a process holds open."""
    with suppress(*_GONE):
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return 0


class _Watch(threading.Thread):
    """The most memory that a family of processes has held."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0.0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(_GLANCE):
            self.most = max(self.most, sum(memory(pid) for pid in family(os.getpid()) if pid != os.getpid()))


def _measured(command: Sequence[str]) -> tuple[Cost, int]:
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    watch = _Watch()
    watch.start()
    began = time.perf_counter()
    # The watch's thread must not look at a child that is already waited for: only this thread waits.
    code = subprocess.run(command, check=False).returncode  # noqa: S603 - what was asked to be measured
    seconds = time.perf_counter() - began
    with suppress(ChildProcessError):
        while True:
            os.wait()
    watch.over.set()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(seconds, used.ru_utime + used.ru_stime, watch.most), code


def main() -> int:
    """Run, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", type=Path)
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    cost, code = _measured(asked.command)
    told = {name: value for name, value in asdict(cost).items() if name != "output"}
    asked.figures.write_text(json.dumps(told), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
