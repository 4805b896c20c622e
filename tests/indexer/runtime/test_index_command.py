"""`ruche index`, which looks until every file has settled."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from index.catalogue.file_statuses import FileState
from indexer.runtime.stop_signals import stop_on_signal
from tests.service.installation import PATIENCE, Installation, wait_until

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_a_file_settles(tmp_path: Path, number: signal.Signals) -> None:
    """Whoever stops it does not wait for the file that has just come."""
    installation = Installation.new(tmp_path, settle_seconds="600")
    with (installation.library / "a.txt").open("w", encoding="utf-8") as copied, installation.start("index") as process:
        copied.write("la CAF")
        copied.flush()
        wait_until((installation.data / "index" / "actuel").exists, "the command did not start")
        with installation.catalogue() as catalogue:
            wait_until(
                lambda: [each.state for each in catalogue.file_statuses.find()] == [FileState.SEEN],
                "the file is not seen",
            )
        process.send_signal(number)
        assert process.wait(PATIENCE) == 128 + number
    assert "Traceback" not in installation.journal.read_text(encoding="utf-8")


def test_a_file_that_is_whole_is_not_waited_for(tmp_path: Path) -> None:
    """Whoever has just saved a file and asks for it to be indexed does not wait until it has settled."""
    installation = Installation.new(tmp_path, settle_seconds="600")
    (installation.library / "a.txt").write_text("la CAF", encoding="utf-8")
    with installation.start("index") as process:
        assert process.wait(PATIENCE) == 0
    with installation.catalogue() as catalogue:
        assert [each.state for each in catalogue.file_statuses.find()] == [FileState.INDEXED]


@pytest.mark.parametrize("delay", [0.0, 0.3, 0.8])
def test_ctrl_c(tmp_path: Path, delay: float) -> None:
    """Ctrl-C reaches the workers too, which have nothing to say of it, not even while they load."""
    installation = Installation.new(tmp_path, settle_seconds="600")
    (installation.library / "a.txt").write_text("la CAF", encoding="utf-8")
    # Workers load for the first file; without the other, which is being written, a quick command would have ended.
    with (installation.library / "b.txt").open("w"), installation.start("index", before=("setsid",)) as process:
        wait_until(installation.data.exists, "the command did not start")
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(PATIENCE) != 0
    said = installation.journal.read_text(encoding="utf-8")
    assert [line for line in said.splitlines() if "Traceback" in line or "KeyboardInterrupt" in line] == []


def test_asked_to_end_at_any_moment() -> None:
    """Also in the very moment when one begins to wait, and holds what the wait is made of."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop = stop_on_signal()
        with stop._cond:  # type: ignore[attr-defined]  # noqa: SLF001 - the event's own lock, which a wait begins by taking
            signal.raise_signal(signal.SIGTERM)
        assert stop.wait(PATIENCE)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
