"""The query language: what a person types means what they meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import analyse
from index.engine import And, Everything, Match, Not, Or, Phrase, Prefix, Word
from index.language import parse, positives

CAF, MSA, RSA = analyse("caf"), analyse("msa"), analyse("rsa")


def phrase(*words: str, exact: bool) -> Phrase:
    """Words that follow each other."""
    return Phrase(tuple(map(analyse, words)), exact=exact)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("caf msa", And((CAF, MSA))),
        ("caf ET msa", And((CAF, MSA))),
        ("caf AND msa", And((CAF, MSA))),
        ("caf OU msa", Or((CAF, MSA))),
        ("caf OR msa", Or((CAF, MSA))),
        ("caf SAUF msa", And((CAF, Not(MSA)))),
        ("caf NOT msa", And((CAF, Not(MSA)))),
        ("caf -msa", And((CAF, Not(MSA)))),
        ("+caf msa", And((CAF, MSA))),
        ("(caf OU msa) rsa", And((Or((CAF, MSA)), RSA))),
        ("SAUF caf", And((Everything(), Not(CAF)))),
        ("illectron*", Prefix("illectron")),
        ("CAF", CAF),
    ],
)
def test_operators(typed: str, meant: Match) -> None:
    """Operators in French and in English, signs, parentheses."""
    assert parse(typed) == meant


@pytest.mark.parametrize("typed", ["« non recours »", '"non recours"', "“non recours”", "«non recours»"])
def test_quotes_of_every_keyboard(typed: str) -> None:
    """Quoted words follow each other, as written."""
    assert parse(typed) == phrase("non", "recours", exact=True)


@pytest.mark.parametrize("typed", ["non-recours", "l’non-recours", "Non-Recours"])
def test_compounds(typed: str) -> None:
    """A hyphen inside a word excludes nothing: the parts are asked for together."""
    assert parse(typed) == phrase("non", "recours", exact=False)


def test_stop_words_go() -> None:
    """« échange de données » asks for two words, and « c’est quoi le RSA » is not about « est »."""
    assert parse("échange de données") == And((analyse("échange"), analyse("données")))
    assert parse("c’est le RSA") == RSA


def test_only_stop_words() -> None:
    """A question of stop words alone is asked as it stands, and does not show the whole library."""
    assert parse("le la") == And((analyse("le"), analyse("la")))


@pytest.mark.parametrize("typed", ["", "   ", "?!", "((", '"', "*", "« »", "-", "+ -"])
def test_nothing_meant(typed: str) -> None:
    """What holds no word asks for everything."""
    assert parse(typed) == Everything()


def test_capitals_and_accents_do_not_matter() -> None:
    """The exact stream is folded: what is typed without accents or in capitals is found."""
    typed = next(iter(positives(parse("ILLECTRONISME"))))
    assert isinstance(typed, Word)
    assert typed.exact == analyse("illectronisme").exact


PIECES = st.sampled_from(
    r"""caf é ET OU SAUF AND OR NOT ( ) " « » * - + ~ : ' \ ^ ? le 2024 [ ] { thème:""".split()  # noqa: SIM905 - shorter so
)


@settings(max_examples=2_000, deadline=None)
@given(st.lists(PIECES, max_size=12).map(" ".join) | st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=60))
def test_nothing_typed_is_an_error(typed: str) -> None:
    """Whatever the keyboard gives is a question."""
    assert parse(typed) is not None


def test_a_pasted_text_is_cut() -> None:
    """A page pasted by mistake is read up to a bound, not for ever."""
    assert len(list(positives(parse("mot " * 100_000)))) <= 500
