"""`ruche doctor`, as an administrator runs it on an installation in which one thing is broken: it names that thing."""

from __future__ import annotations

import re
import shutil
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group
from index.catalogue.catalogue import Catalogue
from index.catalogue.indexer_state import Phase
from index.config import load_settings
from indexer.runtime.index_command import index_once
from tests.service.test_commands import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that is in order: one document, indexed; no test changes it."""
    folder = tmp_path_factory.mktemp("sound")
    assert run(folder, "init").returncode == 0
    (folder / "bibliotheque" / "bus.md").write_text("# Le bus des droits\n\nIl passe le lundi.", encoding="utf-8")
    (folder / "bibliotheque" / "Comité").mkdir()
    (folder / "bibliotheque" / "Comité" / "notes.md").write_text("Des notes.", encoding="utf-8")
    index_once(load_settings(folder / "ruche.toml"))
    return folder


@pytest.fixture
def installation(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be broken."""
    # Its settings name folders relative to themselves, so that a copy is whole.
    return shutil.copytree(sound, tmp_path / "copy")


def _catalogue(folder: Path) -> Path:
    return folder / "donnees" / "catalogue.sqlite"


def _change(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(_catalogue(folder))) as connection, connection:
        assert connection.execute(statement, values).rowcount


def _misspell(folder: Path) -> None:
    with (folder / "ruche.toml").open("a", encoding="utf-8") as file:
        file.write('\nlibrairie = "ici"\n')


def _cut_settings(folder: Path) -> None:
    (folder / "ruche.toml").write_text('library = "bib', encoding="utf-8")


def _unmount(folder: Path) -> None:
    shutil.rmtree(folder / "bibliotheque")


def _block_data(folder: Path) -> None:
    shutil.rmtree(folder / "donnees")
    (folder / "donnees").touch()


def _damage_catalogue(folder: Path) -> None:
    _catalogue(folder).write_bytes(b"x" * 50_000)


def _go_back_a_version(folder: Path) -> None:
    _change(folder, "UPDATE alembic_version SET version_num = '9999'")


def _lose_index(folder: Path) -> None:
    for each in (folder / "donnees" / "index").rglob("*"):
        if each.is_file():
            each.write_bytes(b"")


def _restore_older_catalogue(folder: Path) -> None:
    _change(folder, "UPDATE clock SET revision = 0")


def _crash_indexer(folder: Path) -> None:
    last = datetime.now(UTC) - timedelta(minutes=10)
    _change(folder, "UPDATE indexer SET phase = ?, heartbeat = ?", Phase.IDLE.value, f"{last:%Y-%m-%d %H:%M:%S.%f}")


def _lose_folder_of_rule(folder: Path) -> None:
    with closing(Catalogue.open(f"sqlite:///{_catalogue(folder)}")) as catalogue:
        catalogue.access.rules.save_group(Group("comite", "Comité"), "")
        catalogue.access.rules.save_folder_rule(FolderRule("Comité", frozenset({"comite"})), "")
    # What the indexer writes once it has looked for the folder, and not found it anywhere.
    _change(folder, "UPDATE library_folder SET gone = '2026-01-01 00:00:00.000000' WHERE path = 'Comité'")


def _leave(_folder: Path) -> None:
    """Nothing is broken in the folder: what a setting names is."""


@pytest.mark.parametrize(
    ("break_it", "variables", "subject", "said"),
    [
        (_cut_settings, {}, "Réglages", "ruche.toml"),
        (_misspell, {}, "Réglages", "librairie"),
        (_leave, {"RUCHE_PORT": "quatre"}, "Réglages", "RUCHE_PORT"),
        (_unmount, {}, "Bibliothèque", "n’existe pas"),
        (_block_data, {}, "Données", "donnees"),
        (_damage_catalogue, {}, "Catalogue", "abîmé"),
        (_go_back_a_version, {}, "Catalogue", "version plus récente"),
        (_leave, {"RUCHE_CATALOGUE": "postgresql+psycopg://ruche:x@127.0.0.1:{port}/ruche"}, "Catalogue", "PostgreSQL"),
        (_lose_index, {}, "Index", "index"),
        (
            _leave,
            {"RUCHE_ENGINE": "opensearch", "RUCHE_OPENSEARCH_URL": "http://127.0.0.1:{port}"},
            "Moteur de recherche",
            "ne répond pas",
        ),
        (_restore_older_catalogue, {}, "Index et catalogue", "restauré"),
        (_crash_indexer, {}, "Indexeur", "10\u00a0minutes"),
        (_lose_folder_of_rule, {}, "Règles de dossier", "1\u00a0règle"),
        (_leave, {"RUCHE_ASSISTANT": "http://127.0.0.1:{port}/v1"}, "Réponses", "ne répond pas"),
        (
            _leave,
            {
                "RUCHE_SMTP_HOST": "127.0.0.1",
                "RUCHE_SMTP_PORT": "{port}",
                "RUCHE_MAIL_SENDER": "ruche@example.org",
                "RUCHE_PUBLIC_ADDRESS": "https://ruche.example.org",
            },
            "Courriels",
            "127.0.0.1:{port}",
        ),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_the_fault_is_named(
    installation: Path, break_it: Callable[[Path], None], variables: dict[str, str], subject: str, said: str
) -> None:
    """One fault, under its subject, with what to do below; an exit code that a script can read, and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = str(listening.getsockname()[1])
    break_it(installation)
    answer = run(installation, "doctor", **{name: each.replace("{port}", port) for name, each in variables.items()})
    faults = re.findall(r"(?m)^✗ (.+?) : (.+)\n(    → .+)?", answer.stdout)
    assert [name for name, *_ in faults] == [subject], answer.stdout
    assert said.replace("{port}", port) in faults[0][1]
    assert "1 panne" in answer.stdout
    assert (answer.returncode, "Traceback" in answer.stderr) == (1, False)
