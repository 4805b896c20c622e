"""`ruche index`, which looks until every file has settled."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from index.catalogue.file_statuses import FileState
from indexer.runtime.watch_command import stop_on_signal
from tests.service.installation import PATIENCE, Installation, wait_until

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_a_file_settles(tmp_path: Path, number: signal.Signals) -> None:
    """Whoever stops it does not wait for the file that has just come."""
    installation = Installation.new(tmp_path, settle_seconds="600")
    (installation.library / "a.txt").write_text("la CAF", encoding="utf-8")
    with installation.start("index") as process:
        wait_until((installation.data / "index" / "actuel").exists, "the command did not start")
        with installation.catalogue() as catalogue:
            wait_until(
                lambda: [each.state for each in catalogue.file_statuses.find()] == [FileState.SEEN],
                "the file is not seen",
            )
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0


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
