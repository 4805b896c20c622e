"""The animators' space: what its forms say is what the catalogue keeps, and what is dangerous can be taken back."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from index.catalogue.file_statuses import FileState
from index.catalogue.metadata_layers import Decisions, MetadataField
from index.catalogue.usage import DailySearch, SearchTally
from index.config.settings import Settings
from index.generations.synchroniser import IndexSynchroniser
from index.model import Facet, PartialDate, TagSource
from index.model.documents import ANIMATORS
from index.vocabulary.vocabulary import EntryKind
from indexer.runtime.open_indexer import open_indexer
from tests.composition import create_app
from tests.webapp.own_library import FIXTURES
from tests.webapp.small_library import DAMAGED, LONG_PAGE, MONTHLY, OUTREACH, SILENT, SLIDES
from tests.webapp.xpath import page as tree_of
from webapp.animation.form_choices import WrongDateError, parse_typed_date
from webapp.animation.form_choices import format_typed_date as as_typed
from webapp.auth import permissions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from index.catalogue.catalogue import Catalogue
    from index.model.documents import Document
    from indexer.runtime.indexer import Indexer
    from tests.webapp.small_library import SmallLibrary

EVERYONE = frozenset({"membres"})


library, app, client, catalogue = FIXTURES


def _document(catalogue: Catalogue, library: SmallLibrary, path: str = SLIDES) -> Document:
    found = catalogue.documents.find(library.ids[path], EVERYONE)
    assert found
    return found


def _learn(library: SmallLibrary, catalogue: Catalogue) -> None:
    with IndexSynchroniser(library.settings.index_folder, catalogue) as follower:
        follower.synchronise()


def test_every_view_asks_who_may_animate(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """One function decides for the whole space: where it says no, every view of it says no."""
    monkeypatch.setattr(permissions, "may_animate", lambda: False)
    client = app.test_client()
    views = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/animation")]
    refused = []
    for rule in views:
        address = rule.rule.replace("<int:number>", "1").replace("<document_id>", "x").replace("<event_id>", "x")
        for method in rule.methods or ():
            if method in {"GET", "POST"}:
                refused += [client.open(address, method=method).status_code]
    assert len(refused) > 25
    assert set(refused) == {403}
    assert client.get("/").status_code == 200


# Qualifying


def _form(document: Document, **changes: object) -> dict[str, object]:
    form: dict[str, object] = {
        "titre": document.title,
        "date": document.date.isoformat() if document.date else "",
        "rendez-vous": document.event.id if document.event else "",
        "theme": list(document.facet_values(Facet.THEME)),
        "territoire": list(document.facet_values(Facet.TERRITORY)),
    }
    return form | changes


def test_the_form_shows_what_the_rules_say_and_why(client: FlaskClient, library: SmallLibrary) -> None:
    """Each tag is ticked, with its reason; the others are there to add."""
    page = tree_of(client.get(f"/animation/qualifier/{library.ids[SLIDES]}"))
    ticked = page.xpath("//input[@name='theme'][@checked]/@value")
    assert ticked == ["aller-vers"]
    assert page.xpath("//input[@name='territoire'][@checked]/following-sibling::label//span/text()")
    assert "rgpd" in page.xpath("//input[@name='theme'][not(@checked)]/@value")


def test_validating_without_a_change_decides_nothing(
    client: FlaskClient, library: SmallLibrary, catalogue: Catalogue
) -> None:
    """The document is marked as looked at; the rules go on speaking of it."""
    document = _document(catalogue, library)
    total = catalogue.decisions.read_qualification_page(EVERYONE).total
    answer = client.post(f"/animation/qualifier/{document.id}", data=_form(document, rang="1"))
    assert answer.status_code == 303
    assert catalogue.decisions.read_qualification_page(EVERYONE).total == total - 1
    decided = catalogue.decisions.find(document.id)
    assert (decided.tags, dict(decided.fields)) == ((), {})
    assert _document(catalogue, library).tags == document.tags
    client.post(f"/animation/qualifier/{document.id}/reprise")
    assert catalogue.decisions.read_qualification_page(EVERYONE).total == total


def test_a_title_that_is_not_on_one_line_is_not_decided_by_looking_at_it(
    client: FlaskClient, library: SmallLibrary, catalogue: Catalogue
) -> None:
    """The field shows the file's title in its own way: sent back untouched, it is nobody's word."""
    with catalogue.transaction() as transaction:
        odd = Decisions(fields={MetadataField.TITLE: "Le  non-recours\u00a0:\n bilan"})
        transaction.decisions.decide([library.ids[SLIDES]], odd, "avant")
    document = _document(catalogue, library)
    client.post(f"/animation/qualifier/{document.id}", data=_form(document))
    (said,) = catalogue.decisions.find(document.id).fields.values()
    assert said.by.who == "avant"


def test_a_person_s_word_prevails(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """Title, day, event, tags taken off and added: as the form says, and only that."""
    document = _document(catalogue, library)
    changes = {
        "titre": "  Un titre   meilleur ",
        "date": "03/02/2024",
        "rendez-vous": MONTHLY.id,
        "theme": ["rgpd", "inconnu"],
    }
    client.post(f"/animation/qualifier/{document.id}", data=_form(document, **changes))
    after = _document(catalogue, library)
    assert (after.title, after.date, after.event) == ("Un titre meilleur", PartialDate(2024, 2, 3), MONTHLY)
    assert after.facet_values(Facet.THEME) == ("rgpd",)
    assert after.facet_values(Facet.TERRITORY) == document.facet_values(Facet.TERRITORY)
    assert {tag.source for tag in after.tags if tag.facet is Facet.THEME} == {TagSource.ANIMATOR}


def test_a_wrong_date_keeps_the_form(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """It is told beside its field, and nothing is kept."""
    document = _document(catalogue, library)
    total = catalogue.decisions.read_qualification_page(EVERYONE).total
    answer = client.post(f"/animation/qualifier/{document.id}", data=_form(document, date="31/02/2024"))
    assert answer.status_code == 400
    page = tree_of(answer)
    assert "calendrier\u00a0: vérifiez" in page.xpath("string(//p[@id='date-erreur'])")
    assert page.xpath("//input[@name='date']/@value") == ["31/02/2024"]
    assert catalogue.decisions.read_qualification_page(EVERYONE).total == total


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2024-01-25", PartialDate(2024, 1, 25)),
        ("25/01/2024", PartialDate(2024, 1, 25)),
        ("1.2.2024", PartialDate(2024, 2, 1)),
        ("01/2024", PartialDate(2024, 1)),
        (" 2024-01 ", PartialDate(2024, 1)),
        ("", None),
    ],
)
def test_dates_as_people_type_them(typed: str, read: PartialDate | None) -> None:
    """A day or a month; and what a form shows is read as what it shows."""
    assert parse_typed_date(typed) == read
    assert parse_typed_date(as_typed(read)) == read


@pytest.mark.parametrize(
    "typed", ["hier", "2024", "2024-13-01", "30/02/2024", "0/1/2024", "0000-00-00", "²/1/2024", "99999-1"]
)
def test_what_is_no_date_is_told(typed: str) -> None:
    """With an example of how to write one; 0 as a day is a month's way, and the calendar decides."""
    if typed == "0/1/2024":
        assert parse_typed_date(typed) == PartialDate(2024, 1)
        return
    with pytest.raises(WrongDateError):
        parse_typed_date(typed)


