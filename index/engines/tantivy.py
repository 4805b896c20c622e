"""Tantivy, the default engine: an embedded index in a folder, one writer, any number of readers.

A document is one entry of kind « document » with its whole text, and one of kind « passage » for each passage. Texts
arrive analysed: Tantivy only splits them at white space.
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
"""Raised whenever the fields, or what they hold, change: an index of another version must be rebuilt."""

BROKEN = (ValueError,)
"""What Tantivy raises on an index that it cannot read, or that lacks a field it is asked about."""

_HEAP_BYTES = 64_000_000
_LOCKED, _GLANCE = "LockBusy", 0.1
"""What Tantivy says where another writer is at work, and seconds between two looks whether it still is."""

_MOST_VALUES = 500
"""Values counted in one facet: more than the territories of France that could ever join."""

_DOCUMENT, _PASSAGE = "document", "passage"

_FETCHED = 5
"""Passages fetched for each document, so that each gets its best ones although they are ranked together."""

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
    builder.add_unsigned_field("key", fast=True)
    builder.add_unsigned_field("ordinal", fast=True)
    builder.add_unsigned_field("date", fast=True)
    builder.add_unsigned_field("gathered", fast=True)
    return builder.build()


def open_index(folder: Path) -> TantivyEngine:
    """The index of a folder, created when absent."""
    folder.mkdir(parents=True, exist_ok=True)
    # One that is there has its own schema: another version's may do.
    path = str(folder)
    index = tantivy.Index.open(path) if tantivy.Index.exists(path) else tantivy.Index(_schema(), path=path)
    index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    # Reloading is asked for, in `_searcher`: a search must see what was committed just before it.
    index.config_reader(reload_policy="manual")
    return TantivyEngine(index, folder)


@contextmanager
def _readable() -> Iterator[None]:
    """What Tantivy cannot read, or cannot be asked, told as every engine tells it."""
    try:
        yield
    except BROKEN as error:
        raise UnreadableIndexError(str(error)) from error


class TantivyEngine:
    """An index in a folder. Only the engine that writes takes the folder's writer lock."""

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
        """Replace and remove documents, whole, in one commit."""
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
        """Which of `query.among` match."""
        among = query.among or frozenset()
        wanted = self._filtered(self._make.matching(query.match), _DOCUMENT, self._filters(query).values())
        searcher = self._searcher()
        found = searcher.search(wanted, limit=max(1, len(among)), count=False)
        return frozenset(str(searcher.doc(address).get_first("id")) for _, address in found.hits)

    @_readable()
    def words(self, start: str = "", groups: frozenset[str] | None = None) -> Mapping[str, int]:
        """Words as written, with the documents that hold them."""
        visible = None if groups is None else self._make.one_of("groups", groups)
        return dict(self._searcher().terms_with_prefix("written", start, visible))

    @_readable()
    def knows(self, word: str, groups: frozenset[str]) -> bool:
        """Whether a document that these groups may see holds a word so written."""
        wanted = all_of([self._make.term("written", word), self._make.one_of("groups", groups)])
        return bool(self._searcher().search(wanted, limit=1, count=False).hits)

    @_readable()
    def ids(self) -> frozenset[str]:
        """The documents that the index holds."""
        searcher = self._searcher()
        everything = searcher.search(self._make.term("kind", _DOCUMENT), limit=max(1, searcher.num_docs), count=False)
        return frozenset(str(searcher.doc(address).get_first("id")) for _, address in everything.hits)

    @_readable()
    def passages(self, among: frozenset[str] | None = None) -> int:
        """How many passages the index holds."""
        among_these = [] if among is None else [self._make.one_of("id", among)]
        wanted = all_of([self._make.term("kind", _PASSAGE), *among_these])
        return int(self._searcher().search(wanted, limit=1).count)  # type: ignore[attr-defined]  # idem

    def close(self) -> None:
        """Let merges end, and give back the writer's lock."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _taken(self) -> tantivy.IndexWriter:
        """The folder's one writer, once another process has left it."""
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
                # What a commit that was cut short has left would stand in the way of the next one, of the same name.
                writer.garbage_collect_files()
                return writer

    @_readable()
    def _made(self, entry: dict[str, object]) -> tantivy.Document:
        # With the schema: plain integer arguments break Tantivy's writer thread.
        return tantivy.Document.from_dict(entry, self._schema)

    def _stamp(self) -> tuple[int, int]:
        """What tells a commit from the one before: each is another file, though clocks may not have ticked between."""
        try:
            found = os.stat(self._meta)  # noqa: PTH116 - each search looks several times: a path costs more than the look
        except FileNotFoundError:
            # The folder has gone, with a generation that is kept no longer: a search under way ends as it began.
            return self._seen
        return found.st_ino, found.st_mtime_ns

    def _searcher(self) -> tantivy.Searcher:
        if self._stamp() != self._seen:
            self._reload()
        return self._index.searcher()

    def _reload(self) -> None:
        # In turn: of two readings that overlap, the older one might be the last to take its place.
        with self._reading:
            # Before the index is read: what is committed meanwhile is then read by the next search.
            stamp = self._stamp()
            self._index.reload()
            self._seen = stamp

    def _ranked(self, searcher: tantivy.Searcher, query: tantivy.Query, asked: Query) -> tantivy.SearchResult:
        if by_date(asked):
            return searcher.search(query, limit=asked.limit, offset=asked.offset, order_by_field="date")
        # The head of the list is ranked again by best passages: it is fetched whole, whichever page is asked for.
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
        """The head of the list, ranked by the whole document and its best passage together; the rest as it was."""
        addresses = [address for _, address in found.hits[:RERANKED]]
        days, gathered = (searcher.fast_field_values(name, addresses) for name in ("date", "gathered"))
        head = []
        for (score, id_), day, is_gathered in zip(scored[:RERANKED], days, gathered, strict=True):
            whole = score + PASSAGE_WEIGHT * (best[id_][0][0] if id_ in best else 0.0)
            head.append((lifted(whole, int(day or 0), gathered=bool(is_gathered), lift=query.lift), id_))
        return [*sorted(head, key=lambda each: -each[0]), *scored[RERANKED:]]

    def _passages(self, searcher: tantivy.Searcher, ids: Sequence[str], query: Query, limit: int) -> _Passages:
        """The best passages of some documents, all together at most `limit`: scores and ordinals, best first."""
        asked = tuple(positives(query.match))
        if not asked or not ids:
            return {}
        # A passage need not hold every word of the question: its document does.
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
        """Counts of documents by value; a facet's counts ignore its own selection, so that one may widen it."""
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
        """The conditions that do not rank: rights and `among`, under None, and one a facet with a selection."""
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
    """One commit: what was added before a failure must not come in with the next one."""
    # A writer just opened numbers its first operation like the last commit, and a merge that then begins applies a
    # deletion of this number to some segments only: the document comes back beside its new version. Nothing is it.
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
    """A number that stands for a document's id: columns of numbers are read faster than stored texts."""
    return int.from_bytes(blake2b(id_.encode(), digest_size=8).digest()) >> 1


def _without(filters: dict[Facet | None, tantivy.Query], facet: Facet) -> dict[Facet | None, tantivy.Query]:
    return {kept: query for kept, query in filters.items() if kept is not facet}


def _entries(document: IndexedDocument) -> Iterator[dict[str, object]]:
    common = {"id": [document.id], "key": [_key(document.id)], "groups": sorted(document.groups)}
    day = document.date
    parts = [of_passage(passage) for passage in document.passages]
    title = streams(document.title)
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
    """A text's two fields. The document's are those of its passages, one after another: nothing is analysed twice."""
    joined = [text.joined for text in texts if text.joined]
    exact = " ".join([*(text.exact for text in texts), *joined])
    stem = " ".join([*(text.stem for text in texts), *joined])
    return {f"{name}_exact": [exact], f"{name}_stem": [stem]} if exact else {}
