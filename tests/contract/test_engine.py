"""What every engine promises, by its behaviour."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index.engines.protocol import Engine, Query, Results, ScoreBoost, Sort
from index.engines.ranking import USEFUL_WEIGHT, compute_usefulness
from index.model import MEMBERS, Facet, PartialDate
from index.query.parser import parse_query
from tests.contract.queries import ask, document, found

if TYPE_CHECKING:
    from collections.abc import Callable


def test_empty(engine: Engine) -> None:
    """An empty index answers every question with nothing."""
    assert ask(engine, "caf") == Results(0, (), {facet: {} for facet in Facet})
    assert engine.document_ids() == frozenset()


def test_all_words_come_first(engine: Engine) -> None:
    """Words may stand in different passages of a document; one that lacks a word comes after."""
    engine.write(put=[document("a", "Deck", "la caf", "la msa"), document("b", "Deck", "la caf")])
    assert found(engine, "caf msa") == ["a", "b"]
    assert found(engine, "caf ET msa") == ["a"]
    assert set(found(engine, "caf OU msa")) == {"a", "b"}
    assert found(engine, "caf SAUF msa") == ["b"]


def test_forms_of_a_word(engine: Engine) -> None:
    """Plurals, accents and capitals do not matter."""
    engine.write(put=[document("a", "Deck", "Les échanges de données")])
    assert found(engine, "ECHANGE DONNEES") == ["a"]
    assert found(engine, "échanges donnée") == ["a"]


def test_the_exact_word_comes_first(engine: Engine) -> None:
    """Among documents that hold a form of the word, the one that holds it as typed is first."""
    engine.write(put=[document("a", "Deck", "la donne change"), document("b", "Deck", "les données changent")])
    assert found(engine, "données")[0] == "b"


def test_a_title_counts_more_than_the_text(engine: Engine) -> None:
    """A document about something comes before one that mentions it."""
    engine.write(
        put=[
            document("a", "Compte rendu", "L’illectronisme fut cité. L’illectronisme aussi."),
            document("b", "La lutte contre l’illectronisme", "Ouverture"),
        ]
    )
    assert found(engine, "illectronisme") == ["b", "a"]


def test_close_words_count_more(engine: Engine) -> None:
    """Words that stand together as asked come before the same words scattered."""
    scattered = "échange de vues sur le calendrier, puis un point très long sur bien autre chose, et des données"
    engine.write(put=[document("a", "Deck", scattered), document("b", "Deck", f"{scattered} échange de données")])
    assert found(engine, "échange de données")[0] == "b"


def test_phrases(engine: Engine) -> None:
    """A quoted phrase is found as written, a compound in any of its spellings."""
    engine.write(put=[document("a", "Deck", "le non-recours"), document("b", "Deck", "non, le recours")])
    assert found(engine, "« non recours »") == ["a"]
    assert found(engine, "non-recours") == ["a"]


def test_prefix(engine: Engine) -> None:
    """A prefix finds every word that begins with it."""
    engine.write(put=[document("a", "Deck", "l’illectronisme"), document("b", "Deck", "lettre")])
    assert found(engine, "illec*") == ["a"]


def test_best_passages(engine: Engine) -> None:
    """A hit names the passages that hold the words, best first, and never one that does not."""
    engine.write(put=[document("a", "Deck", "Bonjour", "la caf", "Merci", "la caf, la caf et la msa")])
    assert ask(engine, "caf msa").hits[0].passage_ordinals == (3, 1)
    assert ask(engine, "caf msa", passages_per_document=1).hits[0].passage_ordinals == (3,)


def test_notes_are_found(engine: Engine) -> None:
    """What only the speaker's notes say is found."""
    engine.write(put=[document("a", "Deck", "Diapositive", notes="penser à la msa")])
    assert ask(engine, "msa").hits[0].passage_ordinals == (0,)


def test_notes_that_say_all_of_it_come_first(engine: Engine) -> None:
    """A slide whose notes hold all of a question is better than slides whose texts hold half of it."""
    said = "On a vu avec la mairie et le bailleur une passerelle vers la trésorerie, bien avant les premiers impayés."
    others = [document(f"autre{each}", "Deck", "Le calendrier des ateliers") for each in range(20)]
    half = document(
        "demi", "Deck", "La mairie et le bailleur sont reliés par une passerelle depuis le printemps dernier."
    )
    engine.write(put=[*others, half, document("a", "Deck", "Le calendrier", notes=said)])
    assert found(engine, "mairie passerelle impayés trésorerie") == ["a", "demi"]


def test_facets_count_documents(engine: Engine) -> None:
    """Counts are of documents, not of passages."""
    engine.write(put=[document("a", "Deck", "la caf", "la caf", facets={Facet.TERRITORY: ("lille", "rennes")})])
    assert ask(engine, "caf").facet_counts[Facet.TERRITORY] == {"lille": 1, "rennes": 1}


