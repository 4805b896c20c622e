"""What OpenSearch keeps of a document: one entry with its passages nested in it, written and replaced as one."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from index.analysis import Streams, streams
from index.engines.texts import TEXTS, of_passage
from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.engine import Cluster, IndexedDocument

PASSAGES = "passages"

_OF_DOCUMENTS = ("title", "authors")
_STREAMS = ("exact", "stem")

_LONGEST_WORD = 10_922
"""Characters of a word: in bytes, at most what Lucene takes, which refuses the whole document otherwise."""

_TITLE_NORM = {"k1": 12.0, "b": 0.975}
"""BM25's parameters for titles: see `title_weight`."""

MOST_HITS = 1_000_000
"""Documents that a page may lie behind, and ids that a question may be asked among."""


def title_weight(documents: int, passages: int) -> float:
    """What a title's words count, of what they do in other engines, so that all rank alike.

    The others reckon with each passage as with a text that lacks a title: titles are short on average then, and their
    words rare. Lucene leaves those out. With `ratio` entries to a document, that is BM25 (k1 = 1.2, b = 0.75) of a mean
    length so many times shorter, for a word whose rarity is about 4, the logarithm of one title in fifty.
    """
    ratio = 1 + passages / max(1, documents)
    return 2.2 / (1.3 + 0.9 * ratio) * (1 + math.log(ratio) / 4)


def path(field: str) -> str:
    """Where a text's field stands: a passage's words count for the document too, under the same name."""
    return field if field.startswith(_OF_DOCUMENTS) else f"{PASSAGES}.{field}"


def index_body(cluster: Cluster, similarity: str) -> dict[str, Any]:
    """Settings and fields of a new index."""
    return {
        "settings": {
            "number_of_shards": cluster.shards,
            # As many as there are machines for: a single one has its index whole all the same.
            "auto_expand_replicas": f"0-{cluster.replicas}",
            # What is written shows when the writer says so, never half of it.
            "refresh_interval": "-1",
            "max_result_window": MOST_HITS,
            "max_terms_count": MOST_HITS,
            "max_inner_result_window": 10_000,
            "mapping.nested_objects.limit": MOST_HITS,
            "unassigned.node_left.delayed_timeout": "15s",
            "similarity": {"default": {"type": similarity}, "titles": {"type": similarity, **_TITLE_NORM}},
            "analysis": {
                "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": _LONGEST_WORD}},
                "analyzer": {"spaces": {"type": "custom", "tokenizer": "spaces"}},
            },
        },
        "mappings": {"dynamic": "strict", "_source": {"enabled": False}, "properties": properties()},
    }


def properties() -> dict[str, Any]:
    """The fields of a document."""
    # Nothing between two passages: a phrase may go on in the next one, as it does in other engines.
    text = {"type": "text", "analyzer": "spaces", "position_increment_gap": 0}
    keyword, number = {"type": "keyword"}, {"type": "integer"}
    of_passages = [name for name in TEXTS if name not in _OF_DOCUMENTS]
    return {
        "id": keyword,
        "groups": keyword,
        "date": number,
        "gathered": number,
        "written": {"type": "keyword", "ignore_above": _LONGEST_WORD},
        **{facet.value: keyword for facet in Facet},
        **{f"{name}_{stream}": {**text, "similarity": "titles"} for name in _OF_DOCUMENTS for stream in _STREAMS},
        PASSAGES: {
            "type": "nested",
            # Under the same name in the document: its words and a passage's are as rare as each other.
            "include_in_root": True,
            "properties": {
                "ordinal": number,
                **{f"{name}_{stream}": text for name in of_passages for stream in _STREAMS},
            },
        },
    }


def entry(document: IndexedDocument) -> str:
    """A document as one line of JSON."""
    title, authors = streams(document.title), streams("\n".join(document.authors))
    parts = [of_passage(passage) for passage in document.passages]
    written = title.written.union(*(each.written for part in parts for each in part.values()))
    day = document.date
    kept = {
        "id": document.id,
        "groups": sorted(document.groups),
        "date": day.year * 10_000 + day.month * 100 + day.day if day else 0,
        "gathered": int(bool(document.facets.get(Facet.EVENT))),
        "written": sorted(filter(str.isalpha, written)),
        **{facet.value: list(values) for facet, values in document.facets.items()},
        **_fields({"title": title, "authors": authors}),
        PASSAGES: [
            {"ordinal": passage.ordinal, **_fields(part)}
            for passage, part in zip(document.passages, parts, strict=True)
        ],
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _fields(texts: Mapping[str, Streams]) -> dict[str, str]:
    """The two fields of each text; joined compounds follow its words."""
    return {
        f"{name}_{stream}": f"{getattr(text, stream)} {text.joined}".strip()
        for name, text in texts.items()
        if text.exact
        for stream in _STREAMS
    }
