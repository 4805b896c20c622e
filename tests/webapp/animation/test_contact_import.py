"""Import of a directory: what would change is shown first, and everybody proposed agrees before they are shown."""

from __future__ import annotations

import io
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from index.accounts import NewAccount, Role
from index.model import Locator, Passage, Unit
from tests.composition import create_app
from tests.webapp.accounts import guarded, joined, send_form, signed_in
from tests.webapp.small_library import Entry, SmallLibrary, build
from webapp.server import services_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

YEAR = timedelta(days=365)
HEAD = "Nom;Fonction;Organisation;Territoire;Thèmes;Courriel;Téléphone;Adresse;Depuis;Jusqu’au;Compte"
BUS = ";Coordination aller-vers;CCAS de Grigny;Grigny;Aller-vers, RGPD;bus@ccas.example;01 23 45 67 89;;12/03/2024;;"
CARDS = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Coordination aller-vers\r\nN:;;;;\r\nORG:CCAS\\; de Grigny;Pôle bus\r\n"
    "TITLE:Coordination aller-vers\r\nitem1.EMAIL;TYPE=WORK:bus@ccas.example\r\nTEL;WORK;VOICE:01 23 45 67 89\r\n"
    "CATEGORIES:Aller-vers\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=A9 =\r\nDupuis\r\nN:Dupuis;Zoe\r\n"
    "ORG:Ville\r\nEMAIL;INTERNET:zoe@ville.example\r\nEND:VCARD\r\n"
)
SHEET, NO_SHEET = "outils/Annuaire.xlsx", "outils/Notes.pdf"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A small library with a directory laid as a spreadsheet, of which empty cells left no trace in its text."""
    rows = (
        "Annuaire de la communauté",
        "Fonction | Organisation | Territoire | Thèmes | Courriel | Téléphone | Depuis",
        "Coordination | CCAS de Grigny | Grigny | Aller-vers | bus@ccas.example | 01 23 45 67 89 | 12/03/2024",
        "Accueil | Mairie de Flers | Flers | accueil@flers.example",
        "Mairie de Rennes | rennes@ville.example",
    )
    # The third row has no function, no territory and no telephone: their places are lost.
    sheet = Entry(SHEET, "xlsx", "Annuaire", (Passage(0, Locator(Unit.SHEET, 1), "\n".join(rows)),))
    return build(tmp_path_factory.mktemp("annuaire"), more=[sheet, Entry(NO_SHEET, "pdf", "Notes")])


@pytest.fixture
def app(library: SmallLibrary, tmp_path: Path) -> Flask:
    """An application over it, with accounts in a catalogue of the test's own."""
    own = library.settings.model_copy(update={"data": tmp_path})
    shutil.copytree(library.settings.data, tmp_path, dirs_exist_ok=True)
    made = create_app(guarded(SmallLibrary(own, library.ids)))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def animator(app: Flask) -> FlaskClient:
    """An animator who is signed in."""
    return signed_in(app, joined(app, NewAccount("anne@ruche.example", "Anne", Role.ANIMATOR)))


def _preview(animator: FlaskClient, data: bytes | str = b"", document: str = "") -> TestResponse:
    sent = data.encode() if isinstance(data, str) else data
    form = {"document": document} | ({"fichier": (io.BytesIO(sent), "annuaire.csv")} if sent else {})
    return animator.post("/animation/annuaire/import", data=form)


def _read(page: TestResponse) -> str:
    return page.text.replace("\u00a0", " ").replace("&nbsp;", " ")


def _apply(animator: FlaskClient, page: TestResponse, *lines: int) -> TestResponse:
    chosen = [str(each) for each in lines]
    return send_form(animator, page.text, "/animation/annuaire/import/application", ligne=chosen)


def _known(app: Flask) -> list[tuple[str, str, tuple[str, ...]]]:
    found = services_of(app).catalogue.directory.list_all(YEAR)
    return [(each.mail, each.latest.organisation, each.latest.themes) for each in found]


def test_a_table_is_shown_before_it_changes_anything(app: Flask, animator: FlaskClient) -> None:
    """What does not fit says why; only the chosen lines are proposed, and wait for their person."""
    page = _preview(animator, f"{HEAD}\n{BUS}\n;;Ville;;;x;;;;;\n{BUS}\nZoé;;Ville;;;zoe@ville.example;;;;;\n")
    text = _read(page)
    assert "4 lignes lues : 2 × nouvelle fiche" in text
    assert "Il manque le nom ou la fonction" in text
    assert "La même fiche est déjà plus haut" in text
    assert "Depuis : <ins>2024-03-12</ins>" in text
    assert _known(app) == []
    assert _apply(animator, page, 0).status_code == 303
    assert _known(app) == [("bus@ccas.example", "CCAS de Grigny", ("aller-vers", "rgpd"))]
    assert services_of(app).catalogue.directory.list_visible(YEAR) == ()


