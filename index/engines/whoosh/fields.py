"""How a document stands in a Whoosh index: one entry, whose postings tell the places of each word.

Passages have no entries of their own: a word's place in a document's text tells its passage. That halves the index and
the time to write it, which are what a pure-Python engine is short of.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from whoosh import columns, fields, formats

from index.engines.ranking import TEXT_FIELDS, analyse_passage
from index.text import TokenStreams, analyse_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from index.engines.protocol import IndexedDocument

PARTED = TEXT_FIELDS[1:]
"""The texts that passages share out; the title and the authors are the document's alone."""

STREAMED = (*TEXT_FIELDS, "authors")
"""The texts by their number in postings."""

PLACE = "I"
"""The array type of a word's places: whoosh refuses an index of a machine with other integers."""


class About(NamedTuple):
    """What is kept of a document beside its words.

    `day` is 20240125, 0 for none; `facets` are by the value of their Facet. `lengths` are those of its title and of its
    authors, in words; `pieces` are those of the PARTED texts' pieces: each passage's words, then each passage's joined
    compounds.
    """

    day: int
    groups: tuple[str, ...]
    facets: dict[str, tuple[str, ...]]
    lengths: tuple[int, int]
    pieces: tuple[tuple[int, ...], ...]


class _Places(formats.Format):  # type: ignore[misc]  # Whoosh has no types
    """Values of any length, written and read here."""

    posting_size = -1

    def __init__(self) -> None:
        self.field_boost = 1.0
        self.options: dict[str, object] = {}


class _Texts(fields.FieldType):  # type: ignore[misc]  # idem
    """A document's texts in one stream, each in pieces of words between spaces that follow each other.

    All texts share one field because a word costs Whoosh more than a place: a posting's value tells them apart.
    """

    def __init__(self) -> None:
        super().__init__(format=_Places(), analyzer=None)

    def index(self, value: Mapping[str, Sequence[str]], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        postings: defaultdict[str, array[int]] = defaultdict(lambda: array(PLACE))
        for number, text in enumerate(STREAMED):
            for word, (pieces, places) in _places(value[text]).items():
                postings[word].extend((number, pieces, len(places), *places))
        return ((word.encode(), 1, 1.0, posting.tobytes()) for word, posting in postings.items())


def _places(pieces: Sequence[str]) -> dict[str, tuple[int, list[int]]]:
    """By word, how many pieces hold it, and its places from the first piece on."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    held: Counter[str] = Counter()
    place = 0
    for piece in pieces:
        words = piece.split()
        for word in words:
            places[word].append(place)
            place += 1
        held.update(set(words))
    return {word: (held[word], at) for word, at in places.items()}


def postings(value: bytes) -> Iterator[tuple[str, int, bytes]]:
    """The texts of a document that hold a word, each with the number of its pieces that do, and the places."""
    numbers = array(PLACE, value)
    at = 0
    while at < len(numbers):
        number, pieces, count = numbers[at : at + 3]
        at += 3 + count
        yield STREAMED[number], pieces, value[(at - count) * numbers.itemsize : at * numbers.itemsize]


def schema() -> fields.Schema:
    """The fields."""
    return fields.Schema(
        exact=_Texts(),
        stem=_Texts(),
        written=fields.COLUMN(columns.CompressedBytesColumn()),
        id=fields.COLUMN(columns.VarBytesColumn()),
        about=fields.COLUMN(columns.PickleColumn(columns.VarBytesColumn())),
    )


def entry(document: IndexedDocument) -> dict[str, object]:
    """A document as Whoosh's writer takes it."""
    title, authors = analyse_text(document.title), analyse_text("\n".join(document.authors))
    parts = [analyse_passage(passage) for passage in document.passages]
    parted = {name: [part[name] for part in parts] for name in PARTED}
    texts = {"title": [title], "authors": [authors], **parted}
    written = title.written_words.union(*(each.written_words for part in parted.values() for each in part))
    day = document.date
    about = About(
        day=day.year * 10_000 + day.month * 100 + day.day if day else 0,
        groups=tuple(sorted(document.groups)),
        facets={facet.value: tuple(dict.fromkeys(values)) for facet, values in document.facets.items()},
        lengths=(sum(_lengths([title])), sum(_lengths([authors]))),
        pieces=tuple(tuple(_lengths(parted[text])) for text in PARTED),
    )
    return {
        "exact": {name: _pieces(text, "exact") for name, text in texts.items()},
        "stem": {name: _pieces(text, "stem") for name, text in texts.items()},
        # Not indexed: half of an index's words would be these, and all that is asked of them is how many hold each.
        "written": " ".join(filter(str.isalpha, written)).encode(),
        "id": document.id.encode(),
        # A plain tuple: what is pickled must not name a class of ours, which may move.
        "about": tuple(about),
    }


def _pieces(text: list[TokenStreams], stream: str) -> list[str]:
    """A text in pieces; joined compounds come last, so that they stand between no two words of a phrase."""
    return [*(getattr(each, stream) for each in text), *(each.compounds for each in text)]


def _lengths(text: list[TokenStreams]) -> list[int]:
    return [len(piece.split()) for piece in _pieces(text, "exact")]
