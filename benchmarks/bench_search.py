"""What a member finds: judged queries through the real path, from the catalogue to the ranked list.

`python -m benchmarks.bench_search FOLDER [--engine tantivy] [--ablations]` reads docs.jsonl, queries.jsonl and
qrels.tsv (gzipped or not) and prints one line for each way of asking: nDCG@10 (gains are the grades), MRR@10,
Recall@10, Hit@1, and milliseconds a search. Weights were fitted on the queries of even number; the odd ones are
reported apart.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import random
import statistics
import sys
import tempfile
import time
import unicodedata
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import tantivy

from benchmarks.judged import DEPTH, Judged, Measures, measure, read
from extractors import Section, Unit
from index import analysis
from index.analysis import STOP_WORDS, fold, tokens
from index.catalogue import Catalogue, Content, Description
from index.engines import ENGINES, ranking, tantivy_queries
from index.engines import tantivy as tantivy_engine
from index.generations import Follower, LiveIndex
from index.search import Question, Search
from index.sketch import sketch
from index.vocabulary import load
from indexer.passages import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from index.engine import Word

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LONG_WORD = 5


@contextmanager
def indexed(judged: Judged, engine: str) -> Iterator[tuple[Search, Mapping[str, str]]]:
    """A search over the collection, catalogued and indexed as the indexer does; and the collection's ids by Ruche's."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        root = Path(folder)
        catalogue = stack.enter_context(closing(Catalogue.open(f"sqlite:///{root / 'catalogue.sqlite'}")))
        ids = dict(_catalogued(catalogue, judged))
        stack.enter_context(Follower(root / "index", catalogue, engine)).catch_up()
        yield Search(LiveIndex(root / "index"), catalogue, load()), ids


def _catalogued(catalogue: Catalogue, judged: Judged) -> Iterator[tuple[str, str]]:
    with catalogue.writing() as write:
        for row in judged.documents:
            passages = cut([Section(Unit.HEADING, 1, row["text"], row["title"])])
            digest = hashlib.sha256(row["id"].encode()).hexdigest()
            id_ = write.create(Content(digest, "texte", row["title"], passages, sketch=sketch(passages)))
            write.describe(id_, Description(row["title"], None, None, ()))
            yield id_, row["id"]


def ranked(
    search: Search, ids: Mapping[str, str], queries: Mapping[str, str], ask: Callable[[str], str] = str
) -> tuple[dict[str, list[str]], list[float]]:
    """The ranking of each query, and the seconds that each took."""
    rankings, seconds = {}, []
    for id_, text in queries.items():
        started = time.perf_counter()
        answer = search.ask(Question(ask(text), per_page=DEPTH))
        seconds.append(time.perf_counter() - started)
        shown = (document for found in answer.found for document in (found.document, *found.alike))
        rankings[id_] = [ids[document.id] for document in shown][:DEPTH]
    return rankings, seconds


def unaccented(text: str) -> str:
    """The question as typed on a keyboard without accents."""
    return "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))


def mistyped(text: str) -> str:
    """The question with one mistake in one of its words of five letters or more, each time the same one."""
    draw = random.Random(text)  # noqa: S311 - repeatable, no secret
    words = [token for token in tokens(text) if token.lower.isalpha() and len(token.lower) >= _LONG_WORD]
    if not words:
        return text
    chosen = draw.choice(words)
    at = draw.randrange(chosen.start + 1, chosen.end)
    mistakes = (
        lambda: text[:at] + text[at + 1 :],
        lambda: text[:at] + draw.choice(_LETTERS) + text[at:],
        lambda: text[:at] + draw.choice(_LETTERS) + text[at + 1 :],
        lambda: text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
    )
    return draw.choice(mistakes)()