def test_a_second_import_changes_what_differs(app: Flask, animator: FlaskClient) -> None:
    """What is the same is left alone, what tells more waits, what tells less holds at once, other tools' box stays."""
    directory = services_of(app).catalogue.directory
    person = joined(app, NewAccount("bus@ccas.example", "Bus"))
    _apply(animator, _preview(animator, f"{HEAD}\n{BUS}\n"), 0)
    (contact,) = directory.list_all(YEAR)
    assert contact.proposed
    directory.save_own(person, contact.proposed, contact.id)
    signed_in(app, person).post("/annuaire/ma-fiche", data={"fiche": contact.id})
    # The same file once more: nothing to do.
    assert "1 × rien ne change" in _preview(animator, f"{HEAD}\n{BUS}\n").text
    more = _preview(animator, f"{HEAD}\n{BUS.replace('01 23', '09 23')}\n")
    assert "<del>01 23 45 67 89</del> <ins>09 23 45 67 89</ins>" in more.text
    assert "changement, proposé à la personne" in more.text.replace("Changement", "changement")
    less = _preview(animator, f"{HEAD}\n{BUS.replace('01 23 45 67 89', '-')}\n")
    # Someone changes the directory while the animator reads.
    directory.propose([], "anne")
    directory.erase(contact.id, "anne")
    # The page still shows what is gone.
    stale = _apply(animator, less, 0)
    assert "a changé depuis" in stale.text
    assert _known(app) == []


def test_cards_of_any_version_are_read(app: Flask, animator: FlaskClient) -> None:
    """Groups, parameters without a name, escapes, accents of version 2.1 that go on in the next line."""
    page = _preview(animator, CARDS)
    assert "2 × nouvelle fiche" in _read(page)
    _apply(animator, page, 0, 1)
    assert _known(app) == [
        ("bus@ccas.example", "CCAS; de Grigny, Pôle bus", ("aller-vers",)),
        ("zoe@ville.example", "Ville", ()),
    ]
    assert [each.latest.name for each in services_of(app).catalogue.directory.list_all(YEAR)] == ["", "Zoé Dupuis"]


def test_what_is_exported_can_be_imported(app: Flask, animator: FlaskClient) -> None:
    """As a table and as cards: nothing changes then."""
    directory = services_of(app).catalogue.directory
    person = joined(app, NewAccount("bus@ccas.example", "Bus"))
    _apply(animator, _preview(animator, f"{HEAD}\n{BUS}\n"), 0)
    (contact,) = directory.list_all(YEAR)
    form = {
        "fonction": "Coordination aller-vers; bus",
        "organisation": "=CCAS, Grigny",
        "theme": ["aller-vers"],
        "territoire": "grigny",
        "courriel": "bus@ccas.example",
        "adresse": "1 rue, X",
        "telephone": "+33 1 23 45 67 89",
        "transmise": "1",
        "accord": "1",
        "fiche": contact.id,
    }
    assert signed_in(app, person).post("/annuaire/ma-fiche", data=form).status_code == 303
    table, cards = (animator.get(f"/animation/annuaire/annuaire.{each}") for each in ("csv", "vcf"))
    assert "'=CCAS, Grigny" in table.text
    for each in (table, cards):
        assert "1 × rien ne change" in _preview(animator, each.data).text
    assert cards.content_type == "text/vcard; charset=utf-8"


def test_a_spreadsheet_of_the_library_can_be_the_source(
    app: Flask, animator: FlaskClient, library: SmallLibrary
) -> None:
    """By its address; empty cells are found where one place alone fits, and said to be lost elsewhere."""
    id_ = library.ids[SHEET]
    page = _preview(animator, document=f"https://ruche.example/documents/{id_}?q=annuaire#feuille-1")
    text = _read(page)
    assert "2 × nouvelle fiche" in text
    assert "Des cases vides se confondent" in text or "Il manque le nom ou la fonction" in text
    _apply(animator, page, 0, 1)
    assert _known(app) == [
        ("bus@ccas.example", "CCAS de Grigny", ("aller-vers",)),
        ("accueil@flers.example", "Mairie de Flers", ()),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Choisissez un fichier"),
        (b"PK\x03\x04\x00\x00", "n’est pas un tableau CSV"),
        (b"Nom;Ville\nAda;Grigny\n", "La première ligne doit nommer les colonnes"),
        (f"{HEAD}\n".encode() + b"x;\n" * 151, "importez-en 150 au plus"),
        (b"BEGIN:VCARD\r\nFN:x\r\n", "abîmées"),
        (b"BEGIN:VCARD\r\nFN\r\nEND:VCARD\r\n", "abîmées"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n" * 151, "importez-en 150 au plus"),
    ],
)
def test_what_is_no_directory_is_refused(app: Flask, animator: FlaskClient, data: bytes, words: str) -> None:
    """With a sentence that says what to do."""
    page = _preview(animator, data)
    assert page.status_code == 422
    assert words in _read(page)
    assert _known(app) == []


def test_a_document_that_is_no_table_or_not_theirs(animator: FlaskClient, library: SmallLibrary) -> None:
    """The one is refused in words, the other does not exist."""
    assert "n’a pas de tableau de contacts" in _preview(animator, document=library.ids[NO_SHEET]).text
    assert _preview(animator, document="inconnu").status_code == 404
    answer = animator.post("/animation/annuaire/import/application", data={"lignes": "x"})
    assert answer.status_code == 422
