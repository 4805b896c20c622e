"""What the pages tell of how a question was understood, and how to have it otherwise."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index.catalogue.catalogue import Catalogue
from index.generations.rebuild import rebuild_live_index
from index.model.documents import Locator, Passage, Unit
from tests.composition import create_app
from tests.webapp.page_parser import read
from tests.webapp.small_library import DATA, OUTREACH, SLIDES, Entry, build

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.webapp.page_parser import PageReader
    from tests.webapp.small_library import SmallLibrary

_REPORT = """Une maraude numérique commence par une tournée des halls d’immeuble. L’équipe note les dossiers
interrompus, rappelle chaque personne dans la semaine, puis propose une permanence près de chez elle. Le bilan montre
que la moitié des foyers rappelés dépose enfin sa demande, surtout quand un voisin relais les accompagne au guichet."""
_FINAL, _DRAFT, _ANNEX = "outils/Maraude.docx", "outils/Maraude v1.docx", "outils/Annexe.docx"


def _written(path: str, title: str, text: str, territory: str) -> Entry:
    passages = (Passage(0, Locator(Unit.HEADING, 1), text, title),)
    return Entry(path, "docx", title, passages, territories=(territory,), content=path.encode())


def _places() -> Entry:
    """Two words that meet oftener than chance would have it."""
    texts = (f"Étape {number} : de la passerelle à la dématérialisation, une traversée." for number in range(4))
    passages = tuple(Passage(at, Locator(Unit.PAGE, at + 1), text) for at, text in enumerate(texts))
    return Entry("outils/Plan.pdf", "pdf", "Plan", passages)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """The small library with a report, its draft, and words that go together."""
    more = (
        _written(_FINAL, "La maraude numérique", _REPORT, "grigny"),
        _written(_DRAFT, "La maraude numérique, brouillon", _REPORT + " À relire.", "flers"),
        _written(_ANNEX, "Annexe", "Le revenu de solidarité active, en un guichet et une permanence.", "gironde"),
        _places(),
    )
    made = build(tmp_path_factory.mktemp("ruche"), more=more)
    with closing(Catalogue.open(made.settings.catalogue_url)) as catalogue:
        rebuild_live_index(made.settings.index_folder, catalogue)
    return made


@pytest.fixture(scope="module")
def client(library: SmallLibrary) -> FlaskClient:
    """Someone who asks."""
    return create_app(library.settings).test_client()


def _told(page: PageReader) -> str:
    return " ".join(page.texts("div", class_="understood"))


def test_a_synonym_is_announced_and_can_be_left_out(client: FlaskClient) -> None:
    """Documents found by the words of an acronym are found, said so; one link away, only the letters count."""
    page = read(client.get("/recherche?q=RSA&type=webinaire&page=1").text)
    assert "« RSA » : recherché aussi avec « Revenu de solidarité active »." in _told(page)
    (link,) = page.all("a", href="/recherche?q=RSA&exact=1&type=webinaire")
    assert link.text == "Chercher les mots exacts"
    widely, exactly = (read(client.get(f"/recherche?q=RSA{each}").text) for each in ("", "&exact=1"))
    assert "Annexe" in widely.texts("a")
    assert "Annexe" not in exactly.texts("a")
    assert exactly.all("input", type="hidden", name="exact", value="1"), "filters keep the exact words"
    (back,) = exactly.all("a", href="/recherche?q=RSA")
    assert back.text == "Chercher aussi les synonymes"


def test_nothing_is_announced_where_words_were_taken_as_typed(client: FlaskClient) -> None:
    """An announcement on every page would be read on none."""
    assert not _told(read(client.get("/recherche?q=guichet").text))
    assert not _told(read(client.get("/recherche?exact=1").text))


def test_a_typing_mistake_is_corrected_and_told(client: FlaskClient) -> None:
    """A word that nobody wrote gives the results of its neighbour, and the question stays as typed."""
    page = read(client.get("/recherche?q=finnancements").text)
    assert page.texts("p", role="status") == ["12 documents"]
    assert (
        "« finnancements » ne se trouve dans aucun document : résultats pour « financements ». "
        "Chercher « finnancements » tel quel" in _told(page)
    )
    assert page.all("input", name="q", value="finnancements")
    as_typed = read(client.get("/recherche?q=finnancements&exact=1").text)
    assert as_typed.texts("p", role="status") == ["Aucun document"]


def test_missing_words_are_told(client: FlaskClient) -> None:
    """A result names the words that it lacks, and says to those who listen what that means."""
    page = read(client.get("/recherche?q=maraude permanence voisin guichet trottinette").text)
    assert page.texts("p", class_="missing")[0] == (
        "Mots de votre recherche absents de ce document : Sans : trottinette"
    )
    assert page.texts("s")[0] == "trottinette"


def test_all_words_are_told_from_a_part_of_them(client: FlaskClient) -> None:
    """The page says how many documents hold all words and how many a part, and leads to the first ones alone."""
    page = read(client.get("/recherche?q=maraude financements").text)
    (status,) = page.texts("p", role="status")
    assert status.startswith("Aucun document ne contient tous les mots ; 14 en contiennent une partie")
    assert not page.all("a", href="/recherche?q=maraude+financements&tous=1")
    page = read(client.get("/recherche?q=maraude guichet").text)
    (status,) = page.texts("p", role="status")
    assert status == "2 documents contiennent tous les mots ; 1 autre une partie"
    assert page.texts("a", href="/recherche?q=maraude+guichet&tous=1") == ["Seulement tous les mots"]


def test_all_words_only(client: FlaskClient) -> None:
    """Documents with all words alone, kept from page to page of filters, and one link back to the others."""
    page = read(client.get("/recherche?q=maraude guichet&tous=1").text)
    assert page.texts("p", role="status") == ["2 documents contiennent tous les mots"]
    assert page.all("input", name="tous", value="1")
    assert page.texts("a", href="/recherche?q=maraude+guichet") == ["Chercher aussi ce qui n’en contient qu’une partie"]
    assert not page.all("p", class_="missing")


def test_by_date_all_words_are_wanted(client: FlaskClient) -> None:
    """By date the page says that it keeps to all words, and leads to the others by relevance."""
    page = read(client.get("/recherche?q=maraude guichet&tri=date").text)
    assert page.texts("p", role="status") == ["2 documents contiennent tous les mots"]
    assert page.texts("a", href="/recherche?q=maraude+guichet") == [
        "Pertinence",
        "Chercher aussi ce qui n’en contient qu’une partie",
    ]
    assert (
        "Par date, seuls viennent les documents qui contiennent tous les mots." in page.texts("p", class_="widths")[0]
    )


def test_each_word_alone_where_all_find_nothing(client: FlaskClient) -> None:
    """Where nothing answers, the page says what each word finds alone, and leads there."""
    page = read(client.get("/recherche?q=maraude zanzibar&tous=1").text)
    assert page.texts("a", href="/recherche?q=maraude") == ["« maraude »"]
    assert not page.all("a", href="/recherche?q=zanzibar")
    assert "« zanzibar » aucun document" in page.texts("li")


def test_near_duplicates_are_folded_under_the_best(client: FlaskClient, library: SmallLibrary) -> None:
    """The draft of a report does not take a place of its own, and stays one click away."""
    page = read(client.get("/recherche?q=maraude").text)
    titles = [each for each in page.texts("h2") if each != "En bref"]
    assert len(titles) == 1
    (fold,) = page.all("details", class_="alike")
    assert "open" not in fold.attributes
    assert "1\u00a0version proche" in fold.text
    other = _DRAFT if titles == ["La maraude numérique"] else _FINAL
    assert page.all("a", href=f"/documents/{library.ids[other]}?q=maraude")


def test_related_words_lead_to_their_search(client: FlaskClient) -> None:
    """« Voir aussi » proposes words of the vocabulary that some document holds, each a search of its own; no others."""
    page = read(client.get("/recherche?q=passerelle&format=pdf").text)
    (related,) = page.all("nav", class_="related")
    assert related.attributes["aria-label"] == "Voir aussi"
    assert "dématérialisation" in related.text
    assert "traversée" not in related.text


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("q=RSA", ["revenu de solidarité active"]),
        ("q=RSA&exact=1", []),
        ("q=permannence", ["permanence"]),
        ("q=permannence&exact=1", []),
    ],
)
def test_a_document_marks_what_was_looked_for(
    client: FlaskClient, library: SmallLibrary, query: str, marked: list[str]
) -> None:
    """Synonyms and corrections are marked as in the results; the way back asks the same question."""
    page = read(client.get(f"/documents/{library.ids[_ANNEX]}?{query}").text)
    assert page.texts("mark") == marked
    assert page.all("a", href=f"/recherche?{query}")


def test_a_document_leads_to_those_on_its_subject(client: FlaskClient, library: SmallLibrary) -> None:
    """What the event left behind is listed once, above; the others follow."""
    page = read(client.get(f"/documents/{library.ids[_FINAL]}?q=maraude").text)
    (near,) = page.all("section", aria_labelledby="proches")
    assert "La maraude numérique, brouillon" in near.text
    slides = read(client.get(f"/documents/{library.ids[SLIDES]}").text)
    assert "Replay du webinaire" not in "".join(slides.texts("section", aria_labelledby="proches"))


def test_places_are_filters_within_each_other(client: FlaskClient) -> None:
    """A region holds its departments and these their territories; a department that is a territory is told once."""
    page = read(client.get("/recherche?region=normandie").text)
    assert "Territoire" in page.texts("legend")
    assert not {"Région", "Département"} & set(page.texts("legend"))
    places = [box.attributes["name"] for box in page.all("input", type="checkbox")]
    assert places.count("region") == 3
    choices = read(client.get("/recherche").text).texts("label")
    assert [sum(name in each for each in choices) for name in ("Normandie", "Orne", "Flers", "Gironde")] == [1] * 4
    assert page.texts("p", role="status") == ["1 document"]


def test_events_are_filters_by_name(client: FlaskClient) -> None:
    """One chooses an event by its title and date, in a list that is folded until one of it is chosen."""
    page = read(client.get("/recherche").text)
    assert "open" not in page.all("details", class_="folded")[0].attributes
    named = "L’aller vers (25 janvier 2024)"
    chosen = read(client.get(f"/recherche?rendez-vous={OUTREACH.id}").text)
    assert f"{named} 2 documents" in chosen.texts("label")
    assert "open" in chosen.all("details", class_="folded")[0].attributes
    assert chosen.texts("a", class_="chip") == [f"Retirer le filtre Rendez-vous : {named}"]


def test_the_api_tells_as_much(client: FlaskClient, library: SmallLibrary) -> None:
    """Expansions, corrections, related words, missing words and near-duplicates are in the JSON."""
    widened = client.get("/api/v1/search?q=RSA").get_json()
    assert widened["expansions"] == [{"typed": "RSA", "added": ["Revenu de solidarité active"]}]
    exact = client.get("/api/v1/search?q=RSA&exact=1").get_json()
    assert (exact["exact"], exact["expansions"]) == (True, [])
    assert exact["results"][0]["passages"][0]["url"].endswith("?q=RSA&exact=1#diapositive-1")
    mended = client.get("/api/v1/search?q=finnancements").get_json()
    assert mended["corrections"] == [{"typed": "finnancements", "used": "financements"}]
    long = client.get("/api/v1/search?q=maraude permanence voisin guichet trottinette").get_json()
    assert long["results"][0]["missing"] == ["trottinette"]
    assert (long["complete"], long["narrowed"]) == (0, False)
    narrow = client.get("/api/v1/search?q=maraude guichet&tous=1").get_json()
    assert (narrow["total"], narrow["complete"], narrow["narrowed"]) == (2, 2, True)
    assert mended["complete"] is None
    (report,) = client.get("/api/v1/search?q=maraude").get_json()["results"]
    assert {report["id"], report["alike"][0]["id"]} == {library.ids[_FINAL], library.ids[_DRAFT]}
    assert client.get("/api/v1/search?q=passerelle").get_json()["related"] == ["dématérialisation"]
    assert client.get("/api/v1/search?q=RSA&exact=oui").status_code == 400


def test_dates_and_events_are_understood(client: FlaskClient) -> None:
    """An event that is named comes first; the page says so, misses none of its words, and one link undoes it."""
    written = client.get("/recherche?q=webinaire+novembre+2024").text
    assert "Compris : webinaires de novembre 2024. Ces documents passent devant les autres." in _told(read(written))
    assert "absents de ce document" not in written
    (link,) = read(written).all("a", href="/recherche?q=webinaire+novembre+2024&exact=1")
    assert link.text == "Chercher ces mots tels quels"
    first = client.get("/api/v1/search?q=webinaire+novembre+2024").get_json()
    assert first["results"][0]["event"]["title"] == "Échanges de données"
    assert first["understood"] == [
        {
            "kind": "rendez-vous",
            "label": "webinaires de novembre 2024",
            "facet": "rendez-vous",
            "values": [DATA.id],
        }
    ]
    assert "Compris" not in client.get("/recherche?q=webinaire+novembre+2024&exact=1").text


def test_a_territory_is_a_wish(client: FlaskClient) -> None:
    """Documents of a territory come first, and those that only hold the other words are found too."""
    found = client.get("/api/v1/search?q=guichet+bordeaux").get_json()
    assert [each["label"] for each in found["understood"]] == ["territoire Gironde"]
    assert found["results"][0]["title"] == "Annexe"
    assert found["total"] > 1
