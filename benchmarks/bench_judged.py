"""What a member finds: judged questions through the real path, from the catalogue to the ranked list, set by set.

Beside it the same questions by plain BM25 on the same stems, and by OpenSearch with its French analysers. Weights were
fitted on the questions of even number; the odd ones are reported apart. Gains are the grades.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
import time
import unicodedata
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import tantivy

from benchmarks import opensearch_french
from benchmarks.judged import DEPTH, Judged, Measures, find_sets, measure, read
from benchmarks.report import Missing, Ratio, Table, figure, spread
from extractors import FORMATS, Section, SectionUnit
from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.metadata_layers import Description
from index.engines import ranking
from index.engines.tantivy import tantivy_engine, tantivy_queries
from index.generations.live import LiveIndex
from index.generations.synchroniser import IndexSynchroniser
from index.query import parse_query, require_all
from index.search import interpretation
from index.search.questions import Question
from index.search.service import Search
from index.text import analysis
from index.text.analysis import STOP_WORDS, fold_accents, tokenise
from index.text.minhash import signature
from index.vocabulary.vocabulary import load_vocabulary
from indexer.describe.passages import cut_passages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from index.query import Match
    from index.text.analysis import Word
    from index.vocabulary.vocabulary import Vocabulary

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LONG_WORD = 5


@contextmanager
def catalogued(judged: Judged, folder: Path) -> Iterator[tuple[Catalogue, Mapping[str, str]]]:
    """The collection as the indexer catalogues it, and its ids by Ruche's."""
    with closing(Catalogue.open(f"sqlite:///{folder / 'catalogue.sqlite'}")) as catalogue:
        yield catalogue, dict(_catalogued(catalogue, judged))


@contextmanager
def indexed(catalogue: Catalogue, folder: Path) -> Iterator[Callable[[], Search]]:
    """What opens a search over what is catalogued, once the index has learnt it: each remembers its own answers."""
    with IndexSynchroniser(folder, catalogue) as follower:
        follower.synchronise()
        yield partial(Search, LiveIndex(folder), catalogue, load_vocabulary(FORMATS))


def _catalogued(catalogue: Catalogue, judged: Judged) -> Iterator[tuple[str, str]]:
    with catalogue.transaction() as transaction:
        for row in judged.documents:
            passages = cut_passages([Section(SectionUnit.HEADING, 1, row["text"], row["title"])])
            digest = hashlib.sha256(row["id"].encode()).hexdigest()
            id_ = transaction.documents.create(
                Content(digest, "texte", row["title"], passages, signature=signature(passages))
            )
            transaction.descriptions.save_each({id_: Description(row["title"], None, None, ())})
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
        shown = (document for found in answer.found for document in (found.document, *found.near_duplicates))
        rankings[id_] = [ids[document.id] for document in shown][:DEPTH]
    return rankings, seconds


def unaccented(text: str) -> str:
    """The question as typed on a keyboard without accents."""
    return "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))


def mistyped(text: str) -> str:
    """The question with one mistake in one of its words of five letters or more, each time the same one."""
    draw = random.Random(text)  # noqa: S311 - repeatable, no secret
    words = [token for token in tokenise(text) if token.lower.isalpha() and len(token.lower) >= _LONG_WORD]
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
            stems = analysis.analyse_text(f"{row['title']}\n{row['text']}").stem
            writer.add_document(tantivy.Document.from_dict({"id": [row["id"]], "body": [stems]}, schema))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        return {id_: _plain(index, schema, text) for id_, text in judged.queries.items()}


def _plain(index: tantivy.Index, schema: tantivy.Schema, text: str) -> list[str]:
    stems = [token.word.stem for token in tokenise(text) if token.lower not in STOP_WORDS]
    terms = [tantivy.Query.term_query(schema, "body", stem, "freq") for stem in stems]
    query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
    searcher = index.searcher()
    return [str(searcher.doc(address).get_first("id")) for _, address in searcher.search(query, DEPTH).hits]


