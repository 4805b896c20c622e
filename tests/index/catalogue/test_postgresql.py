"""What is PostgreSQL's own: who may write, who may index, what is said when the server is away, how it is saved."""

from __future__ import annotations

import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from index.catalogue.catalogue import Catalogue
from index.catalogue.database import CatalogueError
from index.catalogue.documents.writes import Content
from index.catalogue.leader_lease import LeaseLostError
from index.catalogue.metadata_layers import Description
from index.catalogue.postgresql import INDEXER_LOCK_KEY, WRITER_LOCK_KEY, CatalogueUnreachableError
from index.config.settings import Settings
from index.model import Facet, Tag, TagSource
from index.ops.backup import BackupError, write_backup
from index.ops.indexer_lock import IndexerRunningError, hold_catalogue_lease
from tests.postgresql import programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgresql import Server

_LOCALE = "LOCALE_PROVIDER icu ICU_LOCALE 'fr-FR'"
_WRITERS = 4


@pytest.fixture
def two(url: str) -> Iterator[tuple[Catalogue, Catalogue]]:
    """The catalogue, opened by two machines."""
    with closing(Catalogue.open(url)) as one, closing(Catalogue.open(url)) as other:
        yield one, other


def _write(catalogue: Catalogue, digest: str) -> None:
    with catalogue.transaction() as transaction:
        transaction.documents.create(Content(digest.ljust(64, "0"), "pdf", digest, ()))


def test_writers_take_turns(two: tuple[Catalogue, Catalogue]) -> None:
    """Two machines that write at the same time get different revisions, and none fails."""
    with ThreadPoolExecutor(_WRITERS) as pool:
        list(pool.map(lambda number: _write(two[number % 2], str(number)), range(40)))
    assert [each.number for each in two[0].revisions.list_since(0, 100)] == list(range(1, 41))


def test_one_indexer_at_a_time(two: tuple[Catalogue, Catalogue]) -> None:
    """A second one is refused, or waits; it comes in once the first has left."""
    first, second = two
    turns: list[int] = []
    with ExitStack() as stack:
        stack.enter_context(hold_catalogue_lease(first, turns.clear, None))
        with pytest.raises(IndexerRunningError), hold_catalogue_lease(second, turns.clear, None):
            pass
    again = Catalogue.open(second.url)
    with closing(again), closing(Catalogue.open(second.url)) as holder, ExitStack() as held:
        held.enter_context(hold_catalogue_lease(holder, turns.clear, None))

        def wait() -> None:
            turns.append(1)
            held.close()

        with hold_catalogue_lease(again, turns.clear, wait):
            assert turns
            _write(again, "a")


def test_one_whose_session_ended_writes_nothing(two: tuple[Catalogue, Catalogue], postgresql: Server) -> None:
    """It is told so, another one takes over, and what the first would write is refused."""
    first, second = two
    told = threading.Event()
    with ExitStack() as stack:
        stack.enter_context(hold_catalogue_lease(first, told.set, None))
        _write(first, "a")
        with closing(postgresql.connect(make_url(first.url).database or "")) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s",
                (INDEXER_LOCK_KEY,),
            )
        stack.enter_context(hold_catalogue_lease(second, lambda: None, lambda: None))
        # At once, before the first has noticed by itself.
        with pytest.raises(LeaseLostError):
            _write(first, "b")
        _write(second, "c")
        assert told.wait(60)
        with pytest.raises(LeaseLostError):
            _write(first, "d")
    assert second.documents.count_all().documents == 2