def test_the_queue_goes_on(client: FlaskClient, library: SmallLibrary) -> None:
    """Passing over keeps the place; past the end one begins again; a lack narrows."""
    first = tree_of(client.get("/animation/qualifier"))
    (passed,) = first.xpath("//a[contains(., 'Passer')]/@href")
    second = tree_of(client.get(passed))
    assert first.xpath("string(//h2[@id])") != second.xpath("string(//h2[@id])")
    assert client.get("/animation/qualifier?rang=9999", follow_redirects=True).status_code == 200
    lacking = client.get("/animation/qualifier?manque=territoire").text
    assert f"/animation/qualifier/{library.ids[SLIDES]}" not in lacking
    for odd in ("0", "-1", "x", "²", "9" * 99):
        assert client.get(f"/animation/qualifier?rang={odd}", follow_redirects=True).status_code == 200


# Many documents at once


def _listed(client: FlaskClient, query: str) -> list[str]:
    found: list[str] = tree_of(client.get(f"/animation/documents?{query}")).xpath("//input[@name='document']/@value")
    return found


def test_a_folder_is_tagged_and_untagged(client: FlaskClient, catalogue: Catalogue) -> None:
    """All of a folder, then undone: rules and earlier decisions are as before."""
    ids = _listed(client, "dossier=mensuelles/2025-04")
    before = {id_: catalogue.documents.find(id_, EVERYONE) for id_ in ids}
    assert len(ids) == 12
    first, second = ids[:2]
    with catalogue.transaction() as transaction:
        transaction.decisions.decide([first], Decisions(decline=((Facet.TERRITORY, "grigny"),)))
    form = {"dossier": "mensuelles/2025-04", "etiquette": "territoire:grigny", "action": "ajouter", "portee": "tous"}
    answer = client.post("/animation/documents", data=form)
    assert "12\u00a0documents changés" in answer.text
    assert all(
        "grigny" in catalogue.documents.find_each(ids, EVERYONE)[id_].facet_values(Facet.TERRITORY) for id_ in ids
    )
    again = client.post("/animation/documents", data=form).text
    assert "0\u00a0document changé" in again
    undo = next(each for each in tree_of(answer).forms if each.action.endswith("annulation"))
    client.post(undo.action, data=_multi(undo.form_values()))
    assert {id_: catalogue.documents.find(id_, EVERYONE) for id_ in ids} == before
    assert [each.chosen for each in catalogue.decisions.find(first).tags] == [False]
    assert catalogue.decisions.find(second).tags == ()


