"""Defines the index on OpenSearch and turns documents into its entries, with their passages nested in them."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from index.engines.ranking import TEXT_FIELDS, analyse_passage
from index.model import Facet
from index.text import TokenStreams, analyse_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.engines.protocol import IndexedDocument, SearchCluster

PASSAGES_FIELD = "passages"

_DOCUMENT_TEXTS = ("title", "authors")
_STREAMS = ("exact", "stem")

# Characters of a word, as UTF-16 units of three bytes at most in UTF-8. Lucene refuses a whole document with a term of
# more than 32,766 bytes.
_LONGEST_WORD = 10_922

# BM25's parameters for titles: see `title_weight`.
_TITLE_NORM = {"k1": 12.0, "b": 0.975}

MAX_HITS = 1_000_000
"""The largest offset of a page, and the most ids that a query may be restricted to."""


def title_weight(documents: int, passages: int) -> float:
    """Return the factor for the score of a title's words that makes OpenSearch rank as the other engines do.

    The other engines count each passage as an entry with an empty title, so that for them titles are short on average
    and their words rare. Lucene leaves entries without a title out of both. With `ratio` entries per document, the
    others' score is BM25 (k1 = 1.2, b = 0.75) with a mean length `ratio` times shorter. The formula assumes a word of
    inverse document frequency 4, which is about the logarithm of one title in fifty.
    """
    ratio = 1 + passages / max(1, documents)
    return 2.2 / (1.3 + 0.9 * ratio) * (1 + math.log(ratio) / 4)


def field_path(field: str) -> str:
    """Return the full name of a text's field: those of passages are nested."""
    return field if field.startswith(_DOCUMENT_TEXTS) else f"{PASSAGES_FIELD}.{field}"


def index_body(cluster: SearchCluster, similarity: str) -> dict[str, Any]:
    """Return the settings and mapping of a new index; `similarity` is the type of BM25, which differs by version."""
    return {
        "settings": {
            "number_of_shards": cluster.shards,
            # As many copies as there are nodes for: on a single node the index is still complete and green.
            "auto_expand_replicas": f"0-{cluster.replicas}",
            # No automatic refresh: the writer refreshes once a commit is complete.
            "refresh_interval": "-1",
            "max_result_window": MAX_HITS,
            "max_terms_count": MAX_HITS,
            "max_inner_result_window": 10_000,
            "mapping.nested_objects.limit": MAX_HITS,
            # A node that leaves is replaced after 15 seconds, not after a minute.
            "unassigned.node_left.delayed_timeout": "15s",
            "similarity": {"default": {"type": similarity}, "titles": {"type": similarity, **_TITLE_NORM}},
            "analysis": {
                "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": _LONGEST_WORD}},
                "analyzer": {"spaces": {"type": "custom", "tokenizer": "spaces"}},
            },
        },
        # No source: the catalogue is the source, and only ids and numbers are read from hits.
        "mappings": {"dynamic": "strict", "_source": {"enabled": False}, "properties": field_mappings()},
    }


def field_mappings() -> dict[str, Any]:
    """Return the mapping's fields."""
    # No gap between two passages: a phrase may continue in the next one, as in the other engines.
    text = {"type": "text", "analyzer": "spaces", "position_increment_gap": 0}
    keyword, number = {"type": "keyword"}, {"type": "integer"}
    of_passages = [name for name in TEXT_FIELDS if name not in _DOCUMENT_TEXTS]
    return {
        "id": keyword,
        "groups": keyword,
        "date": number,
        "gathered": number,
        "written": {"type": "keyword", "ignore_above": _LONGEST_WORD},
        **{facet.value: keyword for facet in Facet},
        **{f"{name}_{stream}": {**text, "similarity": "titles"} for name in _DOCUMENT_TEXTS for stream in _STREAMS},
        PASSAGES_FIELD: {
            "type": "nested",
            # Also indexed in the document under the same name, so that a word is as rare in passages as in documents.
            "include_in_root": True,
            "properties": {
                "ordinal": number,
                **{f"{name}_{stream}": text for name in of_passages for stream in _STREAMS},
            },
        },
    }


def build_entry(document: IndexedDocument) -> str:
    """Return a document as one line of JSON."""
    title, authors = analyse_text(document.title), analyse_text("\n".join(document.authors))
    parts = [analyse_passage(passage) for passage in document.passages]
    written = title.written_words.union(*(each.written_words for part in parts for each in part.values()))
    day = document.date
    kept = {
        "id": document.id,
        "groups": sorted(document.groups),
        "date": day.year * 10_000 + day.month * 100 + day.day if day else 0,
        "gathered": int(bool(document.facets.get(Facet.EVENT))),
        "written": sorted(filter(str.isalpha, written)),
        **{facet.value: list(values) for facet, values in document.facets.items()},
        **_build_fields({"title": title, "authors": authors}),
        PASSAGES_FIELD: [
            {"ordinal": passage.ordinal, **_build_fields(part)}
            for passage, part in zip(document.passages, parts, strict=True)
        ],
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _build_fields(texts: Mapping[str, TokenStreams]) -> dict[str, str]:
    """Return the two fields of each text, exact and stemmed; its compounds follow its words."""
    return {
        f"{name}_{stream}": f"{getattr(text, stream)} {text.compounds}".strip()
        for name, text in texts.items()
        if text.exact
        for stream in _STREAMS
    }
