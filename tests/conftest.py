"""Options and a server that the whole suite shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from index.accounts import passwords
from tests.postgresql import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgresql import Server


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the browser's tests leave pictures of the pages; nowhere unless asked."""
    parser.addoption("--screenshots", metavar="DIR", default=None, help="folder for pictures of the pages")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Argon2 with a sixteenth of the memory and one pass: hundreds of accounts would spend minutes of hashing.

    Services that tests start as processes hash as in production, and so does the test of the parameters.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=4 * 1024, parallelism=1))
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server, one a session; tests that need it are skipped where it is not installed."""
    with running() as server:
        yield server