def rarest(judged: Judged, most: int) -> Callable[[str], str]:
    """What keeps the `most` rarest words of a question that the documents hold, in their order."""
    frequencies: Counter[str] = Counter()
    for row in judged.documents:
        frequencies.update({token.word.stem for token in tokenise(f"{row['title']}\n{row['text']}")})

    def keep(text: str) -> str:
        words = {
            token.word.stem: token
            for token in tokenise(text)
            if token.lower not in STOP_WORDS and len(token.lower) > 1 and token.word.stem in frequencies
        }
        chosen = sorted(words.values(), key=lambda token: (frequencies[token.word.stem], token.start))[:most]
        return " ".join(text[token.start : token.end] for token in sorted(chosen, key=lambda token: token.start))

    return keep


def known_items(judged: Judged, count: int, *, words: int | None = None) -> Judged:
    """Documents looked for by their title, or by so many words drawn from it; none where documents have no titles."""
    draw = random.Random(7)  # noqa: S311 - repeatable, no secret
    held = Counter(row["title"] for row in judged.documents)
    titled = [
        row for row in judged.documents if held[row["title"]] == 1 and len(_meaningful(row["title"])) >= _KNOWN_WORDS
    ]
    queries = {}
    for row in draw.sample(titled, min(count, len(titled))):
        terms = _meaningful(row["title"])
        kept = sorted(draw.sample(range(len(terms)), words)) if words else []
        queries[row["id"]] = " ".join(terms[place] for place in kept) if words else row["title"]
    return Judged(judged.documents, queries, {id_: {id_: 1} for id_ in queries})


def _meaningful(title: str) -> list[str]:
    return [title[each.start : each.end] for each in tokenise(title) if each.lower not in STOP_WORDS]


def run(bench: Workbench) -> Iterator[Finding]:
    """For each set a line for each way of asking, then Ruche without one part after another."""
    folders = find_sets(bench.judged)
    if not folders:
        yield Missing("judged questions", f"none in {bench.judged.name}")
    for folder in folders:
        yield from _measure_set(bench, folder)


def _measure_set(bench: Workbench, folder: Path) -> Iterator[Finding]:
    judged = read(folder)
    count = bench.of(len(judged.queries), 20)
    judged = replace(judged, queries=dict(list(judged.queries.items())[:count]))
    even, odd = (dict(list(judged.queries.items())[first::2]) for first in (0, 1))
    told = {"plain BM25, Ruche’s stems": measure(plain(judged), judged.grades)}
    name = folder.name
    with ExitStack() as stack:
        catalogue, ids = stack.enter_context(catalogued(judged, bench.folder(name)))
        open_search = stack.enter_context(indexed(catalogue, bench.scratch / name / "index"))
        search = open_search()
        rankings, seconds = ranked(search, ids, judged.queries)
        ours = told["**Ruche**"] = measure(rankings, judged.grades)
        told["Ruche, questions of even number"] = measure({id_: rankings[id_] for id_ in even}, judged.grades)
        of_odd = {id_: rankings[id_] for id_ in odd}
        told["Ruche, questions of odd number"] = whole = measure(of_odd, judged.grades)
        for how, ask in (_CHANGED | {f"their {most} rarest words": rarest(judged, most) for most in (2, 3)}).items():
            told[f"… {how}"] = measure(ranked(search, ids, odd, ask)[0], judged.grades)
        for what, ablated in ablate(open_search, ids, odd):
            if ablated == of_odd:
                yield Missing(what, "it changes no ranking: what it takes away is no longer where it was")
            else:
                told[f"… {what}"] = measure(ablated, judged.grades)
        for how, words in (("their title", None), ("three words of their title", _KNOWN_WORDS)):
            known = known_items(judged, bench.of(_KNOWN, 20), words=words)
            if known.queries:
                told[f"documents looked for by {how}"] = measure(ranked(search, ids, known.queries)[0], known.grades)
        stack.enter_context(_folding_first())
        other = stack.enter_context(indexed(catalogue, bench.scratch / name / "autre"))
        told["… folded before stemming"] = measure(ranked(other(), ids, odd)[0], judged.grades)
    try:
        told |= (theirs := _by_opensearch(judged, odd))
    except opensearch_french.Absent as absent:
        theirs = {}
        yield Missing("OpenSearch’s French analysers", str(absent))
    p50, p95 = spread(seconds)
    yield Table(
        f"{len(judged.queries):,} judged questions over {len(judged.documents):,} sheets ({name})",
        ("", "nDCG@10", "MRR@10", "Recall@10", "Hit@1", "without result", "keeps of nDCG"),
        tuple(_row(each, measures, whole) for each, measures in told.items()),
        f"A whole answer of Ruche takes {p50:.0f} ms (median), {p95:.0f} ms (95th percentile).",
    )
    yield Ratio(f"nDCG@10 of {name}", ours.ndcg, *_of("plain BM25", told), "", more_is_better=True)
    for each in theirs:
        if "odd" not in each:
            yield Ratio(f"nDCG@10 of {name}", ours.ndcg, *_of(each, told), "", more_is_better=True)


