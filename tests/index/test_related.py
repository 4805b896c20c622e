"""Words that go together."""

from __future__ import annotations

from index.analysis import analyse
from index.related import associations, related

TEXTS = [
    *["la maraude du bus des droits va vers les quartiers"] * 6,
    *["le règlement protège les données personnelles de chacun"] * 6,
    *["une phrase quelconque sur tout autre chose encore différente"] * 60,
]


def test_words_that_meet() -> None:
    """Words of one subject are related, those of another are not; they come as written."""
    known = associations(TEXTS)
    near = known[analyse("maraude").stem]
    assert {"droits", "quartiers"} <= set(near)
    assert "données" not in near


def test_rare_words_tell_nothing() -> None:
    """A word that stands once has no neighbours."""
    assert analyse("hapax").stem not in associations([*TEXTS, "hapax maraude"])


def test_a_question_is_not_its_own_suggestion() -> None:
    """Words that were asked for are not proposed again."""
    known = {"maraud": ("droits", "maraudes", "quartiers"), "droit": ("quartiers",)}
    assert related(["maraud", "droit"], known, 5) == ("quartiers",)
