"""What every engine makes of each kind of question."""

from __future__ import annotations

import pytest

from index.engines.protocol import Engine, Query, Wish
from index.model import MEMBERS, Facet
from index.query.parser import parse_query
from index.query.requirements import loosen_compounds, require_all
from index.query.syntax import (
    And,
    AtLeast,
    ByAuthor,
    Everything,
    Fuzzy,
    InTitle,
    Not,
    Or,
    Phrase,
    Prefix,
    Tagged,
    Weighted,
)
from index.text.analysis import analyse_word
from tests.contract.queries import EVERYONE, ask, document, found


def test_at_least(engine: Engine) -> None:
    """So many of the parts must be there, and what holds more of them comes first."""
    engine.write(
        put=[
            document("one", "Deck", "la caf"),
            document("two", "Deck", "la caf et la msa"),
            document("three", "Deck", "la caf, la msa et la cpam"),
        ]
    )
    parts = tuple(map(analyse_word, ("caf", "msa", "cpam", "carsat")))
    assert found(engine, AtLeast(2, parts)) == ["three", "two"]
    assert found(engine, AtLeast(1, parts)) == ["three", "two", "one"]
    assert found(engine, AtLeast(4, parts)) == []


def test_what_holds_all_words_is_counted_apart(engine: Engine) -> None:
    """One query counts what matches and what matches strictly; facets count the latter, if there is any."""
    lille, rennes = {Facet.TERRITORY: ("lille",)}, {Facet.TERRITORY: ("rennes",)}
    engine.write(
        put=[
            document("both", "Deck", "la caf et la msa", facets=lille),
            document("caf", "Deck", "la caf", facets=rennes),
            document("msa", "Deck", "la msa", facets=rennes),
        ]
    )
    parts = tuple(map(analyse_word, ("caf", "msa")))
    loose, strict, facets = AtLeast(1, parts), And(parts), frozenset({Facet.TERRITORY})
    results = ask(engine, loose, strict=strict, facets=facets)
    assert (results.total, results.complete) == (3, 1)
    assert results.facet_counts == {Facet.TERRITORY: {"lille": 1}}
    assert ask(engine, loose, strict=strict, facets=frozenset()).complete == 1
    # Among those of Rennes none holds both: their other values are those of all that matches.
    selected = {Facet.TERRITORY: frozenset({"rennes"})}
    results = ask(engine, loose, strict=strict, selection=selected, facets=facets)
    assert (results.total, results.complete) == (2, 0)
    assert results.facet_counts == {Facet.TERRITORY: {"lille": 1, "rennes": 2}}
    assert ask(engine, loose).complete is None
    nobody = engine.search(Query(loose, frozenset({"autres"}), strict=strict))
    assert (nobody.total, nobody.complete) == (0, 0)


def test_the_parts_that_match(engine: Engine) -> None:
    """Of some documents that the asker may see, a question tells which of its parts each holds, however many."""
    reserved = frozenset({"autres"})
    engine.write(
        put=[
            document("both", "La CAF", "la caf, la caf et l’aller-vers"),
            document("one", "Deck", "la msa"),
            document("none", "Deck", "rien"),
            document("other", "Deck", "la caf"),
            document("hidden", "Deck", "la caf", groups=reserved),
        ]
    )
    compound = loosen_compounds(parse_query("aller-vers"))
    parts = (analyse_word("caf"), analyse_word("msa"), compound, *(analyse_word(f"mot{each}") for each in range(40)))
    held = engine.find_matching_parts((*parts, analyse_word("caf")), frozenset({"both", "one", "none"}), EVERYONE)
    assert {id_: set(places) for id_, places in held.items() if places} == {"both": {0, 2, len(parts)}, "one": {1}}
    nobody = engine.find_matching_parts(parts, frozenset({"both", "hidden"}), frozenset({"personne"}))
    assert not any(nobody.values())
    assert not any(engine.find_matching_parts(parts, frozenset(), EVERYONE).values())


