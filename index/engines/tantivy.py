"""Tantivy, the default engine: an embedded index in a folder, one writer, any number of readers.

A document is one entry of kind « document » with its whole text, and one of kind « passage » for each passage. Texts
arrive analysed: Tantivy only splits them at white space.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

import tantivy

from index.analysis import streams
from index.engine import And, Everything, Hit, IndexedDocument, Match, Not, Or, Phrase, Prefix, Results, Sort, Word
from index.language import positives
from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from index.engine import Query

SCHEMA_VERSION = 1
"""Raised whenever the fields change: an index of another version must be rebuilt."""

_HEAP_BYTES = 64_000_000
_MOST_VALUES = 500
"""Values counted in one facet: more than the territories of France that could ever join."""

_TEXTS = ("title", "headings", "body", "notes")

_BOOSTS = {
    "title_exact": 3.0,
    "title_stem": 3.0,
    "headings_exact": 1.0,
    "headings_stem": 1.5,
    "body_exact": 1.0,
    "body_stem": 1.0,
    "notes_exact": 0.3,
    "notes_stem": 0.5,
}
"""How much a word counts by where it stands: titles are few and chosen, notes are spoken beside the point."""

_CLOSE = {"title_stem": 4.0, "headings_stem": 3.0, "body_stem": 2.0}
"""What the question's words in their order, close together, add by where they stand."""

_SLOP = 2
"""Words allowed between those of the question: « échange de données » is « échange données » with one between."""

