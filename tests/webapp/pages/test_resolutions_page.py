"""« Décisions »: those of all gatherings, by theme, gathering and year; animators dismiss what is none."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from extractors import FORMATS
from index.model import Event, Locator, PartialDate, Passage, Unit
from index.text import fingerprint_resolution
from tests.webapp.small_library import DATA, Entry, build
from webapp.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary

OLD = Event("2023-05-04-mensuelle", "mensuelle", "Mensuelle de mai", PartialDate(2023, 5, 4))
WORD, PDF, PLAN = "mensuelles/Compte rendu.docx", "mensuelles/Compte rendu.pdf", "webinaires/Plan.pdf"


def _minutes(path: str, *lines: str) -> Entry:
    passage = Passage(0, Locator(Unit.HEADING, 7), "\n".join(lines), "Décisions")
    return Entry(path, path.rpartition(".")[2], "Compte rendu de mai", (passage,), OLD, ("rgpd",))


@pytest.fixture
def library(tmp_path: Path) -> SmallLibrary:
    """A small library with the same minutes in two formats, and a plan of a later gathering."""
    plan = Passage(0, Locator(Unit.PAGE, 1), "- =Louer un bus\n- Peindre le bus", "Plan d’actions")
    more = (
        _minutes(WORD, "- Relire la trame", "- Écrire aux mairies"),
        _minutes(PDF, "1. relire la trame."),
        Entry(PLAN, "pdf", "Plan d’actions", (plan,), DATA, ("echange-donnees",)),
    )
    return build(tmp_path, more=more)


@pytest.fixture
def client(library: SmallLibrary) -> FlaskClient:
    """Whoever is on the machine, who may animate."""
    app = create_app(library.settings, FORMATS)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def test_decisions_lead_to_their_place(client: FlaskClient, library: SmallLibrary) -> None:
    """The latest gathering first; one decision that two files tell is one, with both."""
    page = client.get("/decisions").text.replace("\u00a0", " ")
    assert page.index("Peindre le bus") < page.index("Relire la trame")
    assert f'href="/documents/{library.ids[WORD]}?lieu=section-7#section-7"' in page
    assert page.count("elire la trame</p>") == 1
    assert f'href="/documents/{library.ids[PDF]}"' in page
    assert "4 décisions" in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("theme=rgpd", "Relire la trame", "Peindre le bus"),
        ("annee=2024", "Peindre le bus", "Relire la trame"),
        (f"rendez-vous={OLD.id}", "Écrire aux mairies", "Peindre le bus"),
        ("annee=x²&page=-1", "Peindre le bus", "Rien ne correspond"),
        ("theme=zanzibar", "Rien ne correspond", "Peindre le bus"),
    ],
)
def test_filters_keep_some(client: FlaskClient, query: str, shown: str, hidden: str) -> None:
    """By theme of the document, by gathering, by year; what cannot be understood is ignored."""
    page = client.get(f"/decisions?{query}").text
    assert shown in page
    assert f"{hidden}</p>" not in page
    rows = client.get(f"/api/v1/decisions?theme=rgpd&annee=2023&rendez-vous={OLD.id}").get_json()["decisions"]
    assert [each["text"] for each in rows] == ["Relire la trame", "Écrire aux mairies"]


def test_the_table_runs_no_formula(client: FlaskClient) -> None:
    """What the page shows, as a table that spreadsheets open."""
    table = client.get("/decisions.csv?annee=2024")
    rows = list(csv.DictReader(io.StringIO(table.data.decode("utf-8-sig")), delimiter=";"))
    assert [(row["Date"], row["Décision"], row["Endroit"]) for row in rows] == [
        ("2024-11-07", "'=Louer un bus", "page 1"),
        ("2024-11-07", "Peindre le bus", "page 1"),
    ]
    assert table.headers["Content-Disposition"] == "attachment; filename=ruche-decisions.csv"


def test_the_api_gives_pages(client: FlaskClient) -> None:
    """A page at a time; a cursor of another list is refused."""
    first = client.get("/api/v1/decisions?par_page=3").get_json()
    rest = client.get(first["next"]).get_json()
    assert [len(first["decisions"]), len(rest["decisions"]), rest["next"]] == [3, 1, None]
    assert first["decisions"][0]["event"]["id"] == DATA.id
    assert client.get("/api/v1/decisions?curseur=WyJhIl0").status_code == 410


def test_what_is_dismissed_is_shown_to_animators_alone(client: FlaskClient, library: SmallLibrary) -> None:
    """It leaves all that is shown, in each document that tells it, until an animator puts it back."""
    mark = fingerprint_resolution("Relire la trame")
    form = {"document": [library.ids[WORD], library.ids[PDF]], "decision": mark}
    assert client.post("/decisions/ecart?theme=rgpd", data=form).location == "/decisions?theme=rgpd"
    # All that lists decisions, the page of whoever was absent included.
    for address in ("/decisions", "/decisions.csv", "/api/v1/decisions", f"/rendez-vous/{OLD.id}/rattrapage"):
        assert "elire la trame" not in client.get(address).text
    assert "Relire la trame" in client.get("/decisions?ecartees=1").text
    client.post("/decisions/remise", data=form)
    assert "Relire la trame" in client.get("/decisions").text


def test_only_a_line_that_is_there_is_dismissed(client: FlaskClient, library: SmallLibrary) -> None:
    """What no document holds is not found, and nothing is kept."""
    for form in (
        {"document": library.ids[PDF], "decision": fingerprint_resolution("Écrire aux mairies")},
        {"document": "inconnu", "decision": fingerprint_resolution("Relire la trame")},
        {},
    ):
        assert client.post("/decisions/ecart", data=form).status_code == 404
