"""The process beside the server: it is started again when it dies, and stopped with the server."""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING

from webapp.supervision.child_supervisor import ChildProcessSupervisor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

# Each writes one line a life, then ends as its name says.
_DIES = "open({log!r}, 'a').write('né\\n'); raise SystemExit(3)"
_OBEYS = "open({log!r}, 'a').write('né\\n'); import time; time.sleep(60)"
_STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open({log!r}, 'a').write('né\\n')
time.sleep(60)
"""


def _command(script: str, log: Path) -> list[str]:
    return [sys.executable, "-c", script.format(log=str(log))]


def _lives(log: Path) -> int:
    return log.read_text(encoding="utf-8").count("né") if log.exists() else 0


def _wait(until: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.02)


def test_a_companion_that_dies_is_started_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each death is logged with its code, and the pause before the next life grows."""
    log = tmp_path / "log"
    with caplog.at_level(logging.WARNING), ChildProcessSupervisor(_command(_DIES, log), first_pause=0.02):
        _wait(lambda: _lives(log) >= 3)
    assert "companion ended with code 3; starting it again in 0.02 s" in caplog.messages
    assert "companion ended with code 3; starting it again in 0.04 s" in caplog.messages


def test_a_companion_that_cannot_start_is_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A command that is missing for now does not stop the service."""
    with caplog.at_level(logging.WARNING), ChildProcessSupervisor([str(tmp_path / "absent")], first_pause=0.02):
        _wait(lambda: len(caplog.messages) >= 2)
    assert "companion could not start" in caplog.messages[0]


def test_a_companion_stops_when_asked(tmp_path: Path) -> None:
    """SIGTERM is enough, and no new life begins."""
    log = tmp_path / "log"
    began = time.monotonic()
    with ChildProcessSupervisor(_command(_OBEYS, log)):
        _wait(lambda: _lives(log) == 1)
    assert time.monotonic() - began < 10
    assert _lives(log) == 1


def test_a_companion_that_does_not_stop_is_killed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its patience spent, the service ends it."""
    log = tmp_path / "log"
    with caplog.at_level(logging.WARNING), ChildProcessSupervisor(_command(_STUBBORN, log), stop_timeout=0.2):
        _wait(lambda: _lives(log) == 1)
    assert caplog.messages == ["companion did not stop within 0.2 s: it is killed"]


def test_stopping_during_a_pause_does_not_wait_for_its_end(tmp_path: Path) -> None:
    """A service that is stopped while its companion rests stops at once."""
    log = tmp_path / "log"
    with ChildProcessSupervisor(_command(_DIES, log), first_pause=60):
        _wait(lambda: _lives(log) == 1)
        began = time.monotonic()
    assert time.monotonic() - began < 10


def test_stopped_before_it_starts(tmp_path: Path) -> None:
    """What is stopped within its head start never lives, and is not waited for."""
    log = tmp_path / "vies"
    with ChildProcessSupervisor(_command(_OBEYS, log), start_delay=3600):
        pass
    assert _lives(log) == 0
