"""The long run of benchmarks/bench_soak.py, in its short form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.bench_soak import MOST_GROWTH, soak
from index.config.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

_FILES, _SECONDS = 40, 25.0
_SLACK = 2.0
"""In so short a time, caches still fill: what the long run bounds closely is bounded loosely here."""


@pytest.mark.timeout(300)
def test_nothing_grows_while_files_come_change_and_go(tmp_path: Path) -> None:
    """No search fails, and memory, open files and disk keep to their bounds, while the library turns over."""
    settings = Settings(library=tmp_path / "bibliotheque", data=tmp_path / "donnees")
    found = soak(settings, _FILES, _SECONDS)
    assert found.failures == ()
    assert found.turned > 1
    assert len(found.seconds) > _SECONDS
    growth = {what: found.growth(what) for what in MOST_GROWTH}
    assert all(growth[what] <= most * _SLACK for what, most in MOST_GROWTH.items()), growth
