"""The fields of a Whoosh index, and the entries of a document in it: one with its whole text, then one a passage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whoosh import fields
from whoosh.analysis import SpaceSeparatedTokenizer

from index.engines.ranking import TEXT_FIELDS, analyse_passage
from index.model import Facet
from index.text import analyse_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.engines.protocol import IndexedDocument
    from index.text import TokenStreams

DOCUMENT = "document"

Entry = dict[str, object]


def build_schema() -> fields.Schema:
    """Return the fields. Documents have `id`, `kind` and `groups`, passages have the id of theirs in `document`."""
    # Texts arrive analysed, and as lists, which Whoosh takes as they are.
    words = SpaceSeparatedTokenizer()
    schema = fields.Schema(
        id=fields.ID(stored=True),
        kind=fields.ID(),
        groups=fields.ID(),
        document=fields.ID(stored=True),
        ordinal=fields.STORED(),
        date=fields.NUMERIC(stored=True, sortable=True),
        gathered=fields.STORED(),
        written=fields.ID(),
    )
    for facet in Facet:
        schema.add(facet.value, fields.ID())
    for text in (*TEXT_FIELDS, "authors"):
        for stream in ("exact", "stem"):
            schema.add(f"{text}_{stream}", fields.TEXT(words))
    return schema


def build_entries(document: IndexedDocument) -> tuple[Entry, list[Entry]]:
    """Return a document's own entry and those of its passages, as Whoosh's writer takes them."""
    parts = [analyse_passage(passage) for passage in document.passages]
    title, authors = analyse_text(document.title), analyse_text("\n".join(document.authors))
    # A document's text is its passages' streams joined: nothing is analysed twice.
    whole = {
        "title": [title],
        "authors": [authors],
        **{name: [part[name] for part in parts] for name in TEXT_FIELDS[1:]},
    }
    written = title.written_words.union(*(each.written_words for part in parts for each in part.values()))
    day = document.date
    own: Entry = {
        "id": document.id,
        "kind": DOCUMENT,
        "groups": list(document.groups),
        "date": day.year * 10_000 + day.month * 100 + day.day if day else 0,
        "gathered": bool(document.facets.get(Facet.EVENT)),
        "written": list(filter(str.isalpha, written)),
        **{facet.value: list(values) for facet, values in document.facets.items()},
        **_build_fields(whole),
    }
    return own, [
        {
            "document": document.id,
            "ordinal": passage.ordinal,
            **_build_fields({name: [text] for name, text in part.items()}),
        }
        for passage, part in zip(document.passages, parts, strict=True)
    ]


def _build_fields(texts: dict[str, Sequence[TokenStreams]]) -> Entry:
    return {
        f"{name}_{stream}": list(_words(text, stream)) for name, text in texts.items() for stream in ("exact", "stem")
    }


def _words(texts: Sequence[TokenStreams], stream: str) -> Iterator[str]:
    for text in texts:
        yield from getattr(text, stream).split()
    # Compounds come last, so that they do not stand between the words of a phrase.
    for text in texts:
        yield from text.compounds.split()
