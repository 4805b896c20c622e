"""What is proposed for a search that found nothing means the same, or is the same with a mistake; nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from index.search.near_expressions import find_meant_expressions
from index.vocabulary.vocabulary import Acronym
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from index.vocabulary import Vocabulary


def make_vocabulary() -> Vocabulary:
    """The vocabulary of the product, with a few entries more."""
    known = load_vocabulary()
    acronyms = {**known.acronyms, "AME": Acronym("AME", "aide médicale d’État")}
    synonyms = {
        "campagne": ("campagne", "milieu rural"),
        "bus": ("bus des droits", "camion des droits"),
        "emploi": ("demandeur d’emploi", "personne au chômage"),
    }
    return replace(known, acronyms=acronyms, synonyms=synonyms)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        # By meaning: an entry holds all the words, and says it otherwise.
        ("chômage", "demandeur d’emploi"),
        ("aide médicale", "AME"),
        # By spelling: a mistake, words that are joined.
        ("canpagne", "campagne"),
        ("busdroits", "bus des droits"),
        ("milieurural", "milieu rural"),
    ],
)
def test_what_is_meant_is_proposed(text: str, first: str) -> None:
    """The likeliest is among the first three."""
    assert first in find_meant_expressions(text, make_vocabulary(), 3)


@pytest.mark.parametrize(
    ("text", "never"),
    [
        # Letters in common are no meaning in common.
        ("chômage", {"campagne", "milieu rural"}),
        # A part of what was searched, as its synonym, would lead each search for the part astray.
        ("aller-vers caf", {"CAF", "caisse d’allocations familiales", "aller vers"}),
        ("bus des droits à Nantes", {"bus des droits", "camion des droits"}),
        # Short words are near to too many.
        ("rsb", {"RSA"}),
        ("de la", {"bus des droits"}),
        ("", {"AME"}),
    ],
)
def test_what_is_not_meant_is_not(text: str, never: set[str]) -> None:
    """However many are asked for."""
    assert never.isdisjoint(find_meant_expressions(text, make_vocabulary(), 99))
