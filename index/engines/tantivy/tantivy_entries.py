"""The fields of Tantivy's index, and the entries that a document becomes: its whole text, then each passage."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import tantivy

from index.engines.ranking import TEXT_FIELDS, analyse_passage
from index.model import Facet
from index.text import TokenStreams, analyse_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from index.engines.protocol import IndexedDocument

DOCUMENT, PASSAGE = "document", "passage"
"""The kinds of entries."""


def build_schema() -> tantivy.Schema:
    """Return the fields of an index."""
    builder = tantivy.SchemaBuilder()
    for name in ("kind", "groups"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for facet in Facet:
        builder.add_text_field(facet.value, fast=True, tokenizer_name="raw", index_option="basic")
    for text in (*TEXT_FIELDS, "authors"):
        for stream in ("exact", "stem"):
            builder.add_text_field(f"{text}_{stream}", tokenizer_name="spaces", index_option="position")
    builder.add_text_field("written", tokenizer_name="spaces", index_option="basic")
    # Read by column for many hits at once: faster than stored texts.
    builder.add_unsigned_field("key", fast=True)
    builder.add_unsigned_field("ordinal", fast=True)
    builder.add_unsigned_field("date", fast=True)
    builder.add_unsigned_field("gathered", fast=True)
    return builder.build()


@lru_cache(maxsize=10_000)
def document_key(id_: str) -> int:
    """Return a 63-bit number that stands for a document's id, since a column of numbers is read faster than texts."""
    return int.from_bytes(blake2b(id_.encode(), digest_size=8).digest()) >> 1


def build_entries(document: IndexedDocument, facets: Iterable[Facet] = tuple(Facet)) -> Iterator[dict[str, object]]:
    """Yield the entries of a document, each field with its values."""
    common = {"id": [document.id], "key": [document_key(document.id)], "groups": sorted(document.groups)}
    day = document.date
    parts = [analyse_passage(passage) for passage in document.passages]
    title = analyse_text(document.title)
    # A document's text is its passages' streams joined: nothing is analysed twice.
    whole = {name: [part[name] for part in parts] for name in ("headings", "body")}
    written = title.written_words.union(*(each.written_words for part in parts for each in part.values()))
    yield {
        **common,
        "kind": [DOCUMENT],
        "date": [day.year * 10_000 + day.month * 100 + day.day if day else 0],
        "gathered": [int(bool(document.facets.get(Facet.EVENT)))],
        "written": [" ".join(filter(str.isalpha, written))],
        **{facet.value: list(document.facets.get(facet, ())) for facet in facets},
        **_build_fields("authors", [analyse_text("\n".join(document.authors))]),
        **_build_fields("title", [title]),
        **{field: value for name, each in whole.items() for field, value in _build_fields(name, each).items()},
    }
    for passage, part in zip(document.passages, parts, strict=True):
        fields = {field: value for name, each in part.items() for field, value in _build_fields(name, [each]).items()}
        yield {**common, "kind": [PASSAGE], "ordinal": [passage.ordinal], **fields}


def _build_fields(name: str, texts: list[TokenStreams]) -> dict[str, list[str]]:
    """Return the two fields, exact and stemmed, of one or several texts joined; none where they hold no word."""
    # Compounds come last, so that they do not stand between the words of a phrase.
    joined = [text.compounds for text in texts if text.compounds]
    exact = " ".join([*(text.exact for text in texts), *joined])
    stem = " ".join([*(text.stem for text in texts), *joined])
    return {f"{name}_exact": [exact], f"{name}_stem": [stem]} if exact else {}


@contextmanager
def commit_or_roll_back(writer: tantivy.IndexWriter) -> Iterator[tantivy.IndexWriter]:
    """Commit what is written inside, or roll it back on an error, so that it does not come with the next commit."""
    # A new writer gives its first operation the number of the last commit. If a merge begins then, a deletion of that
    # number reaches some segments only, and an old document stays. So the first one deletes an id that none has.
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