def test_one_that_hung_while_writing_is_waited_for(
    two: tuple[Catalogue, Catalogue], postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps the writer's lock for longer than a writer waits: the next indexer takes its place all the same."""
    first, _ = two
    monkeypatch.setattr("index.catalogue.postgresql._LOCK_TIMEOUT", "1s")
    with (
        closing(postgresql.connect(make_url(first.url).database or "")) as hung,
        closing(Catalogue.open(first.url)) as next_,
    ):
        hung.execute("SET idle_in_transaction_session_timeout = '3s'; BEGIN")
        hung.execute("SELECT pg_advisory_xact_lock(%s)", (WRITER_LOCK_KEY,))
        with pytest.raises(CatalogueError, match="occupé"):
            _write(next_, "a")
        with hold_catalogue_lease(next_, lambda: None, None):
            _write(next_, "b")
    assert first.documents.count_all().documents == 1


def test_no_password_is_told(postgresql: Server, url: str) -> None:
    """Neither a wrong password, nor an absent server, nor an address that cannot be read shows what was written."""
    wrong = [
        f"postgresql://essai:s3cret-faux@127.0.0.1:{postgresql.port}/{make_url(url).database}",
        "postgresql://essai:s3cret-faux@127.0.0.1:1/base",
        "postgresql+psycopg://essai:s3cret-faux@[127.0.0.1/base",
        "postgresql+psycopg://essai:s3cret-faux@127.0.0.1:port/base",
        "mysql://essai:s3cret-faux@127.0.0.1/base",
    ]
    for address in wrong:
        with pytest.raises((CatalogueError, CatalogueUnreachableError)) as told:
            Catalogue.open(address)
        assert "s3cret-faux" not in str(told.value)
        assert "catalogue" in str(told.value)
    assert postgresql.password not in repr(Settings(catalogue=url))


def test_a_plain_address_will_do(url: str) -> None:
    """Without a driver it is the same database."""
    with closing(Catalogue.open(url.replace("+psycopg", ""))) as catalogue:
        assert catalogue.revisions.read_last() == 0


def test_a_database_that_sorts_otherwise_is_refused(postgresql: Server) -> None:
    """Dates and paths would be sorted by a language's rules: the message says how to make the database."""
    with (
        postgresql.database("template0", _LOCALE) as address,
        pytest.raises(CatalogueError, match="CREATE DATABASE"),
    ):
        Catalogue.open(address)


def test_two_that_start_together_both_find_the_tables(postgresql: Server) -> None:
    """Only one makes them."""
    with postgresql.database("template0") as address:
        with ThreadPoolExecutor(_WRITERS) as pool:
            opened = list(pool.map(lambda _: Catalogue.open(address), range(_WRITERS)))
        for each in opened:
            assert each.revisions.read_last() == 0
            each.close()


def test_a_server_that_is_back_is_found_again(two: tuple[Catalogue, Catalogue], postgresql: Server) -> None:
    """Connections that ended meanwhile are made anew, unseen."""
    first, _ = two
    assert first.is_reachable()
    with closing(postgresql.connect(make_url(first.url).database or "")) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert first.is_reachable()
    _write(first, "a")


def test_any_text_is_kept(two: tuple[Catalogue, Catalogue]) -> None:
    """PostgreSQL keeps no null character and would limit names: nothing that a file says stops the indexer."""
    first, _ = two
    theme = Tag(Facet.THEME, "x" * 200, TagSource.FOLDER, "dossier")
    with first.transaction() as transaction:
        id_ = transaction.documents.create(Content("d" * 64, "pdf", "Une\0 note", (), ("A\0nne",)))
        transaction.descriptions.save_each({id_: Description("Une\0 note", None, None, (theme,))})
        document = transaction.documents.find(id_)
    assert (document.title, document.tags) == ("Une note", (theme,))


def test_a_backup_is_the_servers_own(postgresql: Server, two: tuple[Catalogue, Catalogue], tmp_path: Path) -> None:
    """`ruche backup` says so; what pg_dump saves is restored whole into a new database."""
    first, _ = two
    _write(first, "a")
    settings = Settings(library=tmp_path / "b", data=tmp_path / "d", catalogue=first.url)
    with pytest.raises(BackupError, match="pg_dump"):
        write_backup(settings, None, tmp_path)
    folder = programs()
    assert folder
    saved, environment = tmp_path / "catalogue.dump", os.environ | {"PGPASSWORD": postgresql.password}
    parts = make_url(first.url)
    where = ["-h", "127.0.0.1", "-p", str(postgresql.port), "-U", parts.username or ""]
    with postgresql.database("template0") as address:
        to = make_url(address).database or ""
        save: list[str | Path] = [folder / "pg_dump", *where, "-Fc", "-f", saved, parts.database or ""]
        restore: list[str | Path] = [folder / "pg_restore", *where, "-d", to, saved]
        for command in (save, restore):
            subprocess.run(command, env=environment, check=True)  # noqa: S603 - the server's own programs
        with closing(Catalogue.open(address)) as restored:
            assert (restored.documents.count_all(), restored.revisions.read_last()) == (
                first.documents.count_all(),
                first.revisions.read_last(),
            )
