"""Engines agree: the same documents, the same counts, and nearly always the same first result."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from benchmarks.generated import documents, questions
from benchmarks.judged import read
from index.engines.protocol import Query
from index.engines.registry import CLUSTERED_ENGINES, ENGINES, open_engine, remove_index
from index.model import Facet
from index.query.parser import parse_query, positive_leaves
from index.query.syntax import And, AtLeast, Fuzzy, InTitle, Or, Prefix, Weighted
from index.text.analysis import Word
from tests import ROOT
from tests.cluster.nodes import cluster_here
from tests.contract.queries import EVERYONE, document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from index.engines.protocol import Engine, IndexedDocument, Results
    from index.query.syntax import Match

JUDGED = ROOT.parent / "shared" / "retrieval" / "spf_qr"

SAME_FIRST = 0.9
"""The share of questions whose first result is the same: 0.99 measured on generated documents, 0.96 on judged ones.

It cannot be all of them: Tantivy looks at the best passages of its first documents all together, where Whoosh looks at
those of each.
"""

TIE = 0.05
"""First results whose scores differ by no more, as a share, in one of the engines are a tie: Tantivy keeps the length
of a text in one byte, which moves a score by some hundredths."""

Engines = tuple["Engine", ...]


@contextmanager
def holding(folder: Path, library: Iterable[IndexedDocument]) -> Iterator[Engines]:
    """The same documents in all engines; OpenSearch is among them where a cluster is there."""
    kept, cluster = list(library), cluster_here()
    with ExitStack() as stack:
        names = sorted(ENGINES.keys() - (frozenset() if cluster else CLUSTERED_ENGINES))
        engines = tuple(
            stack.enter_context(closing(open_engine(name, folder / name, cluster=cluster))) for name in names
        )
        for name in CLUSTERED_ENGINES.intersection(names):
            stack.callback(remove_index, folder / name, cluster)
        for engine in engines:
            engine.write(put=kept)
        yield engines


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """The same generated library in all engines."""
    with holding(tmp_path_factory.mktemp("generated"), documents(600)) as opened:
        yield opened


def asked() -> list[Match]:
    """A hundred questions: some ask for all words, some for one of them, in different ways."""
    read_ = [parse_query(text) for text in questions(50)]
    return [*read_, *(AtLeast(1, tuple(positive_leaves(match))) for match in read_)]


@pytest.fixture(scope="module")
def answered(engines: Engines) -> list[list[Results]]:
    """What each engine answers each of these questions, with passages."""
    return [answers(engines, Query(match, EVERYONE)) for match in asked()]


def answers(engines: Engines, query: Query) -> list[Results]:
    """What each engine answers."""
    return [engine.search(query) for engine in engines]


def found(results: Results) -> frozenset[str]:
    """The documents found, in no order."""
    return frozenset(hit.document_id for hit in results.hits)


@pytest.mark.parametrize("selection", [{}, {Facet.YEAR: frozenset({"2024", "2025"}), Facet.FORMAT: frozenset({"pdf"})}])
def test_the_same_documents_and_counts(engines: Engines, selection: dict[Facet, frozenset[str]]) -> None:
    """What is found and counted does not depend on the engine."""
    for match in asked():
        one, *others = answers(engines, Query(match, EVERYONE, selection, limit=100, passages_per_document=0))
        for other in others:
            assert found(other) == found(one)
            assert (other.total, other.facet_counts) == (one.total, one.facet_counts)


def test_the_same_words_like_a_pattern(engines: Engines) -> None:
    """Prefixes and mistakes reach the same words in all engines."""
    words = [word for match in asked()[:25] for word in positive_leaves(match) if isinstance(word, Word)]
    patterns = [
        pattern
        for word in words
        for pattern in (
            Prefix(word.exact[:3]),
            Fuzzy(word.exact, 1),
            Fuzzy(word.exact, 2),
            InTitle(Prefix(word.exact[:2])),
        )
    ]
    for pattern in patterns:
        one, *others = answers(engines, Query(pattern, EVERYONE, limit=100, passages_per_document=0))
        assert all(found(other) == found(one) for other in others), pattern


def test_the_same_first_result(answered: list[list[Results]]) -> None:
    """Engines rank by the same words, in the same places, with the same weights."""
    assert find_share_of_same_first(answered) >= SAME_FIRST


def test_the_same_best_passages(answered: list[list[Results]]) -> None:
    """A document that comes first shows the same best passage in all engines."""
    firsts = [[results.hits[0] for results in given if results.hits] for given in answered]
    shown = [hits for hits in firsts if hits and len({hit.document_id for hit in hits}) == 1]
    same = sum(len({hit.passage_ordinals[:1] for hit in hits}) == 1 for hits in shown)
    assert same >= SAME_FIRST * len(shown) > 0


def test_the_same_lexicon(engines: Engines) -> None:
    """Engines know the same words, and how many documents hold each."""
    assert len({tuple(sorted(engine.word_frequencies("", EVERYONE).items())) for engine in engines}) == 1


def find_share_of_same_first(given: Iterable[list[Results]]) -> float:
    """Among questions that find something, the share whose first result all engines agree on."""
    answered = [found_ for each in given if (found_ := [results for results in each if results.hits])]
    return sum(map(have_same_first, answered)) / len(answered)


def have_same_first(given: list[Results]) -> bool:
    """Whether all engines put the same document first, or one of them has those of the others in a tie with its own."""
    firsts = {results.hits[0].document_id for results in given}
    for results in given:
        tied = {hit.document_id for hit in results.hits if hit.score >= (1 - TIE) * results.hits[0].score}
        if firsts <= tied:
            return True
    return False


@pytest.mark.corpus
@pytest.mark.timeout(600)
@pytest.mark.skipif(not JUDGED.exists(), reason=f"no judged questions in {JUDGED}")
def test_judged_questions(tmp_path: Path) -> None:
    """On real sheets and real questions, engines find the same documents, and put the same one first."""
    judged = read(JUDGED)
    library = [document(row["id"], row["title"], *_cut_text(row["text"])) for row in judged.documents[:500]]
    matches = [parse_query(text) for text in list(judged.queries.values())[:200]]
    synonyms: list[Match] = [Or((match, Weighted(AtLeast(1, tuple(positive_leaves(match))), 0.5))) for match in matches]
    all_words: list[Match] = [And(tuple(positive_leaves(match))) for match in matches]
    with holding(tmp_path, library) as engines:
        given = [_ask_for_all(engines, match) for match in matches]
        for match in (*synonyms, *all_words):
            _ask_for_all(engines, match)
    assert find_share_of_same_first(given) >= SAME_FIRST


def _cut_text(text: str) -> list[str]:
    """The passages of a sheet, of ten lines each: a line each would be nine times as many as files of its size have."""
    lines = text.split("\n")
    return ["\n".join(lines[first : first + 10]) for first in range(0, len(lines), 10)]


def _ask_for_all(engines: Engines, match: Match) -> list[Results]:
    """What each engine answers, which must be the same documents and counts."""
    one, *others = given = answers(engines, Query(match, EVERYONE, limit=500, passages_per_document=0))
    assert all(found(other) == found(one) for other in others), match
    assert all((other.total, other.facet_counts) == (one.total, one.facet_counts) for other in others), match
    return given
