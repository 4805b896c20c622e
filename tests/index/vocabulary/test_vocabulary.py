"""The field's words, and what an administrator adds to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.model.facets import Facet
from index.vocabulary.vocabulary import VocabularyError
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_shipped() -> None:
    """Only the territories that have a source are there; none of the others is made up."""
    vocabulary = load_vocabulary()
    assert len(vocabulary.territories) == 24
    assert vocabulary.territories["rennes"].department_code == "35"
    assert vocabulary.label(Facet.THEME, "aller-vers") == "Aller-vers"
    assert vocabulary.acronyms["RSA"].meaning == "Revenu de solidarité active"


def test_an_administrator_adds_and_replaces(tmp_path: Path) -> None:
    """A missing territory can be added, and a label changed, without touching what is shipped."""
    extra = tmp_path / "vocabulaire.yaml"
    extra.write_text(
        "territoires:\n- {id: brest, nom: Brest}\nthemes:\n- {id: rural, libelle: Campagnes}\n", encoding="utf-8"
    )
    vocabulary = load_vocabulary(extra)
    assert len(vocabulary.territories) == 25
    assert vocabulary.label(Facet.TERRITORY, "brest") == "Brest"
    assert vocabulary.label(Facet.THEME, "rural") == "Campagnes"


def test_an_unknown_value_is_its_own_label() -> None:
    """A tag whose entry was removed is shown all the same."""
    assert load_vocabulary().label(Facet.TERRITORY, "disparu") == "disparu"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("territoires: [", "YAML"),
        ("- liste", "listes nommées"),
        ("territoires:\n- {id: brest}", "il manque nom"),
        ("sigles:\n- rsa", "il manque sigle"),
    ],
)
def test_a_wrong_file_is_explained(tmp_path: Path, text: str, said: str) -> None:
    """A mistake in the file is told with its place, not as a traceback."""
    extra = tmp_path / "vocabulaire.yaml"
    extra.write_text(text, encoding="utf-8")
    with pytest.raises(VocabularyError, match=said):
        load_vocabulary(extra)


def test_an_absent_file_is_explained(tmp_path: Path) -> None:
    """A setting that names no file says which setting."""
    with pytest.raises(VocabularyError, match="vocabulary"):
        load_vocabulary(tmp_path / "absent.yaml")