def _multi(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def test_only_what_is_ticked_changes(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """Of a search's documents; ids that are not in the list are not touched."""
    found = _listed(client, "q=non-recours")
    other = library.ids[SILENT]
    assert other not in found
    form = {"q": "non-recours", "etiquette": "theme:rgpd", "action": "ajouter", "document": [found[0], other]}
    assert "1\u00a0document changé" in client.post("/animation/documents", data=form).text
    tagged = {
        id_
        for id_ in (*found, other)
        if "rgpd" in catalogue.documents.find_each([id_], EVERYONE)[id_].facet_values(Facet.THEME)
    }
    assert tagged == {found[0]}
    form |= {"etiquette": "theme:aller-vers", "action": "retirer", "portee": "tous"}
    client.post("/animation/documents", data=form)
    assert not any(
        "aller-vers" in each.facet_values(Facet.THEME)
        for each in catalogue.documents.find_each(found, EVERYONE).values()
    )


def test_documents_join_an_event_and_leave_it(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """In number, and undone."""
    id_ = library.ids[SILENT]
    before = _document(catalogue, library, SILENT)
    form = {"dossier": "plénières", "etiquette": f"rendez-vous:{OUTREACH.id}", "document": id_}
    answer = client.post("/animation/documents", data=form)
    assert _document(catalogue, library, SILENT).event == OUTREACH
    undo = next(each for each in tree_of(answer).forms if each.action.endswith("annulation"))
    client.post(undo.action, data=_multi(undo.form_values()))
    assert _document(catalogue, library, SILENT) == before


@pytest.mark.parametrize(
    "form",
    [
        {"etiquette": "theme:inconnu", "portee": "tous"},
        {"etiquette": "annee:2024", "portee": "tous"},
        {"etiquette": "", "portee": "tous"},
        {"etiquette": "theme:rgpd"},
    ],
)
def test_an_incomplete_order_changes_nothing(client: FlaskClient, catalogue: Catalogue, form: dict[str, str]) -> None:
    """It is told what lacks."""
    revision = catalogue.revisions.read_last()
    assert client.post("/animation/documents", data=form | {"q": "droits"}).status_code == 400
    assert catalogue.revisions.read_last() == revision


# Events


def test_an_event_is_announced_corrected_and_taken_back(client: FlaskClient, catalogue: Catalogue) -> None:
    """With all that members need to come."""
    form = {
        "titre": "Aller vers, deux ans après",
        "type": "webinaire",
        "date": "12/03/2031",
        "debut": "14h",
        "fin": "15:30",
        "lieu": "En ligne",
        "lien": "https://visio.exemple.fr/abc",
        "description": "Trois territoires racontent.",
    }
    address = client.post("/animation/rendez-vous/nouveau", data=form).location
    (event,) = [each for each in catalogue.events.list_all(EVERYONE) if each.title == form["titre"]]
    assert (event.date, str(event.begins), str(event.ends)) == (PartialDate(2031, 3, 12), "14:00:00", "15:30:00")
    assert "Aller vers, deux ans après" in client.get("/animation/rendez-vous").text
    client.post(address, data=form | {"titre": "Aller vers, trois ans après", "date": "03/2032"})
    changed = catalogue.events.find(event.id, EVERYONE)
    assert changed
    assert (changed.title, changed.date, changed.link) == (
        "Aller vers, trois ans après",
        PartialDate(2032, 3),
        form["lien"],
    )
    client.post(f"{address}/retrait")
    assert catalogue.events.find(event.id, EVERYONE) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"titre": " "}, "un titre et une date"),
        ({"date": ""}, "un titre et une date"),
        ({"date": "demain"}, "n’est pas une date"),
        ({"type": "inconnu"}, "Choisissez le type"),
        ({"debut": "25:00"}, "n’est pas une heure"),
        ({"debut": "15:00", "fin": "14:00"}, "avant celle du début"),
        ({"lien": "javascript:alert(1)"}, "adresse complète"),
    ],
)
def test_an_impossible_event_is_told(
    client: FlaskClient, catalogue: Catalogue, change: dict[str, str], said: str
) -> None:
    """The form comes back as it was sent."""
    before = catalogue.events.list_all(EVERYONE)
    form = {"titre": "Essai", "type": "webinaire", "date": "2031-03-12", "lieu": "Salle « B »"} | change
    answer = client.post("/animation/rendez-vous/nouveau", data=form)
    assert answer.status_code == 400
    assert said in answer.text
    assert tree_of(answer).xpath("//input[@name='lieu']/@value") == ["Salle « B »"]
    assert catalogue.events.list_all(EVERYONE) == before