def test_facet_counts_ignore_their_own_selection(engine: Engine) -> None:
    """Choosing a value narrows the results and the other facets, and leaves its own facet's counts to be widened."""
    engine.write(
        put=[
            document("a", "Deck", "caf", facets={Facet.TERRITORY: ("lille",), Facet.YEAR: ("2024",)}),
            document("b", "Deck", "caf", facets={Facet.TERRITORY: ("rennes",), Facet.YEAR: ("2025",)}),
        ]
    )
    results = ask(engine, "caf", selection={Facet.TERRITORY: frozenset({"lille"})})
    assert [hit.document_id for hit in results.hits] == ["a"]
    assert results.facet_counts[Facet.TERRITORY] == {"lille": 1, "rennes": 1}
    assert results.facet_counts[Facet.YEAR] == {"2024": 1}


def test_values_of_a_facet_add_up(engine: Engine) -> None:
    """Two values of one facet widen, values of two facets narrow."""
    engine.write(
        put=[
            document("a", "Deck", "caf", facets={Facet.TERRITORY: ("lille",), Facet.YEAR: ("2024",)}),
            document("b", "Deck", "caf", facets={Facet.TERRITORY: ("rennes",), Facet.YEAR: ("2025",)}),
        ]
    )
    both = frozenset({"lille", "rennes"})
    assert set(found(engine, "caf", selection={Facet.TERRITORY: both})) == {"a", "b"}
    assert found(engine, "caf", selection={Facet.TERRITORY: both, Facet.YEAR: frozenset({"2025"})}) == ["b"]


def test_rights_are_inside_the_query(engine: Engine) -> None:
    """What one may not see is neither found nor counted."""
    facets = {Facet.TERRITORY: ("lille",)}
    engine.write(put=[document("a", "Deck", "caf", facets=facets, groups=frozenset({"lille"}))])
    assert ask(engine, "caf") == Results(0, (), {facet: {} for facet in Facet})
    allowed = engine.search(Query(parse_query("caf"), frozenset({"lille", MEMBERS})))
    assert [hit.document_id for hit in allowed.hits] == ["a"]


def test_nobody_sees_nothing(engine: Engine) -> None:
    """Who is of no group finds and counts nothing, with or without words, and learns of no word."""
    engine.write(put=[document("a", "Deck", "caf", facets={Facet.YEAR: ("2024",)})])
    for match in (parse_query("caf"), parse_query("")):
        found_by_nobody = engine.search(Query(match, frozenset(), {Facet.YEAR: frozenset({"2024"})}))
        assert found_by_nobody == Results(0, (), {facet: {} for facet in Facet})
        assert engine.find_matching_ids(Query(match, frozenset(), only_among=frozenset({"a"}))) == frozenset()


def test_by_date(engine: Engine) -> None:
    """The newest comes first when asked, and when no word ranks; what has no date comes last."""
    engine.write(
        put=[
            document("old", "Deck", "caf caf", date=PartialDate(2023, 12, 20)),
            document("none", "Deck", "caf"),
            document("new", "Deck", "caf", date=PartialDate(2024, 1)),
        ]
    )
    assert found(engine, "caf", sort=Sort.DATE) == ["new", "old", "none"]
    assert found(engine, "") == ["new", "old", "none"]


def test_pages(engine: Engine) -> None:
    """Pages follow each other without overlap, and the total is that of all."""
    engine.write(put=[document(f"{number:02d}", "Deck", "caf") for number in range(25)])
    pages = [found(engine, "caf", offset=offset, limit=10) for offset in (0, 10, 20)]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({id_ for page in pages for id_ in page}) == 25
    assert ask(engine, "caf", limit=10).total == 25


def test_a_document_is_replaced_whole(engine: Engine) -> None:
    """A new version leaves nothing of the old one."""
    engine.write(put=[document("a", "Ancien", "caf", "msa")])
    engine.write(put=[document("a", "Nouveau", "cpam")])
    assert found(engine, "msa OU ancien") == []
    assert found(engine, "cpam") == ["a"]
    assert engine.document_ids() == {"a"}


def test_dropping(engine: Engine) -> None:
    """What is dropped is gone, and dropping what is unknown is nothing."""
    engine.write(put=[document("a", "Deck", "caf"), document("b", "Deck", "caf")])
    engine.write(drop=["a", "inconnu"])
    assert found(engine, "caf") == ["b"]
    assert engine.document_ids() == {"b"}


def test_all_dropped(engine: Engine) -> None:
    """An index whose documents are all gone answers as an empty one, and takes new ones."""
    engine.write(put=[document("a", "Deck", "caf", facets={Facet.YEAR: ("2024",)}), document("b", "Deck", "caf")])
    engine.write(drop=["a", "b"])
    for asked in ("caf", ""):
        assert ask(engine, asked) == Results(0, (), {facet: {} for facet in Facet})
    assert (engine.document_ids(), engine.count_passages(), engine.word_frequencies()) == (frozenset(), 0, {})
    engine.write(put=[document("c", "Deck", "caf")])
    assert found(engine, "caf") == ["c"]


