"""A list of results as a table."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import FileStat, Locator, Passage, Unit
from tests.composition import create_app
from tests.webapp.small_library import HOSTILE_TITLE, LONG_TITLE, SLIDES, build
from tests.webapp.xpath import page
from webapp.exchange.csv_export import MAX_ROWS
from webapp.server.csv_tables import escape_cell

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    """The table as a French spreadsheet reads it."""
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.data.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_table_holds_what_the_page_lists(client: FlaskClient, library: SmallLibrary) -> None:
    """The link of the page carries words, filters and order; the table has all pages at once."""
    shown = page(client.get("/recherche?q=non-recours&format=pptx&page=1"))
    (link,) = shown.xpath("//a[contains(., 'tableur')]/@href")
    (row,) = rows(client, link)
    assert row == {
        "Titre": "Aller vers les personnes éloignées de leurs droits",
        "Format": "Diaporama",
        "Date": "2024-01-25",
        "Type de rendez-vous": "Webinaire",
        "Rendez-vous": "L’aller vers",
        "Thèmes": "Aller-vers",
        "Territoires": "Grigny",
        "Départements": "Essonne",
        "Régions": "Île-de-France",
        "Publics visés": "",
        "Auteurs": "",
        "Description": "",
        "Durée": "",
        "Ajouté le": row["Ajouté le"],
        "Modifié le": row["Modifié le"],
        "Adresse": f"http://localhost/documents/{library.ids[SLIDES]}",
        "Fichier": SLIDES,
    }
    everything = rows(client, "/recherche.csv?page=2")
    assert len(everything) == len(library.documents) > 10
    assert {HOSTILE_TITLE, LONG_TITLE} < {each["Titre"] for each in everything}
    assert {each["Adresse"].rpartition("/")[2] for each in everything} == set(library.documents)


def test_nothing_found_is_an_empty_table(client: FlaskClient) -> None:
    """The headings alone; the page offers none."""
    assert rows(client, "/recherche.csv?q=zanzibar") == []
    assert page(client.get("/recherche?q=zanzibar")).xpath("//a[contains(., 'tableur')]") == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+33 1", "'+33 1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        (" =1", "'=1"),
        ("\r\n=1", "'=1"),
        ("＝1", "'＝1"),
        ("Bilan = suite", "Bilan = suite"),
        ("Bilan\nsuite\u00a0: « a »", "Bilan suite\u00a0: « a »"),
        ("", ""),
    ],
)
def test_no_text_becomes_a_formula(text: str, written: str) -> None:
    """Nor leaves its cell, whatever a title begins with."""
    assert escape_cell(text) == written


def test_a_long_list_is_cut_and_says_so(tmp_path: Path) -> None:
    """The link tells beforehand how many the table will hold."""
    library = build(tmp_path)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        with catalogue.transaction() as transaction:
            for number in range(MAX_ROWS):
                passage = Passage(0, Locator(Unit.PAGE, 1), f"Le texte {number} {number * 7} {number * 11}")
                id_ = transaction.documents.create(Content(f"{number:064}", "pdf", f"=Document {number}", (passage,)))
                transaction.files.save(FileLocation(f"lot/{number}.pdf", FileStat(1, 1, 0), f"{number:064}", id_))
        with IndexSynchroniser(library.settings.index_folder, catalogue) as follower:
            follower.synchronise()
    client = create_app(library.settings).test_client()
    assert "les 1\u202f000 premiers documents" in client.get("/recherche").text
    found = rows(client, "/recherche.csv?q=texte")
    assert len(found) == MAX_ROWS
    assert all(each["Titre"].startswith("'=Document") for each in found)
