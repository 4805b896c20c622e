"""Words that go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.model.documents import SampledPassage
from index.search.autocompletion import find_related_themes, find_related_words, list_vocabulary_words
from index.text.analysis import analyse_word
from index.text.associations import compute_associations
from index.vocabulary.vocabulary import Acronym, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SAMPLE = [
    *[SampledPassage("la maraude du bus des droits va vers les quartiers", ("aller-vers",))] * 6,
    *[SampledPassage("le règlement protège les données personnelles de chacun", ("rgpd",))] * 6,
    *[SampledPassage("une phrase quelconque sur tout autre chose encore différente", ())] * 60,
]


def test_words_that_meet() -> None:
    """Words of one subject are related, those of another are not; they come as written."""
    known = compute_associations(SAMPLE)
    near = known[analyse_word("maraude").stem]
    assert {"droits", "quartiers"} <= set(near)
    assert "données" not in near


def test_rare_words_tell_nothing() -> None:
    """A word that stands once has no neighbours."""
    assert analyse_word("hapax").stem not in compute_associations([*SAMPLE, SampledPassage("hapax maraude", ())])


def test_days_tell_nothing() -> None:
    """An event's day is no subject, however often its documents name it."""
    known = compute_associations([*SAMPLE, *[SampledPassage("maraude du jeudi 7 novembre", ())] * 4])
    assert not {"jeudi", "novembre"} & set(known[analyse_word("maraude").stem])


def test_a_question_is_not_its_own_suggestion() -> None:
    """Words that were asked for are not proposed again."""
    known = {"maraud": ("droits", "maraudes", "quartiers"), "droit": ("quartiers",)}
    words = {"droit": "droits", "maraud": "maraude", "quarti": "Quartiers"}
    assert find_related_words(["maraud", "droit"], known, words, 5) == ("Quartiers",)


def test_stray_words_are_not_proposed() -> None:
    """Only words of the vocabulary are, as it writes them."""
    vocabulary = Vocabulary(
        synonyms={"caravane": ("caravane", "bus des droits")}, acronyms={"CPAM": Acronym("CPAM", "Caisse primaire")}
    )
    words = list_vocabulary_words(vocabulary)
    assert set(words.values()) == {"caravane", "CPAM"}
    assert find_related_words(["maraud"], {"maraud": ("jaune", "CPAM", "caravanes")}, words, 5) == ("CPAM", "caravane")


def test_themes_that_go_with_a_word() -> None:
    """A word leads to the theme of the documents that speak of it, and to no other."""
    known = compute_associations(SAMPLE)
    assert find_related_themes([analyse_word("maraude").stem], known, 3) == ("aller-vers",)
    assert find_related_themes([analyse_word("données").stem], known, 3) == ("rgpd",)
    assert not any(word.startswith("theme:") for word in _everything(known, "maraude"))


def _everything(known: Mapping[str, Sequence[str]], word: str) -> tuple[str, ...]:
    words = {analyse_word(each).stem: each for near in known.values() for each in near}
    return find_related_words([analyse_word(word).stem], known, words, 9)