_CHANGED: dict[str, Callable[[str], str]] = {
    "typed without accents": unaccented,
    "in capitals": str.upper,
    "with one typo in a word of five letters or more": mistyped,
}
"""How a question may come, of which those of odd number are asked."""

_KNOWN, _KNOWN_WORDS = 600, 3
"""How many documents are looked for by their title, and the words of it that are drawn."""


def _row(name: str, each: Measures, whole: Measures) -> tuple[str, ...]:
    figures = (f"{value:.3f}" for value in (each.ndcg, each.mrr, each.recall, each.hit))
    keeps = figure(each.ndcg / whole.ndcg, "%") if name.startswith("…") else ""
    return name, *figures, figure(each.unanswered, "%"), keeps


def _of(start: str, told: Mapping[str, Measures]) -> tuple[str, float]:
    name = next(name for name in told if name.startswith(start))
    return name, told[name].ndcg


def _by_opensearch(judged: Judged, odd: Mapping[str, str]) -> dict[str, Measures]:
    told = {}
    with opensearch_french.node() as client:
        for name, analyser in opensearch_french.ANALYSERS.items():
            opensearch_french.fill(client, judged, analyser)
            told[f"OpenSearch, {name}"] = measure(opensearch_french.ranked(client, judged.queries), judged.grades)
            for how, ask in _CHANGED.items():
                changed = measure(opensearch_french.ranked(client, odd, ask), judged.grades)
                told[f"OpenSearch, {analyser}, odd number, {how}"] = changed
    return told


def ablate(
    open_search: Callable[[], Search], ids: Mapping[str, str], queries: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """The rankings of questions, each time without one part of the ranking."""
    boosts = ranking.FIELD_BOOSTS
    without: dict[str, Any] = {
        "without exact words": patch.dict(boosts, {name: 1e-9 for name in boosts if name.endswith("_exact")}),
        "without stems": patch.dict(boosts, {name: 1e-9 for name in boosts if name.endswith("_stem")}),
        "without proximity": patch.object(tantivy_queries, "PROXIMITY_BOOSTS", {}),
        "without best passage": patch.object(tantivy_engine, "PASSAGE_WEIGHT", 0.0),
        "titles and headings weighing six times as much": patch.dict(
            boosts, {name: 6 * boost for name, boost in boosts.items() if not name.startswith("body")}
        ),
        "without a gain for all words in the title": patch.object(ranking, "TITLE_LIFT", 1e-9),
        "without a gain for all words": patch.object(ranking, "ALL_WORDS_LIFT", 1e-9),
        "words of questions weighing as others": patch.object(ranking, "QUESTION_WORD_WEIGHT", 1.0),
        "compounds as phrases only": patch.object(interpretation, "loosen_compounds", lambda match: match),
        "all words required": patch.object(interpretation, "parse_query", _parse_strictly),
    }
    for name, change in without.items():
        # A search of its own: the answers of the others are remembered.
        with change:
            yield name, ranked(open_search(), ids, queries)[0]


def _parse_strictly(text: str, vocabulary: Vocabulary) -> Match:
    return require_all(parse_query(text, vocabulary))


@contextmanager
def _folding_first() -> Iterator[None]:
    original = analysis.analyse_word.__wrapped__

    def changed(lower: str) -> Word:
        return original(fold_accents(lower))

    with patch.object(analysis, "analyse_word", changed):
        for forms in (analysis.EXACT_FORMS, analysis.STEM_FORMS):  # the caches must not remember the other order
            forms.clear()
        yield
    for forms in (analysis.EXACT_FORMS, analysis.STEM_FORMS):
        forms.clear()
