"""The registry of facets: filters, forms, the API, exports and assistants all follow it."""

from __future__ import annotations

import csv
import inspect
import io
from typing import TYPE_CHECKING

import pytest
from werkzeug.datastructures import MultiDict

from index.model import FACETS, MANUAL_FACETS, Facet, FacetSpec
from index.vocabulary import EntryKind
from indexer.describe.sidecars import parse_sidecar
from tests.composition import load_vocabulary
from tests.webapp.small_library import SLIDES
from tests.webapp.xpath import page as tree_of
from webapp.animation.vocabulary_editor import LIST_TITLES
from webapp.mcp.answer_schemas import DocumentAnswer
from webapp.mcp.assistant_tools import AssistantTools
from webapp.mcp.mcp_server import _RESOURCES
from webapp.pages.search_params import read_selection

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary

by_facet = pytest.mark.parametrize("spec", FACETS, ids=lambda spec: spec.slug)


@by_facet
def test_an_address_filters_by_it(spec: FacetSpec) -> None:
    """Its slug is the parameter of pages."""
    assert read_selection(MultiDict({spec.slug: "x"})) == {spec.facet: frozenset({"x"})}


@by_facet
def test_the_api_filters_by_it(client: FlaskClient, spec: FacetSpec) -> None:
    """Its slug is a parameter of a search, and a member of what is counted."""
    answer = client.get("/api/v1/search", query_string={spec.slug: "x"})
    assert answer.status_code == 200
    assert spec.slug in answer.get_json()["facets"]


@by_facet
def test_the_api_lists_its_values(client: FlaskClient, spec: FacetSpec) -> None:
    """A list of the registry is an address, which gives all the entries of the vocabulary."""
    if spec.api_list:
        listed = client.get(f"/api/v1/{spec.api_list.replace('_', '-')}").get_json()[spec.api_list]
        assert [each["id"] for each in listed] == list(load_vocabulary().entries_of(spec.facet))


def test_the_table_has_its_column(client: FlaskClient) -> None:
    """Each column of the registry is in the CSV file, once."""
    header = next(csv.reader(io.StringIO(client.get("/recherche.csv").data.decode("utf-8-sig")), delimiter=";"))
    assert len(header) == len(set(header))
    columns = {spec.csv_column for spec in FACETS if spec.csv_column}
    assert columns <= set(header)


@by_facet
def test_a_sidecar_knows_its_keys(spec: FacetSpec) -> None:
    """Each key is understood: with a label of the vocabulary nothing is wrong."""
    for key in spec.sidecar_keys:
        label = next(iter(load_vocabulary().entries_of(spec.facet).values())).label
        assert parse_sidecar("Divers/_fiche.yaml", f"{key}: {label}", load_vocabulary()).problems == ()


def test_assistants_may_filter_by_it() -> None:
    """Parameters stand in the order of the registry; those with names for values have a resource."""
    names = [spec.assistant_name for spec in FACETS if spec.assistant_name]
    parameters = list(inspect.signature(AssistantTools.search).parameters)
    assert parameters == ["self", "question", *names, "nombre", "page"]
    assert list(_RESOURCES) == [name for name in names if name != Facet.YEAR.spec.assistant_name]
    assert {facet.spec.api_list for facet in MANUAL_FACETS} <= set(DocumentAnswer.model_fields)


def test_animators_forms_offer_what_is_set_by_hand(client: FlaskClient, library: SmallLibrary) -> None:
    """The deposit form, the bulk form and a document's form have the values of each facet set by hand."""
    deposit = tree_of(client.get("/animation/depot"))
    bulk = tree_of(client.get("/animation/documents"))
    document = tree_of(client.get(f"/animation/qualifier/{library.ids[SLIDES]}"))
    for facet in MANUAL_FACETS:
        slugs = set(load_vocabulary().entries_of(facet))
        assert set(deposit.xpath(f"//input[@name='{facet.value}']/@value")) == slugs
        assert set(document.xpath(f"//input[@name='{facet.value}']/@value")) == slugs
        assert {f"{facet.value}:{slug}" for slug in slugs} <= set(bulk.xpath("//option/@value"))


def test_the_vocabulary_editor_has_every_list(client: FlaskClient) -> None:
    """Each kind of entry has a list, under the plural of its facet."""
    assert set(LIST_TITLES) == set(EntryKind)
    for kind in EntryKind:
        page = client.get("/animation/vocabulaire", query_string={"liste": kind.value}).text
        assert (kind.facet.spec.plural if kind.facet else LIST_TITLES[kind][0]) in page
