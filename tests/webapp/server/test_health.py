"""What whoever watches over the service is told."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from index.catalogue.indexer_state import IndexerState, Phase
from tests.composition import create_app
from tests.webapp.small_library import build

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary
    from webapp.server.app_services import AppServices

TOKEN = "jeton-de-la-supervision"  # noqa: S105 - this test's own


@pytest.fixture
def counting(library: SmallLibrary) -> FlaskClient:
    """A new application over the library, with a token for its counts."""
    return create_app(library.settings.model_copy(update={"metrics_token": TOKEN})).test_client()


def _samples(client: FlaskClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = client.get("/metriques", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def _controls(client: FlaskClient) -> dict[str, dict[str, Any]]:
    return {each["nom"]: each for each in json.loads(client.get("/pret").text)["controles"]}


def test_the_web_process_lives(client: FlaskClient) -> None:
    """It says so whatever else is broken."""
    answer = client.get("/sante")
    assert (answer.status_code, answer.get_json()) == (200, {"etat": "en service"})


def test_without_an_index_it_is_not_ready(tmp_path: Path) -> None:
    """A new installation whose indexer has not come yet says what it waits for."""
    library = build(tmp_path / "ruche")
    for file in library.settings.index_folder.glob("actuel"):
        file.unlink()
    client = create_app(library.settings).test_client()
    answer = client.get("/pret")
    assert (answer.status_code, answer.get_json()["pret"]) == (503, False)
    controls = _controls(client)
    assert controls["catalogue"]["ok"]
    assert not controls["index"]["ok"]
    assert "l’indexeur le construit" in controls["index"]["message"]


def test_without_a_catalogue_it_is_not_ready(tmp_path: Path) -> None:
    """A database that does not answer is told in one sentence; nothing that needs it is looked at."""
    library = build(tmp_path / "ruche")
    client = create_app(library.settings).test_client()
    (library.settings.data / "catalogue.sqlite").write_bytes(b"plus rien de lisible" * 1000)
    assert client.get("/pret").status_code == 503
    (control,) = _controls(client).values()
    assert control["nom"] == "catalogue"
    assert "Le catalogue ne répond pas" in control["message"]
    assert client.get("/sante").status_code == 200


NOW = datetime.now(UTC)
LIVING = IndexerState(started=NOW, heartbeat=NOW, phase=Phase.IDLE)


@pytest.mark.parametrize(
    ("minutes", "state", "name", "said"),
    [
        (5, LIVING, "indexeur", "signe de vie depuis 5\u00a0minutes"),
        (0, replace(LIVING, phase=Phase.STOPPED), "indexeur", "L’indexeur est arrêté"),
        (0, replace(LIVING, phase=Phase.UNAVAILABLE, message="Le partage est-il monté ?"), "bibliotheque", "monté"),
        (
            *(0, replace(LIVING, phase=Phase.WITHOUT_READERS, message="L’ordonnanceur Dask ne répond pas.")),
            *("lecteurs", "ne répond pas"),
        ),
        (0, replace(LIVING, guard="12 fichiers ne sont plus là.", held=12), "suppressions", "12 fichiers"),
    ],
)
def test_what_is_in_the_way_is_said(tmp_path: Path, minutes: int, state: IndexerState, name: str, said: str) -> None:
    """An indexer that is silent or stopped, a share that is away, removals held back: each is named, and only it."""
    library = build(tmp_path / "ruche")
    client = create_app(library.settings).test_client()
    sources: AppServices = client.application.extensions["ruche"]
    with sources.catalogue.transaction() as transaction:
        # Told as of now: the file may have been read long before this test comes to its turn.
        transaction.indexer.write_state(replace(LIVING, heartbeat=datetime.now(UTC)))
    assert client.get("/pret").status_code == 200
    with sources.catalogue.transaction() as transaction:
        transaction.indexer.write_state(replace(state, heartbeat=datetime.now(UTC) - timedelta(minutes=minutes)))
    assert client.get("/pret").status_code == 503
    failing = [each for each in _controls(client).values() if not each["ok"]]
    assert [each["nom"] for each in failing] == [name]
    assert said in failing[0]["message"]


def test_without_an_indexer_it_is_not_ready(client: FlaskClient) -> None:
    """A catalogue that no indexer ever followed will not learn anything new: that is said."""
    assert client.get("/pret").status_code == 503
    assert "Aucun indexeur n’a encore travaillé" in _controls(client)["indexeur"]["message"]


def test_the_indexer_is_counted(tmp_path: Path) -> None:
    """What it says of itself becomes metrics."""
    library = build(tmp_path / "ruche")
    client = create_app(library.settings.model_copy(update={"metrics_token": TOKEN})).test_client()
    sources: AppServices = client.application.extensions["ruche"]
    with sources.catalogue.transaction() as transaction:
        transaction.indexer.write_state(replace(LIVING, pending=7, read=40, failed=2, reading_seconds=12.5, held=3))
    counts = _samples(client)
    assert counts["ruche_files_pending", ()] == 7
    assert counts["ruche_contents_read_total", ()] == 40
    assert counts["ruche_contents_failed_total", ()] == 2
    assert counts["ruche_reading_seconds_total", ()] == 12.5
    assert counts["ruche_deletions_held", ()] == 3
    assert counts["ruche_folder_rules_lost", ()] == 0
    assert counts["ruche_indexer_heartbeat_age_seconds", ()] >= 0


def test_searches_are_counted(counting: FlaskClient) -> None:
    """Those of pages and those of tools, apart; and those that found nothing."""
    counting.get("/recherche?q=droits")
    counting.get("/recherche?q=xyzzyplugh")
    counting.get("/api/v1/search?q=droits")
    counts = _samples(counting)
    assert counts["ruche_search_seconds_count", (("surface", "page"),)] == 2
    assert counts["ruche_search_seconds_count", (("surface", "api"),)] == 1
    assert counts["ruche_searches_without_result_total", (("surface", "page"),)] == 1
    assert counts["ruche_searches_without_result_total", (("surface", "api"),)] == 0
    assert counts["ruche_responses_total", (("code", "2xx"),)] == 3


def test_holdings_are_counted(counting: FlaskClient, app: Flask) -> None:
    """What the library holds is read from the catalogue when it is asked for."""
    counts = _samples(counting)
    totals = app.extensions["ruche"].catalogue.documents.count_all()
    assert counts["ruche_documents", ()] == totals.documents > 0
    assert counts["ruche_passages", ()] == totals.passages > 0
    assert counts["ruche_files_failed", ()] == totals.failures > 0
    assert counts["ruche_index_lag_documents", ()] == 0


def test_labels_hold_no_word(counting: FlaskClient) -> None:
    """Whatever is asked, the series stay the same: neither words nor addresses are labels."""
    counting.get("/recherche?q=droits")
    counting.get("/recherche?q=droits")
    counting.get("/rien")
    before = _samples(counting).keys()
    for number in range(5):
        counting.get(f"/recherche?q=mot{number}&theme=theme{number}")
        counting.get(f"/adresse/{number}")
    assert _samples(counting).keys() == before


def test_counts_are_for_the_holder_of_the_token(client: FlaskClient, counting: FlaskClient) -> None:
    """Without a token in the settings there is no such address; with one, it must be the right one."""
    assert client.get("/metriques").status_code == 404
    assert client.get("/metriques", headers={"Authorization": "Bearer "}).status_code == 404
    assert counting.get("/metriques").status_code == 403
    assert counting.get("/metriques", headers={"Authorization": "Bearer é"}).status_code == 403


def test_a_breakdown_is_logged_without_what_was_typed(
    library: SmallLibrary, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error's message may repeat a person's words: the log has where it arose and its kind."""
    app = create_app(library.settings)

    def break_down(question: object) -> None:
        raise LookupError(f"rien pour {question}")

    monkeypatch.setattr(app.extensions["ruche"].search, "ask", break_down)
    with caplog.at_level(logging.ERROR):
        assert app.test_client().get("/recherche?q=violences").status_code == 500
    (record,) = caplog.records
    assert "violences" not in str(vars(record))
    assert "break_down" in record.exception  # type: ignore[attr-defined]
    assert record.exception.endswith("builtins.LookupError")  # type: ignore[attr-defined]


def test_a_breakdown_is_logged_without_a_secret_address(
    library: SmallLibrary, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The address of a page that breaks down may be a secret: the log has its rule."""
    app = create_app(library.settings)

    def break_down(token: str) -> None:
        raise LookupError(token)

    monkeypatch.setattr(app.extensions["ruche"].catalogue.saved_searches, "find", break_down)
    with caplog.at_level(logging.ERROR):
        assert app.test_client().get("/recherches/un-secret.atom").status_code == 500
    (record,) = caplog.records
    assert record.getMessage() == "Exception on /recherches/<token>.atom [GET]"
    assert "un-secret" not in str(vars(record))
