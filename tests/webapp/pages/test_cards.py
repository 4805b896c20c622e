"""Cards above the results: what the question names, in one landmark that a link passes by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.model.documents import Locator, Passage, Unit
from tests.composition import create_app
from tests.webapp.page_parser import read
from tests.webapp.small_library import DATA, Entry, build

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.webapp.page_parser import PageReader


def _sheet(territory: str, text: str) -> Entry:
    path = f"territoires/{territory}.docx"
    passages = (Passage(0, Locator(Unit.HEADING, 4), text),)
    return Entry(path, "docx", f"Fiche {territory}", passages, territories=(territory,), content=path.encode())


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Someone who asks in the small library, with sheets of three territories."""
    sheets = (
        _sheet("flers", "La maraude du jeudi se fait avec la CPAM."),
        _sheet("gironde", "Une équipe mobile, avec la CPAM, va de village en village."),
        _sheet("grigny", "La CPAM tient une permanence."),
    )
    return create_app(build(tmp_path_factory.mktemp("ruche"), more=sheets).settings).test_client()


def ask(client: FlaskClient, text: str, **others: str) -> PageReader:
    """The page of results of a question."""
    return read(client.get("/recherche", query_string={"q": text, **others}).text)


def brief(page: PageReader) -> str:
    """What the cards say."""
    return " ".join(page.texts("section", class_="brief"))


def test_an_event(client: FlaskClient) -> None:
    """An event that the question means is shown with its date and its documents, and leads to its page."""
    page = ask(client, "webinaire novembre 2024")
    assert "Échanges de données" in brief(page)
    assert "du 7 novembre 2024" in brief(page)
    assert page.all("a", href=f"/rendez-vous/{DATA.id}")


def test_a_territory_and_an_area(client: FlaskClient) -> None:
    """A territory says where it lies and how many documents it has; an area leads to its territories."""
    for typed in ("Gironde", "bordeaux", "nouvelle aquitaine"):
        page = ask(client, typed)
        assert "Territoire, Nouvelle-Aquitaine" in brief(page)
        assert page.all("a", href="/territoires/gironde")


def test_a_theme_and_an_acronym(client: FlaskClient) -> None:
    """A theme leads to its page, an acronym says what it means, in capitals or not."""
    assert ask(client, "aller-vers").all("a", href="/themes/aller-vers")
    for typed in ("CPAM", "cpam", "c’est quoi la CPAM ?", "les C.P.A.M.", "les CPAMs"):
        assert "CPAM : Caisse primaire d’assurance maladie" in brief(ask(client, typed))
    assert "C2S : " in brief(ask(client, "cmu"))


def test_who_did_it(client: FlaskClient) -> None:
    """« Quels territoires » is answered by territory, with the documents that say it in any word of the theme."""
    page = ask(client, "Quels territoires ont travaillé l’aller-vers avec la CPAM ?")
    assert "Flers" in brief(page)
    assert "Gironde" in brief(page)
    assert "Grigny" not in brief(page)
    answer = client.get("/api/v1/search", query_string={"q": "Qui fait une maraude ?"}).get_json()
    assert {each["value"] for each in answer["cards"]["territories"]} >= {"flers"}


def test_who_did_it_without_naming_it(client: FlaskClient) -> None:
    """Where one territory at most says all, those that hold all but the theme follow, and say that they lack it."""
    question = "Quels territoires ont travaillé l’échange de données avec la CPAM ?"
    page = ask(client, question)
    groups = client.get("/api/v1/search", query_string={"q": question}).get_json()["cards"]["territories"]
    assert {each["value"] for each in groups} >= {"flers", "gironde", "grigny"}
    assert {tuple(doc["missing"]) for each in groups for doc in each["documents"]} == {("échange de données",)}
    assert "Sans : échange de données" in brief(page)


def test_whom_to_call_is_no_territory(client: FlaskClient) -> None:
    """« Qui » before an infinitive asks whom to call, not who did something."""
    assert "Par territoire" not in brief(ask(client, "qui appeler pour une maraude"))


def test_words_that_nobody_wrote_beside_a_territory(client: FlaskClient) -> None:
    """The territory's documents are shown, and the words that no document holds are told."""
    text = client.get("/recherche", query_string={"q": "Gironde zzyzx"}).text
    assert "Aucun document ne contient «\u00a0zzyzx\u00a0»" in text
    assert "Fiche gironde" in text


def test_one_passes_them_by(client: FlaskClient) -> None:
    """The cards are one landmark with a heading, and a link that leads past them to the results."""
    page = ask(client, "webinaire novembre 2024")
    (section,) = page.all("section", class_="brief")
    assert section.attributes["aria-labelledby"] == "en-bref"
    assert [each.text for each in page.all("h2", id="en-bref")] == ["En bref"]
    assert page.all("a", href="#resultats")
    assert page.all("div", id="resultats", tabindex="-1")


@pytest.mark.parametrize("others", [{"exact": "1"}, {"tri": "date", "exact": "1"}])
def test_no_card(client: FlaskClient, others: dict[str, str]) -> None:
    """Exact words name nothing but themselves."""
    assert not ask(client, "CPAM", **others).all("section", class_="brief")


def test_none_where_nothing_is_named(client: FlaskClient) -> None:
    """Ordinary words show no empty landmark."""
    assert not ask(client, "guichet").all("section", class_="brief")


def test_passages_that_answer(client: FlaskClient) -> None:
    """A question in a sentence is answered by whole sentences with a link to their place, in the API too."""
    page = ask(client, "Avec qui se fait la maraude du jeudi ?")
    assert "La maraude du jeudi se fait avec la CPAM." in brief(page)
    # A section without a title has no number that a reader could see.
    assert "dans le texte" in {each.text for each in page.all("a")}
    (answer, *_) = client.get(
        "/api/v1/search", query_string={"q": "Avec qui se fait la maraude du jeudi ?"}
    ).get_json()["answers"]
    assert answer["text"] == "La maraude du jeudi se fait avec la CPAM."
    assert answer["locator"]["label"] == "section 4"
    assert not brief(ask(client, "maraude jeudi"))