def test_another_reader_sees_each_commit(engine: Engine, reopen: Callable[[], Engine]) -> None:
    """A reader that was open before sees what was written since, at its next search."""
    engine.write(put=[document("a", "Deck", "caf")])
    with closing(reopen()) as reader:
        assert found(reader, "caf") == ["a"]
        engine.write(put=[document("b", "Deck", "caf")], drop=["a"])
        assert found(reader, "caf") == ["b"]


@pytest.mark.parametrize("typed", ["a* OU é", "« »", "x" * 5_000, "caf~", "\\", "[a TO b]", "*a"])
def test_anything_parsed_is_answered(engine: Engine, typed: str) -> None:
    """No question, however odd, is an error."""
    engine.write(put=[document("a", "Deck", "caf")])
    assert ask(engine, typed).total >= 0


def test_what_is_recent_or_of_an_event_rises(engine: Engine) -> None:
    """Among equals, the recent comes first, then what an event left behind; without the lift, neither does."""
    engine.write(
        put=[
            document("old", "Deck", "la caf", date=PartialDate(2018, 1, 1)),
            document("event", "Deck", "la caf", date=PartialDate(2018, 1, 1), facets={Facet.EVENT: ("webinaire",)}),
            document("new", "Deck", "la caf", date=PartialDate(2024, 1, 1)),
            document("none", "Deck", "la caf"),
        ]
    )
    lift = ScoreBoost(recent=0.2, event=0.05, today=20240125)
    assert found(engine, "caf", boost=lift) == ["new", "event", "old", "none"]
    scores = {hit.score for hit in ask(engine, "caf").hits}
    assert max(scores) - min(scores) < 0.01 * max(scores)


def test_what_readers_find_useful_moves_a_little(engine: Engine) -> None:
    """Among equals what most found useful comes first, what most did not comes last; without voices nothing moves."""
    engine.write(put=[document(name, "Deck", "la caf") for name in ("a", "b", "c")])
    before = found(engine, "caf")
    voices = {"b": compute_usefulness(9, 0), "a": compute_usefulness(0, 9), "c": compute_usefulness(4, 0)}
    assert voices["c"] == 0.0
    assert found(engine, "caf", boost=ScoreBoost(0.0, 0.0, 20240125, voices)) == ["b", "c", "a"]
    assert found(engine, "caf", boost=ScoreBoost(0.0, 0.0, 20240125)) == before
    # However many voices, never more than a tenth.
    assert abs(compute_usefulness(10**6, 0)) <= USEFUL_WEIGHT


def test_a_lift_is_small(engine: Engine) -> None:
    """A recent document that mentions a subject does not pass an old one that treats it."""
    engine.write(
        put=[
            document("old", "La caf", "la caf, la caf", date=PartialDate(2018, 1, 1)),
            document("new", "Deck", "un mot de la caf parmi bien d’autres choses", date=PartialDate(2024, 1, 1)),
        ]
    )
    assert found(engine, "caf", boost=ScoreBoost(recent=0.1, event=0.05, today=20240125)) == ["old", "new"]


def test_passages_are_counted(engine: Engine) -> None:
    """An engine tells how many passages it holds, in all or of some documents, so that a loss shows."""
    engine.write(put=[document("a", "Deck", "caf", "", "msa"), document("b", "Deck", "cpam"), document("c", "Deck")])
    engine.write(put=[document("a", "Deck", "caf", "msa")], drop=["c"])
    assert engine.count_passages() == 3
    assert engine.count_passages(frozenset({"a", "inconnu"})) == 2
    assert engine.count_passages(frozenset()) == 0


def test_only_what_is_wanted_is_worked_out(engine: Engine) -> None:
    """Facets that are not asked for are not counted, passages that are not wanted are not looked for."""
    engine.write(put=[document("a", "Deck", "la caf", facets={Facet.YEAR: ("2024",), Facet.FORMAT: ("pdf",)})])
    results = engine.search(
        Query(parse_query("caf"), frozenset({MEMBERS}), passages_per_document=0, facets=frozenset({Facet.YEAR}))
    )
    assert results.facet_counts == {Facet.YEAR: {"2024": 1}}
    assert [(hit.document_id, hit.passage_ordinals) for hit in results.hits] == [("a", ())]


def test_what_is_left_out_is_as_if_it_were_not_there(engine: Engine) -> None:
    """Documents that one asks without are in no list, no total and no count."""
    engine.write(put=[document(id_, "Deck", "la caf", facets={Facet.THEME: ("sante",)}) for id_ in "abc"])
    query = Query(parse_query("caf"), frozenset({MEMBERS}), excluded=frozenset({"a", "b", "absent"}))
    results = engine.search(query)
    assert (results.total, [hit.document_id for hit in results.hits]) == (1, ["c"])
    assert results.facet_counts[Facet.THEME] == {"sante": 1}
