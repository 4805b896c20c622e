"""What every engine tells of the words that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.queries import EVERYONE, document

if TYPE_CHECKING:
    from index.engines.protocol import Engine


def test_words_as_written(engine: Engine) -> None:
    """Words keep their accents, and are counted once a document wherever they stand in it."""
    engine.write(
        put=[document("a", "Données", "les données", "données"), document("b", "Deck", "donnée", notes="des données")]
    )
    assert engine.word_frequencies("donn") == {"données": 2, "donnée": 1}
    assert engine.word_frequencies()["deck"] == 1


def test_words_are_letters(engine: Engine) -> None:
    """Numbers are no words to complete or to spell; an elided article is none either."""
    engine.write(put=[document("a", "Deck", "l’accès en 2024, covid19")])
    assert engine.word_frequencies("a") == {"accès": 1}
    assert engine.word_frequencies("2") == {}
    assert engine.word_frequencies("l") == {}
    assert "covid19" not in engine.word_frequencies()


def test_words_that_begin_so(engine: Engine) -> None:
    """The beginning is that of the written form, accents and all; it may be the whole word."""
    engine.write(put=[document("a", "Deck", "élu, élus, elle, étude")])
    assert engine.word_frequencies("él") == {"élu": 1, "élus": 1}
    assert engine.word_frequencies("élus") == {"élus": 1}
    assert engine.word_frequencies("zzz") == {}


def test_words_keep_to_rights(engine: Engine) -> None:
    """Nobody learns by completion of a word, or of its frequency, that is in documents which they may not see."""
    engine.write(
        put=[document("a", "Deck", "caf"), document("b", "Deck", "caf secret", groups=frozenset({"animation"}))]
    )
    assert engine.word_frequencies("", EVERYONE) == {"caf": 1, "deck": 1}
    assert engine.word_frequencies("s", EVERYONE) == {}
    assert engine.word_frequencies("", EVERYONE | {"animation"}) == {"caf": 2, "deck": 2, "secret": 1}
    assert engine.word_frequencies("", frozenset()) == {}
    assert engine.has_word("caf", EVERYONE)
    assert not engine.has_word("secret", EVERYONE)
    assert engine.has_word("secret", EVERYONE | {"animation"})
    assert not engine.has_word("sec", EVERYONE | {"animation"})
    assert not engine.has_word("caf", frozenset())


def test_words_of_what_was_dropped(engine: Engine) -> None:
    """A word leaves with the last document that held it."""
    engine.write(put=[document("a", "Deck", "caf"), document("b", "Deck", "msa")])
    engine.write(put=[document("b", "Deck", "cpam")], drop=["a"])
    assert engine.word_frequencies("", EVERYONE) == {"deck": 1, "cpam": 1}
