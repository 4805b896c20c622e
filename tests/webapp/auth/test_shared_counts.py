"""Counts of requests that several processes share."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from webapp.auth.shared_counts import SharedCounts, storage_address

if TYPE_CHECKING:
    from pathlib import Path

_COUNT = """
import sys
from pathlib import Path
from webapp.auth.shared_counts import SharedCounts, storage_address
counts = SharedCounts(storage_address(Path(sys.argv[1])))
for _ in range(500):
    counts.incr("clef", 60)
"""


@pytest.fixture
def counts(tmp_path: Path) -> SharedCounts:
    """The counts of a folder."""
    return SharedCounts(storage_address(tmp_path))


def test_none_is_lost(counts: SharedCounts, tmp_path: Path) -> None:
    """Three processes that count at once have counted all."""
    processes = [
        subprocess.Popen([sys.executable, "-c", _COUNT, str(tmp_path)], cwd=ROOT)  # noqa: S603 - our own command
        for _ in range(3)
    ]
    assert [each.wait(60) for each in processes] == [0, 0, 0]
    assert counts.get("clef") == 1_500


def test_a_window_begins_with_its_first_request(counts: SharedCounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows does not move its end; after it, counting begins anew."""
    now = 1_000.0
    monkeypatch.setattr("webapp.auth.shared_counts.time.time", lambda: now)
    assert [counts.incr("clef", 60) for _ in range(2)] == [1, 2]
    now = 1_059.0
    assert counts.incr("clef", 60) == 3
    assert (counts.get("clef"), counts.get_expiry("clef")) == (3, 1_060.0)
    now = 1_060.0
    assert (counts.get("clef"), counts.get_expiry("clef")) == (0, 1_060.0)
    assert counts.incr("clef", 60) == 1
    assert counts.get_expiry("clef") == 1_120.0


def test_what_is_over_goes(counts: SharedCounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file does not keep every network that ever came."""
    now = 1_000.0
    monkeypatch.setattr("webapp.auth.shared_counts.time.time", lambda: now)
    for number in range(300):
        counts.incr(str(number), 60)
    now = 2_000.0
    for _ in range(1_000):
        counts.incr("clef", 60)
    assert counts.reset() == 1


def test_counts_are_forgotten_on_demand(counts: SharedCounts) -> None:
    """One by its key, or all; the file can be read as long as it is there."""
    counts.incr("clef", 60)
    counts.incr("autre", 60, amount=5)
    counts.clear("clef")
    assert (counts.get("clef"), counts.get("autre")) == (0, 5)
    assert counts.check()