def test_at_least_counts_parts_not_places(engine: Engine) -> None:
    """A word said many times, in the title and in the text, is one part."""
    engine.write(put=[document("a", "La CAF", "la caf, la caf")])
    assert found(engine, AtLeast(2, (analyse_word("caf"), analyse_word("msa")))) == []


def test_a_synonym_weighs_less(engine: Engine) -> None:
    """Of two documents alike, the one with the word that was typed comes before the one with its synonym."""
    engine.write(put=[document("synonym", "Deck", "une allocation"), document("typed", "Deck", "une prestation")])
    either = Or((analyse_word("prestation"), Weighted(analyse_word("allocation"), 0.4)))
    assert found(engine, either) == ["typed", "synonym"]


def test_a_weight_reaches_every_kind(engine: Engine) -> None:
    """What weighs less comes last, be it a word of the title, a phrase, a beginning or a mistake."""
    engine.write(put=[document("less", "Allocation", "une aide"), document("more", "Prestation", "une somme")])
    allocation, prestation = analyse_word("allocation"), analyse_word("prestation")
    for less, more in (
        (InTitle(allocation), InTitle(prestation)),
        (And((allocation, analyse_word("aide"))), And((prestation, analyse_word("somme")))),
        (Prefix("alloc"), Prefix("presta")),
        (Fuzzy("alocation", 1), Fuzzy("prstation", 1)),
    ):
        assert found(engine, Or((Weighted(less, 0.4), more))) == ["more", "less"]


def test_a_weight_finds_no_less(engine: Engine) -> None:
    """A weight changes the order, not what is found nor which passages show it."""
    engine.write(put=[document("a", "Deck", "rien", "une allocation")])
    assert ask(engine, Weighted(analyse_word("allocation"), 0.1)).hits[0].passage_ordinals == (1,)


def test_synonyms_of_several_words(engine: Engine) -> None:
    """An acronym may stand for a phrase, in a question that asks for other words too."""
    engine.write(
        put=[
            document("spelt", "Deck", "le revenu de solidarité active des jeunes"),
            document("short", "Deck", "le RSA des jeunes"),
            document("neither", "Deck", "la solidarité des jeunes"),
        ]
    )
    spelt = Phrase(tuple(map(analyse_word, ("revenu", "de", "solidarité", "active"))), exact=False)
    assert set(found(engine, And((Or((analyse_word("RSA"), Weighted(spelt, 0.5))), analyse_word("jeunes"))))) == {
        "spelt",
        "short",
    }


def test_in_the_title(engine: Engine) -> None:
    """A word asked for in the title is not looked for in the text."""
    engine.write(put=[document("a", "Les droits sociaux", "texte"), document("b", "Deck", "les droits sociaux")])
    assert found(engine, "titre:droit") == ["a"]
    assert found(engine, InTitle(Phrase((analyse_word("droits"), analyse_word("sociaux")), exact=True))) == ["a"]
    assert found(engine, InTitle(Prefix("soc"))) == ["a"]


def test_by_author(engine: Engine) -> None:
    """Authors are found by their field alone, without accents if one likes."""
    engine.write(
        put=[
            document("a", "Deck", "texte", authors=("Zoé Lefèvre", "Ali Ben Saïd")),
            document("b", "Lefèvre", "zoé lefèvre"),
        ]
    )
    assert found(engine, "auteur:lefevre") == ["a"]
    assert found(engine, "auteur:said auteur:zoé") == ["a"]
    assert found(engine, ByAuthor(Not(analyse_word("zoé")))) == ["b"]
    assert found(engine, "zoé") == ["b"]


