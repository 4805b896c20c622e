"""The nodes that tests may kill, and indices of their own on them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.cluster.nodes import Nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.engines.protocol import SearchCluster


@pytest.fixture
def nodes() -> Nodes:
    """The running nodes, at least one."""
    running = Nodes.running()
    if running is None:
        pytest.skip("no cluster: « make test-cluster » starts one")
    return running


@pytest.fixture
def three(nodes: Nodes) -> Iterator[Nodes]:
    """Three nodes or more, all of them back in the end."""
    if len(nodes.http) < 3:
        pytest.skip("three nodes are needed: « make test-cluster » starts them")
    nodes.wait(len(nodes.http))
    yield nodes
    nodes.wait(len(nodes.http))


@pytest.fixture
def cluster(nodes: Nodes) -> SearchCluster:
    """The running nodes, with index names of this test's own."""
    return nodes.cluster(f"essai-{uuid.uuid4().hex[:8]}", shards=len(nodes.http))
