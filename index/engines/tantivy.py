"""The Tantivy engine, the default one: an embedded index in a folder, with one writer and any number of readers.

A document is one entry of kind « document » with its whole text, and an entry of kind « passage » for each passage.
Texts arrive analysed; Tantivy only splits them at white space.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING

import tantivy

from index import engine
from index.analysis import Streams, streams
from index.engine import Hit, IndexedDocument, Or, Results, Tagged, UnreadableIndexError
from index.engines.ranking import (
    CLOSE_IN_DOCUMENTS,
    CLOSE_IN_PASSAGES,
    PASSAGE_WEIGHT,
    RERANKED,
    by_date,
    lifted,
)
from index.engines.tantivy_queries import Translator, all_of, raised, unranked
from index.engines.texts import TEXTS, of_passage
from index.language import positives
from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from index.engine import Query

SCHEMA_VERSION = 5
"""Increase it whenever the fields or their contents change: an index of another version must be rebuilt."""

BROKEN = (ValueError,)
"""What Tantivy raises on an index that it cannot read, or that lacks a field of a query."""

# Memory of the writer, beyond which it writes a segment.
_HEAP_BYTES = 64_000_000

# A part of Tantivy's message while another writer holds the lock, and the seconds between two attempts.
_LOCKED, _GLANCE = "LockBusy", 0.1

# Values counted in one facet: more than the territories that could ever join.
_MOST_VALUES = 500

_DOCUMENT, _PASSAGE = "document", "passage"

# Passages fetched per document: they are ranked all together, and each document must get its best ones.
_FETCHED = 5

_Passages = dict[str, list[tuple[float, int]]]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("kind", "groups"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for facet in Facet:
        builder.add_text_field(facet.value, fast=True, tokenizer_name="raw", index_option="basic")
    for text in (*TEXTS, "authors"):
        for stream in ("exact", "stem"):
            builder.add_text_field(f"{text}_{stream}", tokenizer_name="spaces", index_option="position")
    builder.add_text_field("written", tokenizer_name="spaces", index_option="basic")
    # Read by column for many hits at once: faster than stored texts.
    builder.add_unsigned_field("key", fast=True)
    builder.add_unsigned_field("ordinal", fast=True)
    builder.add_unsigned_field("date", fast=True)
    builder.add_unsigned_field("gathered", fast=True)
    return builder.build()


def open_index(folder: Path) -> TantivyEngine:
    """Open the index of a folder, created if it is absent."""
    folder.mkdir(parents=True, exist_ok=True)
    # An existing index keeps its own schema, which may be another version's.
    path = str(folder)
    index = tantivy.Index.open(path) if tantivy.Index.exists(path) else tantivy.Index(_schema(), path=path)
    index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    # Reloaded by hand in `_current_searcher`: a search must see what was committed just before it.
    index.config_reader(reload_policy="manual")
    return TantivyEngine(index, folder)


@contextmanager
def _readable() -> Iterator[None]:
    """Turn Tantivy's errors into UnreadableIndexError."""
    try:
        yield
    except BROKEN as error:
        raise UnreadableIndexError(str(error)) from error


