"""Spelling, from the words of the index itself."""

from __future__ import annotations

import pytest

from index.query.lexicon import Lexicon
from index.query.parser import parse_query
from index.query.spelling import KnownWords, SpellingCorrection, correct_spelling, restore_accents
from index.query.syntax import Or, Phrase
from index.text.analysis import Word, analyse_word

LEXICON = Lexicon({"évaluation": 40, "évaluée": 10, "évalué": 12, "illectronisme": 8, "côte": 5, "côté": 50, "cote": 1})


def corrected(typed: str, *, known: bool = False, visible: bool = True) -> tuple[SpellingCorrection, ...]:
    """The corrections of a question."""
    return correct_spelling(parse_query(typed), LEXICON, KnownWords(lambda _: known, lambda _: visible))[1]


def test_accents_come_back() -> None:
    """A word typed without accents means the word of the index that it stands for."""
    assert restore_accents(parse_query("evaluee"), LEXICON) == Word("evaluee", analyse_word("évaluée").stem)
    assert restore_accents(parse_query("EVALUATION"), LEXICON) == analyse_word("évaluation")


def test_typed_accents_say_what_they_mean() -> None:
    """A word typed with its accents is left as it is."""
    assert restore_accents(parse_query("évaluée"), LEXICON) == analyse_word("évaluée")


def test_several_words_may_be_meant() -> None:
    """Where one unaccented word stands for several, all are looked for; a slip of the pen is not one of them."""
    lexicon = Lexicon({"reperee": 1, "repérée": 60, "repère": 50})
    assert lexicon.forms("reperee") == ("repérée",)
    lexicon = Lexicon({"interessee": 30, "intéressée": 40})
    assert restore_accents(parse_query("interessee"), lexicon) == Or(
        (Word("interessee", analyse_word("intéressée").stem), Word("interessee", analyse_word("interessee").stem))
    )


def test_compounds_keep_one_word_for_each_part() -> None:
    """A compound stays a sequence of words."""
    assert restore_accents(parse_query("evaluation-cote"), LEXICON) == Phrase(
        (analyse_word("évaluation"), Word("cote", analyse_word("côté").stem)), exact=False
    )


@pytest.mark.parametrize("typed", ["evalution", "évaluatoin", "évalluation", "évaluatiom", "ilectronisme"])
def test_one_mistake(typed: str) -> None:
    """A letter lacking, doubled, changed or exchanged is seen through."""
    assert [each.used for each in corrected(typed)] in (["évaluation"], ["illectronisme"])


def test_known_words_are_never_corrected() -> None:
    """A rare word that the index holds, or a form of it, is what was meant."""
    assert corrected("évaluation") == ()
    assert corrected("évalution", known=True) == ()


def test_a_mistake_with_the_stem_of_another_word_is_corrected() -> None:
    """« domicilation » has the stem of « domicile » and is « domiciliation »; a form that nobody wrote is kept."""
    lexicon = Lexicon({"domiciliation": 9, "domicile": 40, "accompagner": 20})
    known = KnownWords(lambda _: True, lambda form: lexicon.written_frequency(form) > 0)
    told = correct_spelling(parse_query("domicilation accompagnera domiciles"), lexicon, known)[1]
    assert told == (SpellingCorrection("domicilation", "domiciliation"),)


def test_another_word_is_no_mistake() -> None:
    """Two mistakes, one of them in the first letter, make another word; two letters exchanged there do not."""
    assert Lexicon({"allophone": 9}).find_nearest("xylophone") == ()
    assert Lexicon({"allophone": 9}).find_nearest("alophonne") == ("allophone",)
    assert Lexicon({"numérique": 9}).find_nearest("unmerique") == ("numerique",)


def test_short_words_and_numbers_are_left_alone() -> None:
    """Three letters are near to everything, and a number is never misspelt."""
    assert corrected("cot 20244") == ()


def test_a_letter_changed_in_a_short_word_makes_another() -> None:
    """« vert » is no « vers », nor « dept » a « dent »; a letter that lacks comes back, and exchanged ones too."""
    lexicon = Lexicon({"vers": 30, "dent": 9, "droit": 50, "aide": 8})
    assert lexicon.find_nearest("vert") == ()
    assert lexicon.find_nearest("dept") == ()
    assert lexicon.find_nearest("drot") == ("droit",)
    assert lexicon.find_nearest("aied") == ("aide",)


def test_names_of_places_are_no_mistakes() -> None:
    """A département that the library never names is what was typed: « seine » is no « seize »."""
    lexicon = Lexicon({"seize": 5, "seizième": 2})
    known = KnownWords(lambda _: False, lambda _: True)
    assert correct_spelling(parse_query("seine saint denis"), lexicon, known)[1] == ()
    assert correct_spelling(parse_query("seixe"), lexicon, known)[1] == (SpellingCorrection("seixe", "seize"),)


def test_a_mistake_in_the_first_letter() -> None:
    """A first letter that lacks, is too many, another one, or exchanged with the second, is seen through."""
    for typed in ("ilectronisme", "iillectronisme", "ollectronisme", "lilectronisme", "llectronisme"):
        assert LEXICON.find_nearest(typed) == ("illectronisme",)


def test_hidden_words_are_not_told() -> None:
    """A word that only documents one may not see hold is not proposed."""
    assert corrected("evalution", visible=False) == ()


def test_completion_by_frequency() -> None:
    """Words that begin so, without accents, the most frequent first, as written."""
    assert LEXICON.find_by_prefix("eval", 2) == ("évaluation", "évalué")
    assert LEXICON.find_by_prefix("zzz", 2) == ()


def test_kin() -> None:
    """A word counts in all its forms, not the words that only begin like it."""
    lexicon = Lexicon({"donnée": 3, "données": 40, "donner": 7, "donation": 5, "guichet": 2})
    assert (
        lexicon.stem_frequency(analyse_word("données").stem)
        == lexicon.stem_frequency(analyse_word("donnée").stem)
        >= 43
    )
    assert lexicon.stem_frequency(analyse_word("guichets").stem) == 2
    assert lexicon.stem_frequency(analyse_word("accompagnement").stem) == 0
