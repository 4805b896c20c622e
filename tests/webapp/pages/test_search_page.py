"""Home and search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.config.settings import Settings
from tests.composition import create_app
from tests.webapp.page_parser import read
from tests.webapp.small_library import HOSTILE_TEXT, HOSTILE_TITLE, SLIDES, VIDEO, build

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


def test_home_says_what_it_is_and_what_is_new(client: FlaskClient) -> None:
    """Someone who arrives can search, try an example that finds something, and see the latest event."""
    page = read(client.get("/").text)
    assert page.all("input", type="search", name="q")
    assert "aller vers" in page.texts("a")
    assert "illectronisme" not in page.texts("a"), "an example that finds nothing"
    assert page.texts("h3")[0] == "Mensuelle d’avril"
    assert "17\u00a0documents" in client.get("/").text


def test_home_of_an_empty_library_explains_itself(tmp_path: Path) -> None:
    """Before the first deposit, home says that documents will come, and where to look."""
    settings = Settings(library=tmp_path, data=tmp_path / "donnees")
    page = read(create_app(settings).test_client().get("/").text)
    assert "Aucun document pour l’instant" in page.texts("h2")


def test_results_lead_to_their_place(client: FlaskClient, library: SmallLibrary) -> None:
    """A result's excerpts are links to the slide, with the words sought, and the words found are marked."""
    page = read(client.get("/recherche?q=non-recours").text)
    address = f"/documents/{library.ids[SLIDES]}?q=non-recours#diapositive-1"
    assert page.texts("a", href=address) == ["Diapositive 1 Pourquoi aller vers ?"]
    assert set(page.texts("mark")) == {"non-recours"}


def test_results_in_a_replay_lead_to_their_second(client: FlaskClient, library: SmallLibrary) -> None:
    """An excerpt of a transcript starts the video where the words are said."""
    page = read(client.get("/recherche?q=bus des droits&format=sous-titres").text)
    assert page.all("a", href=f"/documents/{library.ids[VIDEO]}?q=bus+des+droits&t=4#t-4")


def test_title_and_status_tell_how_many(client: FlaskClient) -> None:
    """The number of results is in the title of the page and in a region that is announced."""
    page = read(client.get("/recherche?q=financements").text)
    assert page.texts("title") == ["« financements » : 12 documents, page 1 sur 2 – Ruche"]
    assert page.texts("p", role="status") == ["12 documents"]
    page = read(client.get("/recherche?q=financements&page=2").text)
    assert page.texts("p", role="status") == ["12 documents, page 2 sur 2"]


def test_an_address_is_a_search(client: FlaskClient) -> None:
    """A shared address restores words, filters, order and page; each filter can be taken off by itself."""
    page = read(client.get("/recherche?q=financements&theme=rh&theme=sante&annee=2025&tri=date").text)
    boxes = page.all("input", type="checkbox")
    ticked = {(box.attributes["name"], box.attributes["value"]) for box in boxes if "checked" in box.attributes}
    assert ticked == {("theme", "rh"), ("theme", "sante"), ("annee", "2025")}
    assert page.all("input", name="tri", value="date")
    assert page.all("input", name="q", value="financements")
    chips = {chip.attributes["href"] for chip in page.all("a", class_="chip")}
    assert "/recherche?q=financements&theme=sante&annee=2025&tri=date" in chips
    assert "/recherche?q=financements&theme=rh&theme=sante&tri=date" in chips


def test_filters_narrow_and_their_counts_are_those_of_documents(client: FlaskClient) -> None:
    """A facet's count is the number of documents that choosing it shows."""
    offered = read(client.get("/recherche").text)
    choices = offered.texts("label")
    assert "Grigny 2 documents" in choices
    assert read(client.get("/recherche?territoire=grigny").text).texts("p", role="status") == ["2 documents"]


def test_long_lists_of_filters_are_folded(client: FlaskClient) -> None:
    """Eight values show at once; the others unfold, and are unfolded when one of them is chosen."""
    page = read(client.get("/recherche").text)
    assert len(page.all("details", class_="others")) == 1
    folded = page.all("details", class_="others")[0]
    assert "open" not in folded.attributes
    last = [box.attributes["value"] for box in page.all("input", name="theme")][-1]
    chosen = read(client.get(f"/recherche?theme={last}").text).all("details", class_="others")[0]
    assert "open" in chosen.attributes


def test_pages_follow_each_other(client: FlaskClient) -> None:
    """The second page shows the rest, and says which page it is."""
    page = read(client.get("/recherche?q=financements&page=2").text)
    assert len(page.all("article", class_="card")) == 2
    assert page.texts("a", aria_current="page") == ["Documents", "Page 2"]


@pytest.mark.parametrize(
    "query",
    [
        "page=deux",
        "page=0",
        "page=-1",
        "page=²",
        "page=" + "9" * 5_000,
        "page=99",
        "tri=alphabet",
        "theme=nulle-part",
        "q=%22",
        "q=((",
        "q=%ff%fe",
        "q=*",
        "q=" + "mot%20" * 3_000,
        "&".join(f"theme={number}" for number in range(2_000)),
        "inconnu=1",
    ],
)
def test_whatever_the_address_a_page_answers(client: FlaskClient, query: str) -> None:
    """An address cut, mistyped or made up gives a page of results, be it empty; never a breakdown."""
    answer = client.get(f"/recherche?{query}")
    assert answer.status_code == 200
    assert read(answer.text).texts("p", role="status")


def test_a_page_beyond_the_last_is_the_last(client: FlaskClient) -> None:
    """Someone whose page no longer exists sees the last one."""
    assert "page 2 sur 2" in read(client.get("/recherche?q=financements&page=99").text).texts("title")[0]


def test_an_empty_answer_helps(client: FlaskClient) -> None:
    """Without results, the page offers to drop the filters and to write to the team."""
    page = read(client.get("/recherche?q=zanzibar&theme=rh").text)
    assert page.texts("title") == ["« zanzibar » : aucun document – Ruche"]
    assert page.all("a", href="/recherche?q=zanzibar")
    assert page.all("a", href="mailto:animation@example.org")


def test_an_empty_library_is_not_a_mistake_of_the_question(tmp_path: Path) -> None:
    """Before the first deposit, nobody is told to check their spelling."""
    settings = Settings(library=tmp_path, data=tmp_path / "donnees")
    page = read(create_app(settings).test_client().get("/recherche?q=droits").text)
    assert page.texts("h2") == ["La bibliothèque est vide"]


def test_an_index_being_built_says_so(tmp_path: Path) -> None:
    """Documents that cannot be searched yet are announced: the person only has to wait."""
    settings = build(tmp_path).settings
    (settings.index_folder / "actuel").unlink()
    page = read(create_app(settings).test_client().get("/recherche?q=droits").text)
    assert page.texts("h2") == ["La recherche se prépare"]


def test_markup_from_documents_is_shown_as_text(client: FlaskClient) -> None:
    """Titles and passages that hold markup are read, never run."""
    html = client.get("/recherche?q=non-recours").text
    page = read(html)
    assert HOSTILE_TITLE in page.texts("a")
    assert HOSTILE_TEXT in page.texts("p")
    assert "<img src=x" not in html
    assert "alert(" not in "".join(page.texts("script"))


def test_markup_in_a_question_is_shown_as_text(client: FlaskClient) -> None:
    """A question is repeated in the page as it was typed."""
    typed = '"><script>alert(3)</script>'
    answer = client.get("/recherche", query_string={"q": typed, "theme": typed})
    assert typed not in answer.text
    assert read(answer.text).all("input", id="mots")[0].attributes["value"] == typed
