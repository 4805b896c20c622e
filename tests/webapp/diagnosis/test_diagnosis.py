"""What is broken in an installation is named, with a remedy; what works asks for nothing."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index.catalogue import PROGRAMS_MEMO, UNWATCHED_MEMO, Catalogue
from index.config import Settings
from tests.composition import create_app
from tests.model_server import Answer, serve_model
from tests.webapp.identity_providers import free_port, saying
from tests.webapp.small_library import build
from webapp.diagnosis.check_results import Finding, Level
from webapp.diagnosis.diagnosis import diagnose, examine_catalogue
from webapp.diagnosis.machine_checks import judge_room
from webapp.server import services_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.smtp_server import Box

PROGRAMS = ("soffice", "tesseract")
MAIL = {"mail_sender": "ruche@example.org", "public_address": "https://ruche.example.org", "smtp_security": "aucune"}
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

MODELS = Answer(body={"data": [{"id": "albert-small"}, {"id": "albert-large"}]})


def install(folder: Path, **settings: object) -> Settings:
    """A sound installation, but for these settings."""
    (folder / "bibliotheque").mkdir(exist_ok=True)
    (folder / "donnees").mkdir(exist_ok=True)
    places = {"library": folder / "bibliotheque", "data": folder / "donnees"}
    return Settings(**places | settings)  # type: ignore[arg-type]  # checked as it is made


def find(settings: Settings, programs: Sequence[str] = PROGRAMS) -> dict[str, Finding]:
    """What is found where no catalogue is opened, by subject."""
    return {each.subject: each for each in diagnose(settings, programs, None)}


def test_more_web_processes_than_cores_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They would wait for each other: the remedy names the setting and the number that would do."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    settings = install(tmp_path)
    assert find(settings)["Processus web"].message == "1 pour 2\u00a0cœurs."
    assert find(settings.model_copy(update={"web_processes": 2}))["Processus web"].level is Level.FINE
    found = find(settings.model_copy(update={"web_processes": 3}))["Processus web"]
    assert found.level is Level.WARNING
    assert "web_processes" in str(found.remedy)
    assert "2 au plus" in str(found.remedy)


def test_a_sound_installation_has_no_fault(tmp_path: Path, box: tuple[Box, int]) -> None:
    """A mail server that takes our account and a service that offers the model are in order, and ask for nothing."""
    with serve_model(MODELS) as service:
        settings = install(
            tmp_path,
            smtp_host="127.0.0.1",
            smtp_port=box[1],
            smtp_user="ruche",
            smtp_password="secret",  # noqa: S106 - the test server's
            assistant=service.address,
            assistant_model="albert-small",
            **MAIL,
        )
        found = find(settings)
    assert {each.level for each in found.values()} <= {Level.FINE, judge_room(0).level}
    assert found["Courriels"].message.endswith("nous accepte.")
    assert found["Réponses"].level is Level.FINE
    assert not box[0].messages
    assert all(bool(each.remedy) is (each.level is not Level.FINE) for each in found.values())


@pytest.mark.parametrize(
    ("subject", "broken", "said"),
    [
        ("Bibliothèque", {"library": "{folder}/absente"}, "n’existe pas"),
        ("Bibliothèque", {"library": "{folder}/fichier"}, "n’est pas un dossier"),
        ("Données", {"data": "{folder}/fichier/donnees"}, "ne peut pas écrire"),
        ("Transcription", {"transcription": "locale", "transcription_model": "{folder}"}, "{folder}"),
        ("Transcription", {"transcription": "http://127.0.0.1:{port}/v1", "transcription_model": "x"}, "ne répond pas"),
        ("Réponses", {"assistant": "http://127.0.0.1:{port}/v1"}, "ne répond pas"),
        ("Courriels", {"smtp_host": "127.0.0.1", "smtp_port": "{port}", **MAIL}, "ne répond pas comme attendu"),
        (
            "Authentification unique",
            {"auth": "oidc", "oidc_discovery": "http://127.0.0.1:{port}/.well-known/openid-configuration"},
            "ne répond pas comme attendu",
        ),
    ],
)
def test_what_is_broken_is_named(tmp_path: Path, subject: str, broken: dict[str, str], said: str) -> None:
    """One line a fault, with a remedy; everything else is still looked at."""
    (tmp_path / "fichier").touch()
    port = str(free_port())
    settings = install(
        tmp_path,
        **{name: each.replace("{folder}", str(tmp_path)).replace("{port}", port) for name, each in broken.items()},
    )
    found = find(settings)
    assert found[subject].level is Level.FAULT
    assert (
        said.replace("{folder}", str(tmp_path)) in found[subject].message or "faster-whisper" in found[subject].message
    )
    assert found[subject].remedy
    assert {each.subject for each in found.values() if each.level is Level.FAULT} == {subject}


def test_what_a_service_refuses_is_told(tmp_path: Path, box: tuple[Box, int]) -> None:
    """A wrong key, a model that is not offered, one to choose, a wrong password, a provider of another name."""
    with serve_model(Answer(status=401)) as service:
        refused = find(install(tmp_path, assistant=service.address, assistant_key="fausse"))["Réponses"]
    with serve_model(MODELS) as service:
        other = find(install(tmp_path, assistant=service.address, assistant_model="albert-medium"))["Réponses"]
        several = find(install(tmp_path, assistant=service.address))["Réponses"]
    account = {"smtp_user": "ruche", "smtp_password": "faux", "smtp_host": "127.0.0.1", "smtp_port": box[1]}
    mail = find(install(tmp_path, **account, **MAIL))["Courriels"]
    with saying('{"issuer": "https://ailleurs.example.org"}') as address:
        discovery = f"{address}/.well-known/openid-configuration"
        provider = find(install(tmp_path, auth="oidc", oidc_discovery=discovery))["Authentification unique"]
    assert {each.level for each in (refused, other, several, mail, provider)} == {Level.FAULT}
    assert "albert-small, albert-large" in other.remedy
    assert "2 modèles" in several.message
    assert "refuse notre compte" in mail.message


def test_what_is_missing_is_told_with_its_command(tmp_path: Path) -> None:
    """Programs, a mail setting and room on the disk: a warning says what members miss."""
    found = find(install(tmp_path, smtp_host="127.0.0.1"), ())
    assert {each.subject for each in found.values() if each.level is Level.WARNING} >= {
        "LibreOffice",
        "Tesseract",
        "Courriels",
    }
    assert "tesseract-ocr-fra" in found["Tesseract"].remedy
    assert [judge_room(each).level for each in (10**8, 3 * 10**9, 10**11)] == [Level.FAULT, Level.WARNING, Level.FINE]


def test_a_catalogue_is_looked_at_before_it_is_opened(tmp_path: Path) -> None:
    """None yet, a damaged one, one of a later or an earlier version; a sound one is left to the other checks."""
    settings = build(tmp_path).settings
    file = settings.data / "catalogue.sqlite"
    assert examine_catalogue(settings) is None
    for revision, level in (("9999", Level.FAULT), ("0001", Level.WARNING)):
        _write_revision(file, revision)
        found = examine_catalogue(settings)
        assert found
        assert found.level is level
        assert found.remedy
    file.write_bytes(b"x" * 5_000)
    damaged = examine_catalogue(settings)
    assert damaged
    assert "abîmé" in damaged.message
    file.unlink()
    absent = examine_catalogue(settings)
    assert absent
    assert absent.level is Level.FINE


def test_an_index_beside_its_catalogue_is_told(tmp_path: Path) -> None:
    """Folders that the system does not watch, an indexer that never ran, an index newer than a restored catalogue."""
    settings = build(tmp_path).settings
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        transaction.indexer.write_memo(UNWATCHED_MEMO, '["a", "b"]')
    services = services_of(create_app(settings))
    found = {each.subject: each for each in diagnose(settings, PROGRAMS, services)}
    assert "2\u00a0dossiers" in found["Suivi du dossier"].message
    assert found["Indexeur"].level is Level.WARNING
    assert found["Index et catalogue"].level is Level.FINE


def test_the_page_shows_faults_first(tmp_path: Path) -> None:
    """What the indexer knows of programs, each finding with its remedy, and a link from the state of the service."""
    settings = build(tmp_path).settings
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        transaction.indexer.write_memo(PROGRAMS_MEMO, '["tesseract"]')
    mute = {"smtp_host": "127.0.0.1", "smtp_port": free_port(), **MAIL}
    client: FlaskClient = create_app(settings.model_copy(update=mute)).test_client()
    assert "/administration/diagnostic" in client.get("/etat").text
    page = client.get("/administration/diagnostic").text
    assert page.index("En panne") < page.index("À voir") < page.index("En ordre")
    assert "apt install libreoffice-impress" in page
    assert "les pages numérisées sont lues" in page


def _write_revision(file: Path, revision: str) -> None:
    """Have a catalogue say that its schema is of another version."""
    import sqlite3  # noqa: PLC0415 - here alone

    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
