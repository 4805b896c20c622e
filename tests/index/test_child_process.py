"""A child process: its request and its output, its end, and that of its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from index.child_process import ChildProcess

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PATIENCE = 20.0
_REPEATS = "import sys; print(input()); sys.exit(3)"
# The child ignores SIGTERM, starts a worker, and writes both their numbers.
_STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(worker.pid, file=open({path!r} + ".new", "w"), flush=True)
os.rename({path!r} + ".new", {path!r})
time.sleep(60)
"""
_PARENT = """
import sys, time
from index.child_process import ChildProcess
child = ChildProcess([sys.executable, "-c", {child!r}])
time.sleep(60)
"""
_CHILD = """
import sys, threading, pathlib
from index.child_process import call_when_readable
ended = threading.Event()
call_when_readable(sys.stdin.fileno(), ended.set)
pathlib.Path({path!r}).touch()
ended.wait()
pathlib.Path({path!r}).unlink()
"""


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    """A process that has ended and waits for its parent counts as ended."""
    with suppress(FileNotFoundError), open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123 - a short read
        return stat.read().rpartition(")")[2].split()[0] != "Z"
    return False


def test_a_request_is_answered() -> None:
    """The line comes by standard input; the output is kept with the exit code."""
    child = ChildProcess([sys.executable, "-c", _REPEATS], request='{"mot": "été"}', captured=True)
    assert child.wait() == (3, '{"mot": "été"}\n')
    assert not child.is_running()


def test_what_never_reads_its_request_is_only_ended() -> None:
    """No error of a broken pipe, neither when the request is sent nor when the pipe is closed."""
    child = ChildProcess([sys.executable, "-c", "raise SystemExit(2)"], request="x" * 1000, captured=True)
    assert child.wait() == (2, "")


def test_a_command_that_is_missing(tmp_path: Path) -> None:
    """The caller knows what to do about it."""
    with pytest.raises(FileNotFoundError):
        ChildProcess([str(tmp_path / "absent")])


def test_its_workers_are_killed_with_it(tmp_path: Path) -> None:
    """A child that does not end when asked cannot stop what it started: the whole group is killed."""
    path = tmp_path / "worker"
    child = ChildProcess([sys.executable, "-c", _STUBBORN.format(path=str(path))])
    _wait_until(path.exists)
    worker = int(path.read_text(encoding="ascii"))
    assert child.is_running()
    assert not child.stop(0.2)
    assert not child.is_running()
    _wait_until(lambda: not _is_alive(worker))


def test_a_child_that_ends_when_asked() -> None:
    """Asked once more, it is still ended."""
    child = ChildProcess([sys.executable, "-c", "import time; time.sleep(60)"])
    assert child.stop(_PATIENCE)
    assert child.stop(0.0)


def test_the_end_of_the_parent_is_noticed(tmp_path: Path) -> None:
    """Killed, a parent stops nobody: its end closes the pipe."""
    path = tmp_path / "alive"
    script = _PARENT.format(child=_CHILD.format(path=str(path)))
    with subprocess.Popen([sys.executable, "-c", script]) as parent:  # noqa: S603 - our own script
        _wait_until(path.exists)
        os.kill(parent.pid, signal.SIGKILL)
    _wait_until(lambda: not path.exists())
