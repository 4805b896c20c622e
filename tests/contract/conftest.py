"""The engines under contract, each in its own folder."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index.engines import ENGINES, open_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.engine import Engine


@pytest.fixture(params=sorted(ENGINES))
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Engine]:
    """Opens the same index again, as another process would."""
    return lambda: open_engine(request.param, tmp_path / "index")


@pytest.fixture
def engine(reopen: Callable[[], Engine]) -> Iterator[Engine]:
    """An empty index."""
    with closing(reopen()) as opened:
        yield opened
