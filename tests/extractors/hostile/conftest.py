"""Hostile files are read by a pool, which must go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from extractors import Extraction, Limits, Pool
from tests.extractors.hostile.outcomes import read_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.extractors.hostile.outcomes import Outcome


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One worker, so that what harms it would show in the next file."""
    with Pool(1, Limits(seconds=20)) as pool:
        yield pool


@pytest.fixture
def outcome(pool: Pool, tmp_path: Path) -> Callable[[str, bytes], Outcome]:
    """What a file of this name and content gives, or why not; then the pool reads another."""

    def read(name: str, content: bytes) -> Outcome:
        result = read_by(pool, tmp_path / name, content)
        after = read_by(pool, tmp_path / "apres.txt", b"Bonjour")
        assert isinstance(after, Extraction)
        return result

    return read
