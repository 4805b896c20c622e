"""Files that end, stop or swell the process that reads them."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing import active_children
from typing import TYPE_CHECKING

import pytest

from extractors import Limits, Pool, Reason, UnreadableFileError
from tests.extractors.hostile.outcomes import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes and POSIX signals")
def test_worker_that_hangs_dies_or_swells(tmp_path: Path) -> None:
    """One file that never ends, one whose worker is killed, one that fills the memory: the fourth is read."""
    sleeping, killed, greedy, sound = (tmp_path / name for name in ("a.txt", "b.txt", "c.txt", "d.txt"))
    os.mkfifo(sleeping)
    os.mkfifo(killed)
    with greedy.open("wb") as file:
        file.truncate(1_500_000_000)
    sound.write_text("Bonjour", encoding="utf-8")
    with Pool(1, Limits(seconds=3, memory_bytes=1_200_000_000, text_bytes=2_000_000_000)) as pool:
        promises = [pool.submit(path) for path in (sleeping, killed, greedy, sound)]
        assert _reason(promises[0].exception(PATIENCE)) is Reason.TOO_SLOW
        time.sleep(1.5)
        _kill_workers()
        assert _reason(promises[1].exception(PATIENCE)) in {Reason.CRASHED, Reason.TOO_SLOW}
        assert _reason(promises[2].exception(PATIENCE)) in {Reason.TOO_LARGE, Reason.CRASHED, Reason.UNKNOWN_FORMAT}
        assert promises[3].result(PATIENCE).sections[0].text == "Bonjour"


def _reason(error: BaseException | None) -> Reason:
    assert isinstance(error, UnreadableFileError)
    return error.reason


def _kill_workers() -> None:
    for child in active_children():
        if child.pid is not None:
            os.kill(child.pid, signal.SIGKILL)
