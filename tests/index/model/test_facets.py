"""The registry of facets: each is described in full, and every table of `index` follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.generations import generation_store
from index.model import EXPECTED_FACETS, FACETS, MANUAL_FACETS, SET_FACETS, Facet, FacetSpec, list_family
from index.query import Tagged, parse_query
from index.text import fold_accents
from index.vocabulary import EntryKind
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = load_vocabulary()
SLUG_LENGTH = 16
"""Characters of the catalogue's columns that hold a facet."""

by_facet = pytest.mark.parametrize("spec", FACETS, ids=lambda spec: spec.slug)


def test_every_facet_has_one_line_in_the_order_of_the_enum() -> None:
    """The order of filters is that of the registry, wherever one goes through the facets."""
    assert tuple(spec.facet for spec in FACETS) == tuple(Facet)
    assert all(facet.spec.facet is facet for facet in Facet)


@by_facet
def test_a_facet_is_described_in_full(spec: FacetSpec) -> None:
    """What goes together is there together: a list of values has its kind, what is set by hand has a list."""
    assert spec.label
    assert spec.plural
    assert len(spec.slug) <= SLUG_LENGTH
    assert bool(spec.assistant_name) == bool(spec.assistant_hint)
    assert len(spec.schema_org) in {0, 1, 3}
    assert all(key == fold_accents(key) for key in spec.sidecar_keys)
    if spec.manual:
        assert spec.vocabulary_list
        assert spec.sidecar_keys
        assert spec.api_list
    if spec.text_rule:
        assert spec.vocabulary_list
        assert not spec.single


@pytest.mark.parametrize("names", ["query_names", "sidecar_keys"])
def test_a_name_stands_for_one_facet(names: str) -> None:
    """A name in a question or a sidecar is understood in one way."""
    said = [name for spec in FACETS for name in getattr(spec, names)]
    assert len(said) == len(set(said))


def test_members_and_columns_are_told_apart() -> None:
    """No two facets share a list of the API, a parameter of the assistants or a column."""
    for name in ("api_list", "assistant_name", "csv_column", "vocabulary_list"):
        said = [getattr(spec, name) for spec in FACETS if getattr(spec, name)]
        assert len(said) == len(set(said))


@by_facet
def test_the_vocabulary_holds_the_values(spec: FacetSpec) -> None:
    """A facet with a list in the files has entries, which are a kind of their own; others have none."""
    kinds = [kind for kind in EntryKind if kind.facet is spec.facet]
    assert len(kinds) == bool(spec.vocabulary_list)
    assert bool(VOCABULARY.entries_of(spec.facet)) == bool(spec.vocabulary_list)
    assert all(VOCABULARY.entries_of_kind(kind) == VOCABULARY.entries_of(spec.facet) for kind in kinds)


@by_facet
def test_the_grammar_reads_the_names(spec: FacetSpec) -> None:
    """A field is read with and without its accents, in capitals too."""
    for name in spec.query_names:
        for written in (name, fold_accents(name), name.upper()):
            assert parse_query(f"{written}:2024", VOCABULARY) == Tagged(spec.facet, frozenset({"2024"}))


def test_a_territory_brings_its_areas_along() -> None:
    """The smallest area comes first."""
    assert list_family(Facet.TERRITORY) == (Facet.TERRITORY, Facet.DEPARTMENT, Facet.REGION)
    assert list_family(Facet.THEME) == (Facet.THEME,)


def test_sets_of_facets_are_those_agreed_with_others() -> None:
    """Harvesters keep the sets that they know; what animators set by hand can be looked for among what lacks it."""
    assert SET_FACETS == (Facet.THEME, Facet.TERRITORY)
    assert set(EXPECTED_FACETS) - {Facet.EVENT} <= set(MANUAL_FACETS)


def test_an_index_of_other_facets_is_rebuilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index made before a facet came has no field for it: it is of another version."""
    generation_store.write_state(tmp_path, dict(generation_store.current_versions("tantivy")))
    assert generation_store.is_current(tmp_path, "tantivy")
    fewer = ",".join(sorted(spec.slug for spec in FACETS[1:]))
    monkeypatch.setattr(generation_store, "FACET_FINGERPRINT", fewer)
    assert not generation_store.is_current(tmp_path, "tantivy")
