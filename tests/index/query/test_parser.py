"""The query language: what a person types means what they meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.model import Facet
from index.query.parser import is_sentence_question, parse_query, positive_leaves
from index.query.syntax import (
    And,
    AtLeast,
    ByAuthor,
    Everything,
    Fuzzy,
    InTitle,
    Match,
    Not,
    Or,
    Phrase,
    Prefix,
    Tagged,
)
from index.text.analysis import Word, analyse_word
from tests.composition import load_vocabulary

CAF, MSA, RSA = analyse_word("caf"), analyse_word("msa"), analyse_word("rsa")


def phrase(*words: str, exact: bool) -> Phrase:
    """Words that follow each other."""
    return Phrase(tuple(map(analyse_word, words)), exact=exact)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("caf msa", AtLeast(1, (CAF, MSA))),
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
        ("-caf", And((Everything(), Not(CAF)))),
        ("10 500 caf", AtLeast(1, (Word("10500", "10500"), CAF))),
        ('"caf msa" rsa', And((phrase("caf", "msa", exact=True), RSA))),
        ("illectron*", Prefix("illectron")),
        ("CAF", Word("CAF", "CAF")),
    ],
)
def test_operators(typed: str, meant: Match) -> None:
    """Operators in French and in English, signs, parentheses."""
    assert parse_query(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("titre:caf", InTitle(CAF)),
        ("auteur:caf", ByAuthor(CAF)),
        ("thème:rural", Tagged(Facet.THEME, frozenset({"rural"}))),
        ("theme:Ruralité", Tagged(Facet.THEME, frozenset({"rural"}))),
        ('territoire:"Le Pont-de-Claix"', Tagged(Facet.TERRITORY, frozenset({"pont-de-claix"}))),
        ("région:bretagne", Tagged(Facet.REGION, frozenset({"bretagne"}))),
        ("type:webinaire", Tagged(Facet.EVENT_TYPE, frozenset({"webinaire"}))),
        ("format:diaporama", Tagged(Facet.FORMAT, frozenset({"pptx"}))),
        ("année:2024", Tagged(Facet.YEAR, frozenset({"2024"}))),
        ("année:2023..2025", Tagged(Facet.YEAR, frozenset({"2023", "2024", "2025"}))),
        ("caf -type:webinaire", And((CAF, Not(Tagged(Facet.EVENT_TYPE, frozenset({"webinaire"})))))),
        ("territoire:atlantide", Tagged(Facet.TERRITORY, frozenset({"atlantide"}))),
        ("caf~", Or((Fuzzy("caf", 1), Fuzzy("CAF", 1)))),
        ("illectron~2", Fuzzy("illectron", 2)),
    ],
)
def test_fields(typed: str, meant: Match) -> None:
    """Fields by their French names, values by slug, label or alias, accents aside."""
    assert parse_query(typed, load_vocabulary()) == meant


def test_a_colon_is_no_field() -> None:
    """« RGPD : quelles règles » and « note:caf » hold a colon, not a field."""
    assert parse_query("note:caf") == phrase("note", "caf", exact=False)
    assert parse_query("RGPD : règles") == AtLeast(1, (analyse_word("RGPD"), analyse_word("règles")))


def test_shouting() -> None:
    """In a question all in capitals « ET » and « OU » are words; between acronyms they are operators."""
    assert parse_query("LES DONNÉES ET LA SÉCURITÉ") == AtLeast(1, (analyse_word("données"), analyse_word("sécurité")))
    assert parse_query("CAF OU MSA") == Or((analyse_word("CAF"), analyse_word("MSA")))


@pytest.mark.parametrize(
    ("typed", "minimum"),
    [
        ("Comment demander une aide au logement étudiant ?", 1),
        ("aide logement", 1),
        ("aide logement étudiant", 1),
        ("aide logement étudiant bourse", 2),
        ("aide logement étudiant bourse transport", 2),
        ("aide-mémoire logement étudiant bourse", 2),
    ],
)
def test_questions_ask_for_some_of_their_words(typed: str, minimum: int) -> None:
    """A question in a sentence holds words that no answer repeats: one is enough. Of bare words, half are."""
    question = parse_query(typed)
    assert isinstance(question, AtLeast)
    assert question.minimum == minimum


@pytest.mark.parametrize("typed", ["peut-on cumuler", "faut-il cumuler", "a-t-on cumuler"])
def test_inversions_are_no_compounds(typed: str) -> None:
    """The pronoun of a question is no word to look for."""
    assert analyse_word("cumuler") in list(positive_leaves(parse_query(typed)))
    assert not any(isinstance(each, Phrase) for each in positive_leaves(parse_query(typed)))


@pytest.mark.parametrize("typed", ["« non recours »", '"non recours"', "“non recours”", "«non recours»"])
def test_quotes_of_every_keyboard(typed: str) -> None:
    """Quoted words follow each other, as written."""
    assert parse_query(typed) == phrase("non", "recours", exact=True)


@pytest.mark.parametrize("typed", ['"non recours" OU "aller vers"', "« non recours » OU « aller vers »"])
def test_quotations_are_told_apart(typed: str) -> None:
    """What stands between two quotations is no quotation: an operator there is one."""
    assert parse_query(typed) == Or((phrase("non", "recours", exact=True), phrase("aller", "vers", exact=True)))


@pytest.mark.parametrize("typed", ["non-recours", "l’non-recours", "Non-Recours"])
def test_compounds(typed: str) -> None:
    """A hyphen inside a word excludes nothing: the parts are asked for together."""
    assert parse_query(typed) == phrase("non", "recours", exact=False)


@pytest.mark.parametrize("around", ["{}", "({})"])
def test_a_repeated_word_is_asked_once(around: str) -> None:
    """Plain words mean what the parser of the language makes of them: a word that is typed twice is one part."""
    assert parse_query(around.format("caf rsa caf")) == AtLeast(1, (CAF, RSA))


def test_stop_words_go() -> None:
    """« échange de données » asks for two words, and « c’est quoi le RSA » is not about « est »."""
    assert parse_query("échange de données") == AtLeast(1, (analyse_word("échange"), analyse_word("données")))
    assert parse_query("c’est le RSA") == analyse_word("RSA")


def test_only_stop_words() -> None:
    """A question of stop words alone is asked as it stands, and does not show the whole library."""
    assert parse_query("le la") == AtLeast(1, (analyse_word("le"), analyse_word("la")))


@pytest.mark.parametrize(
    "typed",
    [
        "à quoi sert",
        "a qui parler",
        "avec qui signer",
        "peut on appeler",
        "faut il signer",
        "y a t il",
        "dans quel cas",
    ],
)
def test_sentences_without_their_signs(typed: str) -> None:
    """A question is one without its hyphens and its question mark, and where a preposition comes first."""
    assert is_sentence_question(typed)


@pytest.mark.parametrize("typed", ["L. 262-1", "l 262 - 1", "L262-1", "article L 262 -1", "art. L.262- 1"])
def test_articles_of_law_in_any_spacing(typed: str) -> None:
    """Spaces in an article of law, around its hyphen too, make no other question."""
    assert parse_query(typed) == parse_query("L. 262-1")


def test_a_glued_elision() -> None:
    """« jusquau » lacks its apostrophe, and asks for no word of that name."""
    assert parse_query("jusquau domicile") == parse_query("jusqu’au domicile")


@pytest.mark.parametrize("typed", ["", "   ", "?!", "((", '"', "*", "« »", "-", "+ -"])
def test_nothing_meant(typed: str) -> None:
    """What holds no word asks for everything."""
    assert parse_query(typed) == Everything()


def test_capitals_and_accents_do_not_matter() -> None:
    """The exact stream is folded: what is typed without accents or in capitals is found."""
    typed = next(iter(positive_leaves(parse_query("ILLECTRONISME"))))
    assert isinstance(typed, Word)
    assert typed.exact == analyse_word("illectronisme").exact


PIECES = st.sampled_from(
    r"""caf é ET OU SAUF AND OR NOT ( ) " « » * - + ~ : ' \ ^ ? le 2024 [ ] { thème:""".split()  # noqa: SIM905 - shorter so
)


@settings(max_examples=2_000, deadline=None)
@given(st.lists(PIECES, max_size=12).map(" ".join) | st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=60))
def test_nothing_typed_is_an_error(typed: str) -> None:
    """Whatever the keyboard gives is a question."""
    assert parse_query(typed) is not None


def test_a_pasted_text_is_cut() -> None:
    """A page pasted by mistake is read up to a bound, not for ever."""
    assert len(list(positive_leaves(parse_query("mot " * 100_000)))) <= 500