class TantivyEngine:
    """An index in a folder. It takes the folder's writer lock at its first write, and holds it until it is closed."""

    def __init__(self, index: tantivy.Index, folder: Path) -> None:
        self._index = index
        self._schema = index.schema
        self._make = Translator(index.schema)
        self._meta = str(folder / "meta.json")
        self._seen = 0, 0
        self._reading = threading.Lock()
        self._reload()
        self._writer: tantivy.IndexWriter | None = None

    def write(self, *, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
        """Replace and remove documents with all their passages, in one commit."""
        if self._writer is None:
            self._writer = self._taken()
        with _whole(self._writer) as writer:
            for id_ in drop:
                writer.delete_documents_by_term("id", id_)
            for document in put:
                writer.delete_documents_by_term("id", document.id)
                for entry in _entries(document):
                    writer.add_document(self._made(entry))

    @_readable()
    def search(self, query: Query) -> Results:
        """Rank and count documents, then find the best passages of those shown."""
        searcher = self._searcher()
        wanted = self._make.matching(query.match)
        filters = self._filters(query)
        ranked = self._filtered(
            wanted, _DOCUMENT, filters.values(), self._make.closeness(query.match, CLOSE_IN_DOCUMENTS)
        )
        found = self._ranked(searcher, ranked, query)
        return Results(
            total=found.count,  # type: ignore[attr-defined]  # left out of Tantivy's stub
            hits=self._hits(searcher, found, query),
            counts=self._counts(searcher, wanted, filters, query.counted),
        )

    @_readable()
    def matching(self, query: Query) -> frozenset[str]:
        """Return those of `query.only_among` that match."""
        among = query.among or frozenset()
        wanted = self._filtered(self._make.matching(query.match), _DOCUMENT, self._filters(query).values())
        searcher = self._searcher()
        found = searcher.search(wanted, limit=max(1, len(among)), count=False)
        return frozenset(str(searcher.doc(address).get_first("id")) for _, address in found.hits)

    @_readable()
    def words(self, start: str = "", groups: frozenset[str] | None = None) -> Mapping[str, int]:
        """Return the words that begin with `start`, and how many documents hold each."""
        visible = None if groups is None else self._make.one_of("groups", groups)
        return dict(self._searcher().terms_with_prefix("written", start, visible))

    @_readable()
    def knows(self, word: str, groups: frozenset[str]) -> bool:
        """Whether a document that these groups may see holds this word."""
        wanted = all_of([self._make.term("written", word), self._make.one_of("groups", groups)])
        return bool(self._searcher().search(wanted, limit=1, count=False).hits)

    @_readable()
    def ids(self) -> frozenset[str]:
        """Return the ids of all documents in the index."""
        searcher = self._searcher()
        everything = searcher.search(self._make.term("kind", _DOCUMENT), limit=max(1, searcher.num_docs), count=False)
        return frozenset(str(searcher.doc(address).get_first("id")) for _, address in everything.hits)

    @_readable()
    def passages(self, among: frozenset[str] | None = None) -> int:
        """Return how many passages the index holds, of these documents or of all."""
        among_these = [] if among is None else [self._make.one_of("id", among)]
        wanted = all_of([self._make.term("kind", _PASSAGE), *among_these])
        return int(self._searcher().search(wanted, limit=1).count)  # type: ignore[attr-defined]  # idem

    def close(self) -> None:
        """Wait for merges to end, and release the writer's lock."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _taken(self) -> tantivy.IndexWriter:
        """Return the folder's writer, waiting a while for another process to release it. Raises IndexBusyError."""
        until = time.monotonic() + engine.WRITER_PATIENCE
        while True:
            try:
                writer = self._index.writer(_HEAP_BYTES, 1)
            except ValueError as error:
                if _LOCKED not in str(error):
                    raise
                if time.monotonic() >= until:
                    raise engine.IndexBusyError from error
                time.sleep(_GLANCE)
            else:
                # Files of an interrupted commit would be in the way of the next one, which uses the same names.
                writer.garbage_collect_files()
                return writer

    @_readable()
    def _made(self, entry: dict[str, object]) -> tantivy.Document:
        # With the schema: documents built of plain integers break Tantivy's writer thread.
        return tantivy.Document.from_dict(entry, self._schema)

    def _stamp(self) -> tuple[int, int]:
        """Return what changes at each commit: the inode too, since two commits may have the same time."""
        try:
            found = os.stat(self._meta)  # noqa: PTH116 - each search looks several times: a path costs more than the look
        except FileNotFoundError:
            # The generation was removed: a search under way goes on in the files that are open.
            return self._seen
        return found.st_ino, found.st_mtime_ns

    def _searcher(self) -> tantivy.Searcher:
        if self._stamp() != self._seen:
            self._reload()
        return self._index.searcher()

    def _reload(self) -> None:
        # One at a time: of two reloads at once, the older one might end last.
        with self._reading:
            # Read before the reload: a commit in between is then loaded by the next search.
            stamp = self._stamp()
            self._index.reload()
            self._seen = stamp

    def _ranked(self, searcher: tantivy.Searcher, query: tantivy.Query, asked: Query) -> tantivy.SearchResult:
        if by_date(asked):
            return searcher.search(query, limit=asked.limit, offset=asked.offset, order_by_field="date")
        # The head of the list is reranked by best passages as a whole, so it is fetched whichever page is asked for.
        limit = max(RERANKED if asked.passages else 1, asked.offset + asked.limit)
        return searcher.search(query, limit=limit)

    def _hits(self, searcher: tantivy.Searcher, found: tantivy.SearchResult, query: Query) -> tuple[Hit, ...]:
        scored = [(score, str(searcher.doc(address).get_first("id"))) for score, address in found.hits]
        best: _Passages = {}
        if not by_date(query):
            if query.passages and query.offset < RERANKED:
                head = [id_ for _, id_ in scored[:RERANKED]]
                best = self._passages(searcher, head, query, _FETCHED * len(head))
                scored = self._reranked(searcher, found, scored, best, query)
            scored = scored[query.offset : query.offset + query.limit]
        if query.passages:
            lacking = [id_ for _, id_ in scored if id_ not in best]
            best |= self._passages(searcher, lacking, query, _FETCHED * len(lacking))
        return tuple(
            Hit(id_, score, tuple(ordinal for _, ordinal in best.get(id_, ())[: query.passages]))
            for score, id_ in scored
        )

    def _reranked(
        self,
        searcher: tantivy.Searcher,
        found: tantivy.SearchResult,
        scored: list[tuple[float, str]],
        best: _Passages,
        query: Query,
    ) -> list[tuple[float, str]]:
        """Return scores and ids, the head of the list reranked by each document's text and best passage together."""
        addresses = [address for _, address in found.hits[:RERANKED]]
        days, gathered = (searcher.fast_field_values(name, addresses) for name in ("date", "gathered"))
        head = []
        for (score, id_), day, is_gathered in zip(scored[:RERANKED], days, gathered, strict=True):
            whole = score + PASSAGE_WEIGHT * (best[id_][0][0] if id_ in best else 0.0)
            head.append((lifted(whole, int(day or 0), gathered=bool(is_gathered), lift=query.lift), id_))
        return [*sorted(head, key=lambda each: -each[0]), *scored[RERANKED:]]

    def _passages(self, searcher: tantivy.Searcher, ids: Sequence[str], query: Query, limit: int) -> _Passages:
        """Return by document the scores and ordinals of its best passages; at most `limit` in all, best first."""
        asked = tuple(positives(query.match))
        if not asked or not ids:
            return {}
        # A passage need not hold every word of the question: its document holds them.
        wanted = self._make.in_passages(Or(asked))
        close = self._make.closeness(query.match, CLOSE_IN_PASSAGES)
        among = self._filtered(wanted, _PASSAGE, [self._make.one_of("id", ids)], close)
        hits = searcher.search(among, limit=limit, count=False).hits
        addresses = [address for _, address in hits]
        keys = {_key(id_): id_ for id_ in ids}
        best: _Passages = {}
        columns = (searcher.fast_field_values(name, addresses) for name in ("key", "ordinal"))
        for (score, _), key, ordinal in zip(hits, *columns, strict=True):
            best.setdefault(keys[int(key or 0)], []).append((score, int(ordinal or 0)))
        return best

    def _counts(
        self,
        searcher: tantivy.Searcher,
        wanted: tantivy.Query,
        filters: dict[Facet | None, tantivy.Query],
        counted: frozenset[Facet],
    ) -> dict[Facet, dict[str, int]]:
        """Return numbers of documents by facet and value; those of a facet ignore the selection in it."""
        # One round for all facets without selection, and one for each facet that has one.
        free = [facet for facet in Facet if facet in counted and facet not in filters]
        chosen = [facet for facet in filters if facet in counted]
        rounds = [(free, filters), *(([facet], _without(filters, facet)) for facet in chosen if facet)]
        counts: dict[Facet, dict[str, int]] = {}
        for facets, kept in rounds:
            asked = {facet.value: {"terms": {"field": facet.value, "size": _MOST_VALUES}} for facet in facets}
            answer = searcher.aggregate(self._filtered(wanted, _DOCUMENT, kept.values()), asked) if asked else {}
            for facet in facets:
                counts[facet] = {each["key"]: each["doc_count"] for each in answer[facet.value]["buckets"]}
        return counts

    def _filters(self, query: Query) -> dict[Facet | None, tantivy.Query]:
        """Return the conditions that do not rank: by facet its selection, under None rights and restrictions to ids."""
        allowed = [self._make.one_of("groups", query.groups)]
        if query.among is not None:
            allowed.append(self._make.one_of("id", query.among))
        if query.without:
            allowed.append(self._make.none_of("id", query.without))
        filters: dict[Facet | None, tantivy.Query] = {None: all_of(allowed)}
        return filters | {
            facet: self._make.matching(Tagged(facet, values)) for facet, values in query.selection.items() if values
        }

    def _filtered(
        self, wanted: tantivy.Query, kind: str, filters: Iterable[tantivy.Query], bonus: Iterable[tantivy.Query] = ()
    ) -> tantivy.Query:
        conditions = (unranked(each) for each in (self._make.term("kind", kind), *filters))
        return raised([wanted, *conditions], bonus)


@contextmanager
def _whole(writer: tantivy.IndexWriter) -> Iterator[tantivy.IndexWriter]:
    """Commit what is written inside, or roll it back on an error, so that it does not come with the next commit."""
    # A new writer gives its first operation the number of the last commit. If a merge begins then, a deletion with that
    # number reaches some segments only, and an old version of a document stays beside the new one. So the first
    # operation deletes an id that no document has.
    writer.delete_documents_by_term("id", "")
    done = False
    try:
        yield writer
        writer.commit()
        writer.garbage_collect_files()
        done = True
    finally:
        if not done:
            writer.rollback()


def _key(id_: str) -> int:
    """Return a 63-bit number that stands for a document's id, since a column of numbers is read faster than texts."""
    return int.from_bytes(blake2b(id_.encode(), digest_size=8).digest()) >> 1


def _without(filters: dict[Facet | None, tantivy.Query], facet: Facet) -> dict[Facet | None, tantivy.Query]:
    return {kept: query for kept, query in filters.items() if kept is not facet}


def _entries(document: IndexedDocument) -> Iterator[dict[str, object]]:
    common = {"id": [document.id], "key": [_key(document.id)], "groups": sorted(document.groups)}
    day = document.date
    parts = [of_passage(passage) for passage in document.passages]
    title = streams(document.title)
    # A document's text is its passages' streams joined: nothing is analysed twice.
    whole = {name: [part[name] for part in parts] for name in ("headings", "body")}
    written = title.written.union(*(each.written for part in parts for each in part.values()))
    yield {
        **common,
        "kind": [_DOCUMENT],
        "date": [day.year * 10_000 + day.month * 100 + day.day if day else 0],
        "gathered": [int(bool(document.facets.get(Facet.EVENT)))],
        "written": [" ".join(filter(str.isalpha, written))],
        **{facet.value: list(document.facets.get(facet, ())) for facet in Facet},
        **_fields("authors", [streams("\n".join(document.authors))]),
        **_fields("title", [title]),
        **{field: value for name, each in whole.items() for field, value in _fields(name, each).items()},
    }
    for passage, part in zip(document.passages, parts, strict=True):
        fields = {field: value for name, each in part.items() for field, value in _fields(name, [each]).items()}
        yield {**common, "kind": [_PASSAGE], "ordinal": [passage.ordinal], **fields}


def _fields(name: str, texts: list[Streams]) -> dict[str, list[str]]:
    """Return the two fields, exact and stemmed, of one or several texts joined; none where they hold no word."""
    # Compounds come last, so that they do not stand between the words of a phrase.
    joined = [text.joined for text in texts if text.joined]
    exact = " ".join([*(text.exact for text in texts), *joined])
    stem = " ".join([*(text.stem for text in texts), *joined])
    return {f"{name}_exact": [exact], f"{name}_stem": [stem]} if exact else {}