def test_a_tag_ranks_nothing(engine: Engine) -> None:
    """A facet in the question filters as a chosen one does, and leaves the order of the words alone."""
    engine.write(
        put=[
            document("a", "Deck", "la caf", "autre", facets={Facet.TERRITORY: ("lille", "roubaix")}),
            document("b", "Deck", "la caf", "la caf", facets={Facet.TERRITORY: ("lille",)}),
            document("c", "Deck", "la caf", facets={Facet.TERRITORY: ("rennes",)}),
        ]
    )
    both = Tagged(Facet.TERRITORY, frozenset({"lille", "roubaix"}))
    tagged, chosen = (
        ask(engine, And((analyse_word("caf"), both))),
        ask(engine, "caf", selection={Facet.TERRITORY: both.values}),
    )
    assert tagged.hits == chosen.hits
    assert [hit.document_id for hit in tagged.hits] == ["b", "a"]
    assert tagged.facet_counts[Facet.TERRITORY] == {"lille": 2, "roubaix": 1}
    assert set(found(engine, "territoire:rennes OU territoire:roubaix")) == {"a", "c"}
    assert found(engine, "caf SAUF territoire:lille") == ["c"]


def test_a_wish_raises_and_filters_not(engine: Engine) -> None:
    """What a wish matches comes first, the rest is found and counted all the same; of two wishes each counts."""
    engine.write(
        put=[
            document("words", "La CAF", "la caf, la caf"),
            document("lille", "Deck", "la caf", facets={Facet.TERRITORY: ("lille",)}),
            document("both", "Compte rendu", "la caf", facets={Facet.TERRITORY: ("lille",)}),
            document("other", "Deck", "la msa", facets={Facet.TERRITORY: ("lille",)}),
        ]
    )
    wishes = (
        Wish(Tagged(Facet.TERRITORY, frozenset({"lille"})), 50.0),
        Wish(InTitle(And((analyse_word("compte"), analyse_word("rendu")))), 20.0),
    )
    assert found(engine, "caf")[0] == "words"
    wished = ask(engine, "caf", wishes=wishes)
    assert [hit.document_id for hit in wished.hits] == ["both", "lille", "words"]
    assert wished.total == 3
    assert wished.facet_counts[Facet.TERRITORY] == {"lille": 2}
    assert found(engine, "caf", wishes=wishes, selection={Facet.TERRITORY: frozenset({"rennes"})}) == []


def test_a_tag_that_no_document_has(engine: Engine) -> None:
    """An unknown value finds nothing, and is no error."""
    engine.write(put=[document("a", "Deck", "caf")])
    assert found(engine, Tagged(Facet.THEME, frozenset({"inconnu"}))) == []


@pytest.mark.parametrize(
    ("typed", "distance", "expected"),
    [
        ("prestation", 1, ["exact"]),
        ("prestatoin", 1, ["exact"]),
        ("prstation", 1, ["exact"]),
        ("prestattion", 1, ["exact"]),
        ("brestation", 1, ["exact"]),
        ("brestatoin", 1, []),
        ("brestatoin", 2, ["exact"]),
    ],
)
def test_fuzzy(engine: Engine, typed: str, distance: int, expected: list[str]) -> None:
    """A letter more, less or other is one mistake, and so are two neighbours exchanged."""
    engine.write(put=[document("exact", "Deck", "la prestation"), document("far", "Deck", "la présentation")])
    assert found(engine, Fuzzy(typed, distance)) == expected


def test_prefix_in_passages(engine: Engine) -> None:
    """The passages of a prefix are those that hold a word which begins so."""
    engine.write(put=[document("a", "Illustre", "rien", "l’illectronisme", "illettré")])
    assert ask(engine, "illec*").hits[0].passage_ordinals == (1,)
    assert set(ask(engine, "il*").hits[0].passage_ordinals) == {1, 2}


def test_only_exclusions(engine: Engine) -> None:
    """A question that only excludes shows everything else."""
    engine.write(put=[document("a", "Deck", "la caf"), document("b", "Deck", "la msa")])
    assert found(engine, "SAUF caf") == ["b"]
    assert set(found(engine, Everything())) == {"a", "b"}


