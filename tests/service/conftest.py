"""The service itself, started as an administrator would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.service.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.service.installation import Service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service on a free port over an empty library; stopped at the end, by its process id."""
    with Installation.new(tmp_path).serve() as running:
        yield running