def plain(judged: Judged) -> dict[str, list[str]]:
    """The anchor: BM25 over whole documents, stems folded after stemming, one field, any word; Tantivy alone."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    schema = builder.build()
    with tempfile.TemporaryDirectory() as folder:
        index = tantivy.Index(schema, path=folder)
        writer = index.writer(64_000_000, 1)
        for row in judged.documents:
            stems = analysis.streams(f"{row['title']}\n{row['text']}").stem
            writer.add_document(tantivy.Document.from_dict({"id": [row["id"]], "body": [stems]}, schema))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        return {id_: _plain(index, schema, text) for id_, text in judged.queries.items()}


def _plain(index: tantivy.Index, schema: tantivy.Schema, text: str) -> list[str]:
    stems = [token.word.stem for token in tokens(text) if token.lower not in STOP_WORDS]
    terms = [tantivy.Query.term_query(schema, "body", stem, "freq") for stem in stems]
    query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
    searcher = index.searcher()
    return [str(searcher.doc(address).get_first("id")) for _, address in searcher.search(query, DEPTH).hits]


def _line(name: str, measures: Measures, seconds: list[float] | None = None) -> None:
    times = ""
    if seconds:
        ordered = sorted(seconds)
        p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
        times = f"  p50 {statistics.median(ordered) * 1e3:.1f} ms  p95 {p95 * 1e3:.1f} ms"
    sys.stdout.write(f"{name:34} {measures}{times}\n")
    sys.stdout.flush()


def _report(judged: Judged, engine: str) -> None:
    odd = dict(list(judged.queries.items())[1::2])
    anchor = plain(judged)
    _line("plain BM25, all queries", measure(anchor, judged.grades))
    _line("plain BM25, odd queries", measure({id_: anchor[id_] for id_ in odd}, judged.grades))
    with indexed(judged, engine) as (search, ids):
        rankings, seconds = ranked(search, ids, judged.queries)
        _line(f"{engine}, all queries", measure(rankings, judged.grades), seconds)
        whole = measure({id_: rankings[id_] for id_ in odd}, judged.grades)
        _line(f"{engine}, odd queries", whole)
        for name, ask in (("without accents", unaccented), ("in capitals", str.upper), ("one typo", mistyped)):
            changed = measure(ranked(search, ids, odd, ask)[0], judged.grades)
            _line(f"{engine}, odd queries, {name}", changed)
            sys.stdout.write(f"{'':34} keeps {changed.ndcg / whole.ndcg:.1%} of nDCG@10\n")


def _ablations(judged: Judged) -> None:
    """The odd queries again, each time without one part of the ranking or of the analysis."""
    odd = dict(list(judged.queries.items())[1::2])
    boosts = ranking.BOOSTS
    without: dict[str, Any] = {
        "without exact words": patch.dict(boosts, {name: 1e-9 for name in boosts if name.endswith("_exact")}),
        "without stems": patch.dict(boosts, {name: 1e-9 for name in boosts if name.endswith("_stem")}),
        "without proximity": patch.object(tantivy_queries, "CLOSE", {}),
        "without best passage": patch.object(tantivy_engine, "PASSAGE_WEIGHT", 0.0),
    }
    with indexed(judged, "tantivy") as (search, ids):
        for name, change in without.items():
            with change:
                _line(name, measure(ranked(search, ids, odd)[0], judged.grades))
    with _folding_first(), indexed(judged, "tantivy") as (search, ids):
        _line("folded before stemming", measure(ranked(search, ids, odd)[0], judged.grades))


@contextmanager
def _folding_first() -> Iterator[None]:
    original = analysis.analyse.__wrapped__

    def changed(lower: str) -> Word:
        return original(fold(lower))

    with patch.object(analysis, "analyse", changed):
        for forms in (analysis._EXACT, analysis._STEM):  # noqa: SLF001 - the caches must not remember the other order
            forms.clear()
        yield
    for forms in (analysis._EXACT, analysis._STEM):  # noqa: SLF001 - idem
        forms.clear()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", choices=sorted(ENGINES), default="tantivy")
    parser.add_argument("--ablations", action="store_true")
    arguments = parser.parse_args()
    judged = read(arguments.folder)
    sys.stdout.write(f"{len(judged.documents)} documents, {len(judged.queries)} queries\n")
    _report(judged, arguments.engine)
    if arguments.ablations:
        _ablations(judged)


if __name__ == "__main__":
    main()
