"""The engines under contract, each in its own folder."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index.engines.registry import CLUSTERED_ENGINES, ENGINES, open_engine, remove_index
from tests.cluster.nodes import cluster_here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.engines.protocol import Engine


@pytest.fixture(params=sorted(ENGINES))
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """Opens the same index again, as another process would."""
    cluster = cluster_here()
    if request.param in CLUSTERED_ENGINES and cluster is None:
        pytest.skip("no cluster: « make test-cluster » starts one")
    yield lambda: open_engine(request.param, tmp_path / "index", cluster=cluster)
    if request.param in CLUSTERED_ENGINES:
        remove_index(tmp_path / "index", cluster)


@pytest.fixture
def engine(reopen: Callable[[], Engine]) -> Iterator[Engine]:
    """An empty index."""
    with closing(reopen()) as opened:
        yield opened
