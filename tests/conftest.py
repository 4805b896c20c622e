"""Options and a server that the whole suite shares."""

from __future__ import annotations

import gc
import shutil
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from filelock import FileLock

from index.accounts import passwords
from index.catalogue import database
from index.catalogue.catalogue import Catalogue
from tests.postgresql import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Engine

    from tests.postgresql import Server

# Modules and tests live until the end: the collector would go over them again and again while they are read, a third of
# that time.
gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Share out first the files whose tests may take minutes, then those of most tests: what ends last is short."""
    if not hasattr(config, "workerinput"):
        return
    sizes = Counter(each.path for each in items)
    slow = {each.path for each in items if _may_take_minutes(config, each)}
    items.sort(key=lambda each: (each.path not in slow, -sizes[each.path]))


def _may_take_minutes(config: pytest.Config, item: pytest.Item) -> bool:
    marked = item.get_closest_marker("timeout")
    # Nought is no limit at all.
    return any(not 0 < each <= float(config.getini("timeout")) for each in (marked.args[:1] if marked else ()))


def pytest_collection_finish() -> None:
    """Collect garbage from now on, and never go over all modules and tests for it: that takes most of a second."""
    gc.freeze()
    gc.enable()


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


@pytest.fixture(scope="session", autouse=True)
def quick_catalogues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new catalogue is a copy of another, which takes a third of the time: tests make thousands.

    Services that tests start as processes make theirs.
    """
    model = tmp_path_factory.mktemp("model") / "catalogue.sqlite"
    with closing(Catalogue.open(f"sqlite:///{model}")):
        pass
    open_sqlite = database._open_sqlite  # noqa: SLF001 - what is quicker is no promise of it

    def open_copy(url: URL) -> Engine:
        if url.database and not Path(url.database).exists():
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
            # As for migrations: of two threads that open the same new catalogue, one waits; it appears whole.
            with FileLock(f"{url.database}.migration.lock"):
                if not Path(url.database).exists():
                    Path(shutil.copyfile(model, f"{url.database}.part")).rename(url.database)
        return open_sqlite(url)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_open_sqlite", open_copy)
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server, one a session; tests that need it are skipped where it is not installed."""
    with running() as server:
        yield server
