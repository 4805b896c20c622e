"""What a page of results asks of the catalogue: few statements, however many documents it shows, none of them twice."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from flask import url_for
from sqlalchemy import Engine, create_engine, event

from extractors import FORMATS
from index.catalogue import Catalogue
from index.catalogue.repositories import load_all_tables
from index.catalogue.tables import Base
from index.model import Facet
from index.search import Question
from tests.webapp.small_library import SLIDES, VIDEO, build
from webapp.app import create_app
from webapp.pages.search_page import home_content
from webapp.pages.search_params import (
    document_address,
    facet_address,
    facet_question,
    gather_address,
    preview_address,
    search_address,
    word_query,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.webapp.small_library import SmallLibrary

MOST_STATEMENTS = 25
"""Of a page of results with the card of an event: a document more adds none."""

IN_FORCE = ("clock", "folder_rule")
"""Tables of a few rows that say what is in force: each part of a page asks them when it begins."""

Statement = tuple[str, Any]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A small library whose deck and replay are aligned."""
    built = build(tmp_path_factory.mktemp("cost"))
    with closing(Catalogue.open(built.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        transaction.chapters.save(built.ids[VIDEO], built.ids[SLIDES], "", [(1, 0.0, 0.9), (2, 754.4, 0.8)])
    return built


@contextmanager
def watch() -> Iterator[list[Statement]]:
    """Note the statements that all catalogues are asked, with their values, but for the counts of usage."""
    noted: list[Statement] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        # Written by another thread, whenever it likes.
        if statement.startswith("SELECT") and "searched" not in statement:
            noted.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("address", ["/recherche?q=bus+des+droits", "/recherche?q=droits", "/api/v1/search?q=droits"])
def test_an_answer_asks_little_of_the_catalogue(library: SmallLibrary, address: str) -> None:
    """A statement for each kind of thing that it shows, not one for each document, and nothing is read twice."""
    client = create_app(library.settings, FORMATS).test_client()
    # Another question: an answer that is remembered asks next to nothing.
    client.get(f"{address.partition('=')[0]}=accueil")
    with watch() as noted:
        assert client.get(address).status_code == 200
    assert any("FROM passage" in statement for statement, _ in noted)
    times = Counter(repr(each) for each in noted if not each[0].rpartition("FROM ")[2].startswith(IN_FORCE))
    assert {statement: count for statement, count in times.items() if count > 1} == {}
    assert len(noted) <= MOST_STATEMENTS


def test_documents_of_a_page_are_looked_up_by_their_keys(library: SmallLibrary) -> None:
    """No statement of an answer goes through all documents, passages or tags: it costs the same in a large library."""
    client = create_app(library.settings, FORMATS).test_client()
    with watch() as noted:
        client.get("/recherche?q=bus+des+droits")
    assert noted
    with create_engine(library.settings.catalogue_url).connect() as connection:
        for statement, values in noted:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            slow = [
                step for step in plan if step.startswith(("SCAN document", "SCAN passage", "SCAN tag", "SCAN place"))
            ]
            assert slow == [], statement
            # What says « a part of none » is true of nearly all: such a condition leads to no document.
            assert "part_of IS NULL" not in statement or "document_part_of" not in plan[0], statement


def test_addresses_that_are_filled_in_are_those_that_are_built(library: SmallLibrary) -> None:
    """Of documents, of their places alone, and of what gathers them, with the words as `url_for` writes them."""
    app = create_app(library.settings, FORMATS)
    words: dict[str, Any] = {"q": "l’accès & « droits » ?", "exact": "1"}
    with app.test_request_context("/"):
        query = word_query(Question(words["q"], exact=True))
        document = library.ids[SLIDES]
        assert document_address(document) == url_for("documents.show", document_id=document)
        assert document_address(document, query) == url_for("documents.show", document_id=document, **words)
        place: dict[str, Any] = {"document_id": document, "name": "diapositive-2"}
        assert preview_address(document, "diapositive-2", query) == url_for("places.show", **place, **words)
        assert preview_address(document, "diapositive-2", "") == url_for("places.show", **place)
        assert gather_address(document) == url_for("dossiers.choose", document=document)
        for anchor in ("page-3", "un lieu & un autre"):
            built = url_for("dossiers.choose", document=document, lieu=anchor)
            assert gather_address(document, anchor) == built
        for value in ("aller-vers", "seine~saint-denis", "à & b"):
            built = search_address(facet_question(Facet.THEME, value))
            assert facet_address(Facet.THEME, value) == built


def test_the_home_page_reads_no_table_whose_changes_are_not_counted(library: SmallLibrary) -> None:
    """It is kept until what the catalogue shows changes: what it shows must be part of that."""
    app = create_app(library.settings, FORMATS)
    with app.test_request_context("/"), watch() as noted:
        content = home_content()
    assert content.deposits
    read = set(re.findall(r"\b(?:FROM|JOIN) (\w+)", " ".join(statement for statement, _ in noted)))
    load_all_tables()
    unshown = {name for name, table in Base.metadata.tables.items() if not table.info["is_shown"]}
    assert {"document", "event", "place"} <= read
    assert read & unshown == {"clock"}
