"""The French analyser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.analysis import (
    analyse_text,
    analyse_word,
    find_words,
    find_words_by_full_pattern,
    fold_accents,
    join_compounds,
    normalise_unicode,
    tokenise,
)
from index.text.matching import find_matching_spans


def words(text: str) -> list[str]:
    """The exact words of a text."""
    return [token.word.exact for token in tokenise(text)]


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ"])
def test_elision(apostrophe: str) -> None:
    """An elided article is no word, whichever apostrophe was typed."""
    assert words(f"l{apostrophe}accès aux droits jusqu{apostrophe}ici") == ["acces", "aux", "droits", "ici"]


def test_elision_needs_an_apostrophe() -> None:
    """A letter that stands alone is a word: « plan C », « vitamine D »."""
    assert words("plan C") == ["plan", "c"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("bénéficiaires", "bénéficiaire"), ("échanges", "échange"), ("territoriale", "territoriales")],
)
def test_stems_meet(one: str, other: str) -> None:
    """Forms of one word share their stem."""
    assert analyse_word(one.lower()).stem == analyse_word(other.lower()).stem


def test_stem_before_folding() -> None:
    """Accents guide the stemmer: folded first, « évaluée » would keep its ending and miss « évaluer »."""
    assert analyse_word("évaluée").stem == analyse_word("évaluer").stem == "evalu"
    assert analyse_word("société").stem == "societ"


def test_fold_ligatures_and_accents() -> None:
    """What cannot be typed on every keyboard is found all the same."""
    assert fold_accents("ŒUVRE, cœur, naïveté, Ærø") == "oeuvre, coeur, naivete, aerø"


def test_offsets_are_of_the_text() -> None:
    """Offsets cut the very word out of the text, accents and capitals included."""
    text = "L’Échange de données"
    assert [text[token.start : token.end] for token in tokenise(text)] == ["Échange", "de", "données"]


@pytest.mark.parametrize(
    ("written", "words_"),
    [
        ("C.A.F. et C.N.A.F", ["CAF", "et", "CNAF"]),
        (
            "bénéficiaire·s agent.e.s usager(ère)s étudiant-e-s un·e",
            ["beneficiaire", "agent", "usager", "etudiant", "un"],
        ),
        ("directeur.trice.s chargé·e·s", ["directeur", "charge"]),
        ("1 200 euros, 10 000", ["1200", "euros", "10000"]),
        ("Fin.Les suites, p. 12", ["fin", "les", "suites", "p", "12"]),
        ("vas-y, rendez-vous, est-elle", ["vas", "y", "rendez", "vous", "est", "elle"]),
        ("le 25/01/2024 à 10h30", ["le", "25", "01", "2024", "a", "10h30"]),
    ],
)
def test_special_spellings(written: str, words_: list[str]) -> None:
    """Acronyms with dots, inclusive writing, thousands apart are plain words; ordinary writing is not touched."""
    assert words(written) == words_


def test_compounds_are_found_joined() -> None:
    """« nonrecours » is found where « non-recours » is written."""
    assert list(join_compounds("Le non-recours et l’aller-vers, mot")) == ["nonrecours", "allervers"]


_TRICKY = st.lists(
    st.sampled_from(
        [
            "C.A.F.",
            "l’",
            "d'",
            "usager·ère·s",
            "agent.e.s",
            "1 200",
            "a-t-il",
            "non-recours",
            "œuvre",
            ".",
            "-",
            " ",
            "É",
            "(e)s",
            "12,5",
            "aujourd’hui",
            "'",
        ]
    )
).map("".join)


@given(st.text() | _TRICKY)
def test_the_fast_way_gives_the_same_words(text: str) -> None:
    """Engines index what the highlighter reads: the two ways of finding words never differ."""
    normal = normalise_unicode(text)
    assert analyse_text(normal).exact.split() == [
        word for token in tokenise(normal) for word in token.word.exact.split()
    ]


@given(st.text())
def test_streams_are_parallel(text: str) -> None:
    """Exact words and stems stand at the same positions, whatever the text: phrases depend on it."""
    read = analyse_text(normalise_unicode(text))
    assert len(read.exact.split()) == len(read.stem.split())


@given(st.text())
def test_no_word_is_blank(text: str) -> None:
    """A word that folds to nothing would shift all that follow it."""
    assert all(token.word.exact.strip() and token.word.stem.strip() for token in tokenise(normalise_unicode(text)))


@given(st.text() | _TRICKY)
def test_words_are_the_same_read_fast_or_with_care(text: str) -> None:
    """Where a text is plain is decided without reading it with care, and must be decided right."""
    normal = normalise_unicode(text)
    assert list(find_words(normal)) == list(find_words_by_full_pattern(normal))


@given(st.text("abcdefghijklmnopqrstuvwxyzàâéèêëîïôùûüÿçœæ0123456789", min_size=1))
def test_a_stem_begins_as_its_word(lower: str) -> None:
    """Its first two letters are those of its stem, accents aside: words that begin otherwise are not looked at.

    Of a stem of two letters only the first is: « y » at its end becomes « i ».
    """
    stem = analyse_word(lower).stem
    same = 2 if len(stem) > 2 else 1
    assert stem[:same] == fold_accents(lower)[:same]


@given(st.text() | _TRICKY, st.data())
def test_found_words_stand_where_the_tokens_do(text: str, data: st.DataObject) -> None:
    """The fastest way of all, which only looks for some words, finds them where the slow way does."""
    normal = normalise_unicode(text)
    read = [(analyse_word(lower), start, end) for lower, start, end in find_words_by_full_pattern(normal)]
    wanted = data.draw(st.sets(st.sampled_from(read)) if read else st.just(set()))
    exact = frozenset(word.exact for word, _, _ in wanted)
    stems = frozenset(word.stem for word, _, _ in list(wanted)[::2])
    found = find_matching_spans(normal, exact, stems)
    if found is not None:
        assert list(found) == [(start, end) for word, start, end in read if word.exact in exact or word.stem in stems]