def test_phrases_across_texts(engine: Engine) -> None:
    """Words of a phrase stand in one text: a title does not go on in the body."""
    engine.write(put=[document("a", "Accès aux", "droits"), document("b", "Deck", "l’accès aux droits")])
    assert found(engine, "« accès aux droits »") == ["b"]


def test_a_phrase_repeats_words(engine: Engine) -> None:
    """A phrase may hold a word twice, and its words may stand elsewhere too."""
    engine.write(put=[document("a", "Deck", "pas à pas"), document("b", "Deck", "à pas, puis pas à pas pas")])
    assert set(found(engine, "« pas à pas »")) == {"a", "b"}
    assert found(engine, "« pas à pas à »") == []


@pytest.mark.parametrize("typed", ["nonrecours", "non-recours", "non recours", "« non recours »", "NON-RECOURS"])
def test_compounds(engine: Engine, typed: str) -> None:
    """A hyphenated compound is found whole, in parts and joined."""
    engine.write(put=[document("a", "Deck", "avant, le non-recours, après"), document("b", "Deck", "sans")])
    assert found(engine, typed) == ["a"]


def test_a_joined_compound_shows_its_passage(engine: Engine) -> None:
    """A compound typed in one word leads to the passage where it stands in two."""
    engine.write(put=[document("a", "Deck", "d’abord ceci", "le non-recours", "puis l’aller-vers")])
    assert ask(engine, "nonrecours").hits[0].passage_ordinals == (1,)
    assert ask(engine, "allervers").hits[0].passage_ordinals == (2,)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("les bénéficiaire·s", "bénéficiaires"),
        ("les agent.e.s", "agent"),
        ("un·e usager(ère)", "usager"),
        ("la C.A.F. du Nord", "CAF"),
        ("la CAF", "c.a.f."),
        ("10\u202f500 ménages", "10500"),
        ("10 500 ménages", "« 10 500 »"),
        ("l’œuvre", "oeuvre"),
        ("aujourd’hui", "aujourd'hui"),
        ("SIRET 123 456 789 00012", "12345678900012"),
        ("SIRET 12345678900012", "123 456 789 00012"),
        ("Tél. 01.23.45.67.89", "01 23 45 67 89"),
        ("Tél. +33 1 23 45 67 89", "0123456789"),
        ("Tél. 0123456789", "+33 (0)1 23 45 67 89"),
        ("un plafond de 1 200,50 €", "1200,50"),
        ("un plafond de 1200,50€", "1 200,50 €"),
        ("l’article L. 262-1 du code", "L262-1"),
        ("l’article L262-1 du code", "art. L. 262-1"),
        ("l’article L.262-1 du code", "article L 262-1"),
        ("l’article R123 du code", "R. 123"),
        ("le 21/03/2024", "21-03-2024"),
        ("le plan d’épargne", "plan d épargne"),
        ("le conseil des prud’hommes", "prudhommes"),
        ("l’ASS est versée", "lASS"),
    ],
)
def test_ways_of_writing(engine: Engine, written: str, typed: str) -> None:
    """A word is found whatever its marks: inclusive endings, dots of an acronym, spaces of a number, a ligature.

    Numbers of establishments, of telephones and of articles of law are found in any spacing or punctuation.
    """
    engine.write(put=[document("a", "Deck", written), document("b", "Deck", "autre")])
    assert found(engine, typed) == ["a"]


def test_matching(engine: Engine) -> None:
    """`matching` tells which of some documents match, and of no other."""
    engine.write(put=[document("a", "Deck", "caf"), document("b", "Deck", "msa"), document("c", "Deck", "caf")])
    asked = Query(parse_query("caf"), EVERYONE, only_among=frozenset({"a", "b", "inconnu"}))
    assert engine.find_matching_ids(asked) == {"a"}
    assert engine.find_matching_ids(Query(parse_query("caf"), EVERYONE, only_among=frozenset())) == frozenset()


