"""How much of each fault: little in passing, much by `make test-faults`."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True)
class Counts:
    """Files of the burst, sudden ends of the indexer, and histories of the library that are tried."""

    burst: int
    kills: int
    histories: int

    @property
    def is_short(self) -> bool:
        """Whether this is the short form, which is the same at each run."""
        return "FAULT_HISTORIES" not in os.environ


@pytest.fixture(scope="session")
def counts() -> Counts:
    """As the environment says, small where it says nothing."""
    return Counts(
        burst=int(os.environ.get("FAULT_BURST", "150")),
        kills=int(os.environ.get("FAULT_KILLS", "4")),
        histories=int(os.environ.get("FAULT_HISTORIES", "15")),
    )