def test_a_document_is_detached(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """From the event's page."""
    id_ = library.ids[SLIDES]
    client.post(f"/animation/rendez-vous/{OUTREACH.id}/documents/{id_}/retrait")
    assert _document(catalogue, library).event is None
    assert catalogue.decisions.find(id_).fields[MetadataField.EVENT].value == ""


# Vocabulary


def test_an_entry_holds_at_once_and_is_taken_back(client: FlaskClient, app: Flask, catalogue: Catalogue) -> None:
    """The next page knows it; undoing is one button of the history."""
    form = {"liste": "theme", "nom": "Mobilité solidaire", "autres": "transport\n permis  de conduire\n\ntransport"}
    assert client.post("/animation/vocabulaire/entree", data=form).status_code == 303
    assert "Mobilité solidaire" in client.get("/animation/vocabulaire?liste=theme").text
    entry = app.extensions["ruche"].vocabulary.themes["mobilite-solidaire"]
    assert entry.aliases == ("transport", "permis de conduire")
    (undo,) = [
        each.action
        for each in tree_of(client.get("/animation/vocabulaire/historique")).forms
        if "annulation" in each.action
    ]
    client.post(undo)
    assert "Mobilité solidaire" not in client.get("/animation/vocabulaire?liste=theme").text
    assert catalogue.vocabulary_changes.list_all()[0].undoes == 1


def test_a_territory_keeps_what_its_form_does_not_show(client: FlaskClient, app: Flask) -> None:
    """Its kind, its wave, its department's code."""
    client.get("/animation")
    before = app.extensions["ruche"].vocabulary.territories["grigny"]
    page = tree_of(client.get("/animation/vocabulaire/entree?liste=territoire&entree=grigny"))
    fields = dict(next(each for each in page.forms if "autres" in each.fields).form_values())
    client.post("/animation/vocabulaire/entree", data=fields | {"nom": "Grigny (Essonne)"})
    client.get("/animation")
    after = app.extensions["ruche"].vocabulary.territories["grigny"]
    assert after.label == "Grigny (Essonne)"
    assert (after.kind, after.wave, after.department_code) == (before.kind, before.wave, before.department_code)
    assert (after.aliases, after.region) == (before.aliases, before.region)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"liste": "theme", "nom": " "}, "Donnez un nom"),
        ({"liste": "theme", "nom": "!!!"}, "ne convient pas comme identifiant"),
        ({"liste": "theme", "nom": "RGPD"}, "déjà dans la liste"),
        ({"liste": "synonymes", "autres": "seul"}, "deux expressions au moins"),
        ({"liste": "synonymes", "autres": ""}, "deux expressions au moins"),
        ({"liste": "sigle", "nom": "XYZ"}, "un sens"),
    ],
)
def test_an_impossible_entry_is_told(
    client: FlaskClient, catalogue: Catalogue, form: dict[str, str], said: str
) -> None:
    """And nothing is changed."""
    answer = client.post("/animation/vocabulaire/entree", data=form)
    assert answer.status_code == 400
    assert said in tree_of(answer).xpath("string(//div[@role='alert'])")
    assert catalogue.vocabulary_changes.list_all() == ()


