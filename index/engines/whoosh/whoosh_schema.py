"""The fields of a Whoosh index, and the entries of a document in it: one with its whole text, then one a passage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whoosh import columns, fields
from whoosh.analysis import SpaceSeparatedTokenizer

from index.engines.ranking import TEXT_FIELDS, analyse_passage
from index.model import Facet
from index.text import analyse_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from index.engines.protocol import IndexedDocument
    from index.text import TokenStreams

DOCUMENT = "document"

Entry = dict[str, object]


class _ListColumn(columns.PickleColumn):  # type: ignore[misc]  # Whoosh has no types
    """A column of lists, which Whoosh counts value by value."""

    def stores_lists(self) -> bool:
        """Tell Whoosh so."""
        return True

    def default_value(self, _reverse: object = None) -> tuple[()]:
        """Return what a segment without this column has in it: one whose documents are all gone."""
        return ()


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
        facets=fields.COLUMN(_ListColumn(columns.VarBytesColumn())),
        # Not indexed: all that is asked of the words as they are written is how many documents hold each.
        written=fields.COLUMN(columns.CompressedBytesColumn()),
    )
    for facet in Facet:
        schema.add(facet.value, fields.ID())
    for text in (*TEXT_FIELDS, "authors"):
        for stream in ("exact", "stem"):
            schema.add(f"{text}_{stream}", fields.TEXT(words))
    return schema


def build_document(document: IndexedDocument) -> Entry:
    """Return a document's entry, as Whoosh's writer takes it."""
    parts = [analyse_passage(passage) for passage in document.passages]
    title, authors = analyse_text(document.title), analyse_text("\n".join(document.authors))
    written = title.written_words.union(*(each.written_words for part in parts for each in part.values()))
    day = document.date
    return {
        "id": document.id,
        "kind": DOCUMENT,
        "groups": list(document.groups),
        "date": day.year * 10_000 + day.month * 100 + day.day if day else 0,
        "gathered": bool(document.facets.get(Facet.EVENT)),
        "facets": [(facet.value, value) for facet, values in document.facets.items() for value in set(values)],
        "written": " ".join(filter(str.isalpha, written)).encode(),
        **{facet.value: list(values) for facet, values in document.facets.items()},
        **_build_fields({"title": [title], "authors": [authors]}),
        **_build_fields({name: [part[name] for part in parts] for name in ("headings", "body")}),
    }


def build_passages(document: IndexedDocument) -> Iterator[Entry]:
    """Yield the entries of a document's passages."""
    # Analysed a second time: that takes less than a tenth of the writing, and thousands of documents come at once.
    for passage in document.passages:
        texts = _build_fields({name: [text] for name, text in analyse_passage(passage).items()})
        yield {"document": document.id, "ordinal": passage.ordinal, **texts}


def _build_fields(texts: Mapping[str, Sequence[TokenStreams]]) -> Entry:
    return {
        f"{name}_{stream}": list(_words(text, stream)) for name, text in texts.items() for stream in ("exact", "stem")
    }


def _words(texts: Sequence[TokenStreams], stream: str) -> Iterator[str]:
    for text in texts:
        yield from getattr(text, stream).split()
    # Compounds come last, so that they do not stand between the words of a phrase.
    for text in texts:
        yield from text.compounds.split()
