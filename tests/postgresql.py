"""A PostgreSQL server in a temporary folder, as an ordinary user, with databases as new for each test."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from index.catalogue.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 120.0
_TEMPLATE = "modele"
_USER = "essai"
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60")
"""Nothing here outlives its test."""

_EMPTY = b"""
DO $$ DECLARE each text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', each);
  END LOOP;
  FOR each IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', each);
  END LOOP;
END $$"""
"""Takes all rows out, in any order of tables, and counts from one again. To truncate makes two hundred new files, which
takes ten times as long where a test wrote a few rows."""

_INITIAL = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--lc-collate=C", "--no-sync")


@dataclass(slots=True)
class Server:
    """A server in a folder, as it is asked for on 127.0.0.1."""

    folder: Path
    port: int
    password: str
    made: int = 0
    common: str = ""

    def url(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql+psycopg://{_USER}:{self.password}@127.0.0.1:{self.port}/{name}"

    def connect(self, name: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of our own to a database, each statement a transaction."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=_USER, password=self.password, dbname=name, autocommit=True
        )

    @contextmanager
    def started(self, programs: Path, someone: dict[str, Any]) -> Iterator[None]:
        """The server at work, stopped by its number at the end."""
        settings = (*_QUICK, f"port={self.port}", f"unix_socket_directories={self.folder}")
        options = [word for setting in settings for word in ("-c", setting)]
        with (self.folder / "journal").open("ab") as journal:
            process = subprocess.Popen(  # noqa: S603 - fixed words
                [programs / "postgres", "-D", self.folder / "donnees", *options],
                stdout=journal,
                stderr=journal,
                cwd=self.folder,
                **someone,
            )
        try:
            self._wait(process)
            yield
        finally:
            # At once: what its databases hold is of no use any more.
            process.send_signal(signal.SIGQUIT)
            process.wait(_PATIENCE)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        pytest.fail((self.folder / "journal").read_text(encoding="utf-8"))

    def create(self, name: str, template: str = _TEMPLATE, options: str = "") -> str:
        """Make a database; that of our template has the catalogue's tables. Gives its name."""
        with closing(self.connect()) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {options}".encode())
        return name

    def emptied(self) -> str:
        """The address of a database that tests share one after the other, as new: quicker than another one."""
        self.common = self.common or self.create("commun")
        with closing(self.connect(self.common)) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute(_EMPTY)
            # All that the migrations put into an empty catalogue.
            connection.execute("INSERT INTO clock (id, revision) VALUES (1, 0)")
        return self.url(self.common)

    @contextmanager
    def database(self, template: str = _TEMPLATE, options: str = "") -> Iterator[str]:
        """The address of a new database, gone afterwards."""
        self.made += 1
        name = self.create(f"essai{self.made}", template, options)
        try:
            yield self.url(name)
        finally:
            with closing(self.connect()) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def programs() -> Path | None:
    """The folder of the server's programs; None where it is not installed. Debian has them outside the path."""
    found = [Path(each).parent for each in [shutil.which("initdb")] if each]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return next((folder for folder in (*reversed(debian), *found) if (folder / "postgres").exists()), None)


@contextmanager
def running() -> Iterator[Server]:
    """A server on a free port of this machine, stopped at the end; skips where there is none, or no user for it."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with TemporaryDirectory(prefix="ruche-pg-") as name:
        home = Path(name)
        someone = _ordinary_user()
        password = secrets.token_urlsafe(12)
        (home / "mdp").write_text(password, encoding="utf-8")
        if someone:
            for path in (home, home / "mdp"):
                os.chown(path, someone["user"], someone["group"])
        initialise: list[str | Path] = [
            folder / "initdb",
            "-D",
            home / "donnees",
            "-U",
            _USER,
            "--pwfile",
            home / "mdp",
            *_INITIAL,
        ]
        subprocess.run(initialise, cwd=home, check=True, capture_output=True, timeout=_PATIENCE, **someone)  # noqa: S603 - fixed words
        server = Server(home, _free_port(), password)
        with server.started(folder, someone):
            Catalogue.open(server.url(server.create(_TEMPLATE, "template0"))).close()
            yield server


def _ordinary_user() -> dict[str, Any]:
    """Whom the server runs as: it refuses root. Nothing to say where we are no root ourselves."""
    if os.getuid():
        return {}
    try:
        who = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL refuses to run as root, and there is no user « postgres »")
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