def test_an_entry_is_removed_and_brought_back(client: FlaskClient, app: Flask) -> None:
    """An acronym, whose slug is its letters, spaces among them."""
    client.post("/animation/vocabulaire/retrait", data={"liste": "sigle", "entree": "CAF"})
    client.get("/animation")
    assert "CAF" not in app.extensions["ruche"].vocabulary.acronyms
    client.post("/animation/vocabulaire/historique/1/annulation")
    client.get("/animation")
    assert "CAF" in app.extensions["ruche"].vocabulary.acronyms


@pytest.mark.parametrize("number", [0, 7, 10**30])
def test_a_change_that_never_was_is_not_found(client: FlaskClient, number: int) -> None:
    """Nothing breaks."""
    assert client.post(f"/animation/vocabulaire/historique/{number}/annulation").status_code == 404


# Searches without a result


def test_the_loop_from_nothing_found_to_found(client: FlaskClient, app: Flask, catalogue: Catalogue) -> None:
    """Searched in vain, proposed, added in one click, found; then it leaves the list by itself."""
    today = datetime.now().astimezone().date()
    catalogue.usage.add({DailySearch("busdroits", today): SearchTally(3, 0)}, {})
    page = tree_of(client.get("/animation/recherches-sans-resultat"))
    form = next(each for each in page.forms if each.xpath(".//button[@name='synonyme']"))
    (proposed,) = form.xpath(".//button[@name='synonyme']/@value")
    answer = client.post(form.action, data=dict(form.form_values()) | {"synonyme": proposed}, follow_redirects=True)
    assert "trouve maintenant" in tree_of(answer).xpath("string(//div[@role='status'])")
    assert "Aucun document ne répond" not in client.get("/recherche?q=busdroits").text
    app.extensions["ruche.usage"].flush()
    assert catalogue.usage.list_fruitless(today, 9) == ()