def test_matching_keeps_to_rights_and_selection(engine: Engine) -> None:
    """What one may not see, or has filtered out, does not match."""
    lille = {Facet.TERRITORY: ("lille",)}
    engine.write(
        put=[
            document("a", "Deck", "caf", facets=lille),
            document("b", "Deck", "caf", facets=lille, groups=frozenset({"animation"})),
            document("c", "Deck", "caf"),
        ]
    )
    among = frozenset({"a", "b", "c"})
    selection = {Facet.TERRITORY: frozenset({"lille"})}
    assert engine.find_matching_ids(Query(parse_query("caf"), EVERYONE, selection, only_among=among)) == {"a"}
    both = frozenset({MEMBERS, "animation"})
    assert engine.find_matching_ids(Query(parse_query("caf"), both, selection, only_among=among)) == {"a", "b"}


def test_searching_among(engine: Engine) -> None:
    """A search among some documents finds, counts and ranks those alone."""
    facets = {Facet.YEAR: ("2024",)}
    engine.write(put=[document(id_, "Deck", "caf", facets=facets) for id_ in "abc"])
    results = ask(engine, "caf", only_among=frozenset({"a", "c"}))
    assert {hit.document_id for hit in results.hits} == {"a", "c"}
    assert results.total == 2
    assert results.facet_counts[Facet.YEAR] == {"2024": 2}


def test_the_same_words_in_a_title(engine: Engine) -> None:
    """A document whose title holds all that is asked comes before one whose text holds it more often."""
    engine.write(
        put=[
            document("text", "Notes", "échange de données, échange de données, échange de données"),
            document("title", "L’échange de données", "Ouverture, calendrier et points divers"),
            document("half", "L’échange", "Ouverture, calendrier et points divers"),
            # In a library of three documents a word of two titles is no rare one.
            *(document(f"other{number}", "Deck", "calendrier") for number in range(9)),
        ]
    )
    assert found(engine, "échange données") == ["title", "text", "half"]


def test_a_word_of_a_title_is_a_word(engine: Engine) -> None:
    """One of two words in a title does not outdo a text that holds both."""
    engine.write(
        put=[
            document("both", "Notes", "la caf et la msa"),
            document("title", "La caf", "Ouverture de la caf"),
            *(document(f"other{number}", "Deck", "calendrier") for number in range(5)),
        ]
    )
    assert found(engine, "caf msa") == ["both", "title"]


def test_words_of_questions_weigh_less(engine: Engine) -> None:
    """« faire » tells less of what is asked than « recours », and its lack makes no document incomplete."""
    engine.write(
        put=[
            document("faire", "Deck", "que faire ici"),
            document("recours", "Deck", "un recours ici"),
            *(document(f"other{number}", "Deck", "calendrier ici") for number in range(5)),
        ]
    )
    assert found(engine, "faire recours") == ["recours", "faire"]
    assert found(engine, require_all(parse_query("faire recours"))) == ["recours"]


def test_a_compound_or_its_words(engine: Engine) -> None:
    """« aller-vers » finds its words apart too, after those that hold the compound."""
    engine.write(
        put=[
            document("apart", "Deck", "vers qui aller, et vers où aller"),
            document("joined", "Deck", "une démarche d’aller vers, du début à la fin"),
            document("one", "Deck", "vers midi"),
        ]
    )
    assert found(engine, loosen_compounds(parse_query("aller-vers"))) == ["joined", "apart"]


def test_half_of_the_words(engine: Engine) -> None:
    """Of four words two are enough, and the more of them a document holds the higher it stands."""
    engine.write(
        put=[
            document("one", "Deck", "caf"),
            document("two", "Deck", "caf msa"),
            document("three", "Deck", "caf msa cpam"),
            document("four", "Deck", "caf msa cpam carsat"),
        ]
    )
    assert found(engine, "caf msa cpam carsat") == ["four", "three", "two"]
    assert found(engine, "que font la caf, la msa, la cpam et la carsat ?") == ["four", "three", "two", "one"]