_DOCUMENT, _PASSAGE = "document", "passage"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("kind", "groups"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for facet in Facet:
        builder.add_text_field(facet.value, fast=True, tokenizer_name="raw", index_option="basic")
    for text in _TEXTS:
        for stream in ("exact", "stem"):
            builder.add_text_field(f"{text}_{stream}", tokenizer_name="spaces", index_option="position")
    builder.add_unsigned_field("ordinal", stored=True)
    builder.add_unsigned_field("date", fast=True)
    return builder.build()


class TantivyEngine:
    """The index in a folder, created when absent. Only the engine that writes takes the folder's writer lock."""

    def __init__(self, index: tantivy.Index, folder: Path) -> None:
        self._index = index
        self._schema = index.schema
        self._meta = folder / "meta.json"
        self._seen = self._stamp()
        self._writer: tantivy.IndexWriter | None = None

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The index of a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(_schema(), path=str(folder))
        index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
        # Reloading is asked for, in `_searcher`: a search must see what was committed just before it.
        index.config_reader(reload_policy="manual")
        index.reload()
        return cls(index, folder)

    def write(self, *, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
        """Replace and remove documents, whole, in one commit."""
        if self._writer is None:
            self._writer = self._index.writer(_HEAP_BYTES, 1)
        for id_ in drop:
            self._writer.delete_documents_by_term("id", id_)
        for document in put:
            self._writer.delete_documents_by_term("id", document.id)
            for entry in _entries(document):
                # `from_dict` with the schema: plain integer arguments break Tantivy's writer thread.
                self._writer.add_document(tantivy.Document.from_dict(entry, self._schema))
        self._writer.commit()
        self._writer.garbage_collect_files()

    def search(self, query: Query) -> Results:
        """Two requests: rank and count documents, then find the best passages of those shown."""
        searcher = self._searcher()
        wanted = self._matching(query.match)
        ranked = self._all([wanted, self._any([_always(), *self._closeness(query.match)])])
        filters = self._filters(query)
        found = self._ranked(searcher, self._filtered(ranked, _DOCUMENT, filters.values()), query)
        counts = self._counts(searcher, wanted, filters)
        hits = tuple(
            Hit(id_, score, self._best_passages(searcher, id_, query))
            for score, address in found.hits
            for id_ in [str(searcher.doc(address).get_first("id"))]
        )
        return Results(
            total=found.count,  # type: ignore[attr-defined]  # left out of Tantivy's stub
            hits=hits,
            counts=counts,
        )

    def ids(self) -> frozenset[str]:
        """The documents that the index holds."""
        searcher = self._searcher()
        everything = searcher.search(self._term("kind", _DOCUMENT), limit=max(1, searcher.num_docs), count=False)
        return frozenset(str(searcher.doc(address).get_first("id")) for _, address in everything.hits)

    def close(self) -> None:
        """Let merges end, and give back the writer's lock."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _stamp(self) -> int:
        return self._meta.stat().st_mtime_ns

    def _searcher(self) -> tantivy.Searcher:
        stamp = self._stamp()
        if stamp != self._seen:
            self._index.reload()
            self._seen = stamp
        return self._index.searcher()

    def _ranked(self, searcher: tantivy.Searcher, query: tantivy.Query, asked: Query) -> tantivy.SearchResult:
        by_date = asked.sort is Sort.DATE or isinstance(asked.match, Everything)
        return searcher.search(
            query, limit=asked.limit, offset=asked.offset, order_by_field="date" if by_date else None
        )

    def _counts(
        self,
        searcher: tantivy.Searcher,
        wanted: tantivy.Query,
        filters: dict[Facet | None, tantivy.Query],
    ) -> dict[Facet, dict[str, int]]:
        """Counts of documents by value; a facet's counts ignore its own selection, so that one may widen it."""
        free = [facet for facet in Facet if facet not in filters]
        rounds = [(free, filters), *(([facet], _without(filters, facet)) for facet in filters if facet)]
        counts: dict[Facet, dict[str, int]] = {}
        for facets, kept in rounds:
            asked = {facet.value: {"terms": {"field": facet.value, "size": _MOST_VALUES}} for facet in facets}
            answer = searcher.aggregate(self._filtered(wanted, _DOCUMENT, kept.values()), asked) if asked else {}
            for facet in facets:
                counts[facet] = {each["key"]: each["doc_count"] for each in answer[facet.value]["buckets"]}
        return counts

    def _best_passages(self, searcher: tantivy.Searcher, id_: str, query: Query) -> tuple[int, ...]:
        asked = list(positives(query.match))
        if not asked or not query.passages:
            return ()
        # A passage need not hold every word of the question: its document does.
        wanted = self._any([*map(self._matching, asked), *self._closeness(query.match)])
        found = searcher.search(
            self._filtered(wanted, _PASSAGE, [self._term("id", id_)]), limit=query.passages, count=False
        )
        return tuple(int(searcher.doc(address).get_first("ordinal") or 0) for _, address in found.hits)

    def _filters(self, query: Query) -> dict[Facet | None, tantivy.Query]:
        """The conditions that do not rank: rights, under None, and one a facet with a selection."""
        filters: dict[Facet | None, tantivy.Query] = {None: self._one_of("groups", query.groups)}
        return filters | {
            facet: self._one_of(facet.value, values) for facet, values in query.selection.items() if values
        }

    def _filtered(self, wanted: tantivy.Query, kind: str, filters: Iterable[tantivy.Query]) -> tantivy.Query:
        conditions = [tantivy.Query.const_score_query(each, 0.0) for each in (self._term("kind", kind), *filters)]
        return self._all([wanted, *conditions])

    def _matching(self, match: Match) -> tantivy.Query:  # noqa: PLR0911 - one line a kind of match
        match match:
            case Word(exact, stem):
                return self._any(self._word(exact, stem))
            case Phrase(words, exact):
                return self._any(self._phrase(words, "exact" if exact else "stem"))
            case Prefix(start):
                pattern = f"{re.escape(start)}.*"
                return self._any(tantivy.Query.regex_query(self._schema, f"{text}_exact", pattern) for text in _TEXTS)
            case And(parts):
                return self._conjunction(parts)
            case Or(parts):
                return self._any(map(self._matching, parts))
            case Not(part):
                return self._conjunction((Everything(), Not(part)))
            case Everything():
                return tantivy.Query.all_query()

    def _conjunction(self, parts: tuple[Match, ...]) -> tantivy.Query:
        clauses = [
            (tantivy.Occur.MustNot, self._matching(part.part))
            if isinstance(part, Not)
            else (tantivy.Occur.Must, self._matching(part))
            for part in parts
        ]
        return tantivy.Query.boolean_query(clauses)

    def _word(self, exact: str, stem: str) -> Iterator[tantivy.Query]:
        for field, boost in _BOOSTS.items():
            word = exact if field.endswith("_exact") else stem
            yield tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, field, word, "freq"), boost)

    def _phrase(self, words: tuple[Word, ...], stream: str) -> Iterator[tantivy.Query]:
        texts = [word.exact if stream == "exact" else word.stem for word in words]
        for text in _TEXTS:
            field = f"{text}_{stream}"
            yield tantivy.Query.boost_query(self._sequence(field, texts), 2 * _BOOSTS[field])

    def _sequence(self, field: str, words: list[str], slop: int = 0) -> tantivy.Query:
        if len(words) == 1:
            return self._term(field, words[0])
        return tantivy.Query.phrase_query(self._schema, field, list(words), slop)

    def _closeness(self, match: Match) -> list[tantivy.Query]:
        """Clauses that raise what holds the question's words close together and in their order."""
        if not isinstance(match, And):
            return []
        words = [word.stem for part in match.parts for word in _words(part)]
        if len(words) < 2:  # noqa: PLR2004 - one word is close to itself
            return []
        return [
            tantivy.Query.boost_query(self._sequence(field, words, _SLOP), boost) for field, boost in _CLOSE.items()
        ]

    def _term(self, field: str, value: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value, "basic")

    def _one_of(self, field: str, values: Iterable[str]) -> tantivy.Query:
        return tantivy.Query.term_set_query(self._schema, field, sorted(values))

    def _all(self, queries: Iterable[tantivy.Query]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])

    def _any(self, queries: Iterable[tantivy.Query]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _always() -> tantivy.Query:
    """A clause that matches all and ranks nothing: it makes its neighbours optional."""
    return tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)


def _words(part: Match) -> tuple[Word, ...]:
    match part:
        case Word():
            return (part,)
        case Phrase(words):
            return words
        case _:
            return ()


def _without(filters: dict[Facet | None, tantivy.Query], facet: Facet) -> dict[Facet | None, tantivy.Query]:
    return {kept: query for kept, query in filters.items() if kept is not facet}


def _entries(document: IndexedDocument) -> Iterator[dict[str, object]]:
    common = {"id": [document.id], "groups": sorted(document.groups)}
    day = document.date
    yield {
        **common,
        "kind": [_DOCUMENT],
        "date": [day.year * 10_000 + day.month * 100 + day.day if day else 0],
        **{facet.value: list(document.facets.get(facet, ())) for facet in Facet},
        **_streams("title", document.title),
        **_streams("headings", "\n".join(passage.title for passage in document.passages)),
        **_streams("body", "\n".join(passage.text for passage in document.passages)),
        **_streams("notes", "\n".join(passage.notes for passage in document.passages)),
    }
    for passage in document.passages:
        yield {
            **common,
            "kind": [_PASSAGE],
            "ordinal": [passage.ordinal],
            **_streams("headings", passage.title),
            **_streams("body", passage.text),
            **_streams("notes", passage.notes),
        }


def _streams(name: str, text: str) -> dict[str, list[str]]:
    exact, stem = streams(text)
    return {f"{name}_exact": [exact], f"{name}_stem": [stem]}