def test_what_others_opened_next_is_linked_in_one_gesture(
    client: FlaskClient, app: Flask, catalogue: Catalogue, library: SmallLibrary
) -> None:
    """Nothing found, searched anew, opened: the words that followed are proposed, and the document by its title."""
    for _ in range(2):
        client.get("/recherche?q=caravane")
        client.get("/recherche?q=bus", headers={"Referer": "http://localhost/recherche?q=caravane"})
        client.get(f"/documents/{library.ids[SLIDES]}?q=bus", headers={"Referer": "http://localhost/recherche?q=bus"})
        # Nobody has looked at what a link checker or a browser asks for ahead.
        ahead = {"Referer": "http://localhost/recherche?q=bus"}
        client.head(f"/documents/{library.ids[LONG_PAGE]}?q=bus", headers=ahead)
        client.get(f"/documents/{library.ids[LONG_PAGE]}?q=bus", headers=ahead | {"Sec-Purpose": "prefetch;prerender"})
        # A shared address, and a reload of the document, come from no results.
        client.get(f"/documents/{library.ids[LONG_PAGE]}?q=bus")
        client.get(f"/documents/{library.ids[LONG_PAGE]}?q=bus", headers={"Referer": "http://autre.example/?q=bus"})
    app.extensions["ruche.usage"].flush()
    page = tree_of(client.get("/animation/recherches-sans-resultat"))
    (row,) = page.xpath("//li[h3[contains(., 'caravane')]]")
    assert row.xpath(".//button[@name='synonyme']/@value")[0] == "bus"
    assert row.xpath(".//button[@name='document']/@value") == [library.ids[SLIDES]]
    assert "/questions/nouvelle?" in row.xpath("string(.//a[contains(@href, 'questions/nouvelle')]/@href)")
    form = {"recherche": "caravane", "document": library.ids[SLIDES]}
    answer = client.post("/animation/recherches-sans-resultat/document", data=form, follow_redirects=True)
    assert "trouve maintenant" in tree_of(answer).xpath("string(//div[@role='status'])")
    assert library.ids[SLIDES] in client.get("/recherche?q=caravane").text
    (judged,) = catalogue.judged_questions.list_all()
    assert (judged.text, judged.document_ids) == ("caravane", (library.ids[SLIDES],))


def test_a_document_that_members_do_not_see_is_not_linked(
    client: FlaskClient, catalogue: Catalogue, library: SmallLibrary
) -> None:
    """Its title, as a synonym, would be read by all."""
    id_ = library.ids[SLIDES]
    with catalogue.transaction() as transaction:
        transaction.documents.reserve(id_, frozenset({ANIMATORS}))
    form = {"recherche": "caravane", "document": id_}
    assert client.post("/animation/recherches-sans-resultat/document", data=form).status_code == 404
    assert catalogue.judged_questions.list_all() == ()
    assert catalogue.vocabulary_changes.list_all() == ()


def test_words_of_one_s_own_join_the_group_that_has_them(client: FlaskClient, app: Flask, catalogue: Catalogue) -> None:
    """A second synonym of the same goes into the same group."""
    for text in ("camionnette", "roulotte"):
        data = {"recherche": text, "synonyme": "bus sillonnant"}
        client.post("/animation/recherches-sans-resultat/synonyme", data=data)
    groups = [each.entry for each in catalogue.vocabulary_changes.list_all() if each.kind is EntryKind.SYNONYMS]
    assert groups[0] == ("bus sillonnant", "camionnette", "roulotte")
    client.get("/animation")
    assert app.extensions["ruche"].vocabulary.synonyms["bus-sillonnant"] == groups[0]


@pytest.mark.parametrize("other", ["", "  ", "péniche"])
def test_a_synonym_must_be_another_expression(client: FlaskClient, catalogue: Catalogue, other: str) -> None:
    """Told, and nothing kept."""
    data = {"recherche": "péniche", "synonyme": other}
    answer = client.post("/animation/recherches-sans-resultat/synonyme", data=data, follow_redirects=True)
    assert "deux expressions au moins\u00a0: donnez-en une autre" in answer.text
    assert catalogue.vocabulary_changes.list_all() == ()


def test_a_search_is_taken_off_the_list(client: FlaskClient, catalogue: Catalogue) -> None:
    """Its words are forgotten, its count stays."""
    today = datetime.now().astimezone().date()
    catalogue.usage.add({DailySearch("asdf", today): SearchTally(3, 0)}, {})
    client.post("/animation/recherches-sans-resultat/oubli", data={"recherche": "asdf"})
    assert catalogue.usage.list_fruitless(today, 9) == ()
    assert catalogue.usage.count_searches_by_day(today)[today][0] == 3


# Home


def test_home_says_what_waits(client: FlaskClient, catalogue: Catalogue) -> None:
    """With its number and where to go; what is done is said so."""
    page = tree_of(client.get("/animation"))
    tasks = {each.xpath("string(span)"): each.xpath("string(strong)") for each in page.xpath("//a[@class='task']")}
    assert tasks["documents à vérifier"] == str(catalogue.decisions.count_doubtful(EVERYONE))
    assert "Toutes les recherches récentes ont trouvé" in page.text_content()


# Files


def test_a_failed_file_is_read_again(client: FlaskClient, catalogue: Catalogue) -> None:
    """One button at its line; a file that is no longer in failure is told so."""
    page = tree_of(client.get("/animation/fichiers?etat=en-echec"))
    form = next(each for each in page.forms if each.action.endswith("relecture"))
    (path,) = form.xpath(".//button/@value")
    assert path == DAMAGED
    assert catalogue.file_statuses.count_by_state().get(FileState.FAILED) == 1
    assert "va être relu" in client.post(form.action, data={"fichier": path}, follow_redirects=True).text
    assert catalogue.file_statuses.count_by_state().get(FileState.FAILED, 0) == 0
    for odd in (SLIDES, "nulle/part.pdf", ""):
        answer = client.post(form.action, data={"fichier": odd}, follow_redirects=True)
        assert "n’est plus en échec" in answer.text


def test_deletions_held_back_wait_for_a_word(tmp_path: Path) -> None:
    """An emptied folder is no order: the page says so, one button agrees, and only then do documents go."""
    settings = Settings(library=tmp_path / "bibliotheque", data=tmp_path / "donnees", settle_seconds=0.1)
    settings.library.mkdir()
    files = [settings.library / f"note {number}.txt" for number in range(20)]
    for number, file in enumerate(files):
        file.write_text(f"note numéro {number}", encoding="utf-8")
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    client, catalogue = app.test_client(), app.extensions["ruche"].catalogue
    with open_indexer(settings) as indexer:
        _step_until(indexer, lambda: catalogue.documents.count_all().documents == len(files))
        for file in files[:15]:
            file.unlink()
        _step_until(indexer, lambda: catalogue.indexer.read_state().guard)
        assert catalogue.documents.count_all().documents == len(files)
        page = tree_of(client.get("/animation/fichiers"))
        assert "attendent votre accord" in page.xpath("string(//div[@role='alert'])")
        assert "à confirmer" in client.get("/animation").text
        form = next(each for each in page.forms if each.action.endswith("suppressions"))
        assert "15\u00a0suppressions confirmées" in client.post(form.action, follow_redirects=True).text
        _step_until(indexer, lambda: catalogue.documents.count_all().documents == 5)
    assert "Indexeur" in client.get("/animation/fichiers").text


def _step_until(indexer: Indexer, wanted: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not wanted():
        assert time.monotonic() < deadline
        indexer.run_once()


def test_what_the_indexer_says_is_told(client: FlaskClient) -> None:
    """Where none ever ran, files would wait for ever: it is said."""
    assert "Aucun indexeur n’a encore travaillé ici" in client.get("/animation/fichiers").text


def test_members_see_states_without_buttons(client: FlaskClient) -> None:
    """The page of everyone only reads."""
    page = tree_of(client.get("/etat"))
    assert not page.xpath("//form[@method='post']")
    assert page.xpath("//li[@class='heap']")
