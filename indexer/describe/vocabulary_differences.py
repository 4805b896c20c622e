"""What has changed in the vocabulary since documents were described, and which texts that concerns. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from index.model import Facet
from index.plain_yaml import YamlError, load_yaml
from index.query import And, Or
from index.text import Word, tokenise
from indexer.describe.tagging import AnalysedText, Gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from index.query import Match
    from index.vocabulary import Territory, Vocabulary

NAMED_FACETS = (Facet.TERRITORY, Facet.THEME, Facet.TARGET_GROUP)
"""Facets whose entries are found by their names in paths, titles and texts: a change of one concerns what names it."""

_Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VocabularyRecord:
    """What descriptions took from a vocabulary: the names of each entry of the facets above, by facet and slug.

    `rest` is a fingerprint of all else on which descriptions rely: where it changes, every document is concerned.
    """

    rest: str
    names: Mapping[tuple[str, str], _Names]
    areas: Mapping[str, _Names] = field(default_factory=dict)
    """The department and the region of each territory, by its slug."""

    def to_json(self) -> str:
        """The record as a text, for the catalogue."""
        names = [[facet, slug, *names] for (facet, slug), names in self.names.items()]
        return json.dumps([self.rest, names, [[slug, *areas] for slug, areas in self.areas.items()]])

    @classmethod
    def from_json(cls, text: str | None) -> VocabularyRecord | None:
        """The record that a text holds; None where there is none."""
        if not text:
            return None
        rest, names, areas = json.loads(text)
        by_entry = {(facet, slug): tuple(each) for facet, slug, *each in names}
        return cls(rest, by_entry, {slug: tuple(each) for slug, *each in areas})


def record_vocabulary(vocabulary: Vocabulary, rest: str) -> VocabularyRecord:
    """Record what descriptions take from a vocabulary."""
    names = {
        (facet.value, slug): entry.expressions
        for facet in NAMED_FACETS
        for slug, entry in vocabulary.entries_of(facet).items()
    }
    return VocabularyRecord(rest, names, {slug: _areas_of(each) for slug, each in vocabulary.territories.items()})


def _areas_of(territory: Territory) -> _Names:
    return tuple(filter(None, (territory.department, territory.region)))


@dataclass(frozen=True)
class VocabularyDifference:
    """The entries that are no longer as they were, with the names of before and those of now.

    A document that holds none of these names, is tagged by none of the entries, and lies under no sidecar that says one
    of them, is described as it was.
    """

    slugs: frozenset[str]
    names: frozenset[tuple[str, str]]
    """Facet and name."""

    areas: frozenset[str] = frozenset()

    def concerns_text(self, *texts: str) -> bool:
        """Whether one of these titles or names of files and folders holds a name."""
        return any(gazetteer.find_mentions(*map(AnalysedText, texts)) for gazetteer in self._gazetteers)

    def concerns_sidecar(self, text: str) -> bool:
        """Whether a sidecar's text names an entry, as a value or within a title."""
        try:
            said = list(_walk_texts(load_yaml(text)))
        except YamlError:
            # What cannot be read says nothing, whatever the vocabulary.
            return False
        pieces = (piece for each in said for piece in (each, *each.split(",")))
        return any(_stem(piece) in self._values for piece in pieces) or self.concerns_text(*said)

    @property
    def match(self) -> Match | None:
        """What finds the documents whose texts may hold a name; others too, for its words may stand apart."""
        keys = sorted({each for gazetteer in self._gazetteers for each in gazetteer.list_keys()})
        return Or(tuple(And(tuple(map(_match_word, each))) for each in keys)) if keys else None

    @cached_property
    def _gazetteers(self) -> tuple[Gazetteer, Gazetteer]:
        proper, others = (
            [("", name, 1) for facet, name in sorted(self.names) if (facet == Facet.TERRITORY.value) is wanted]
            for wanted in (True, False)
        )
        return Gazetteer(proper, proper=True), Gazetteer(others, proper=False)

    @cached_property
    def _values(self) -> frozenset[str]:
        """What a sidecar may write for an entry, or for the area of a territory, in stems."""
        return frozenset(map(_stem, (*self.slugs, *(name for _, name in self.names), *self.areas)))


def find_difference(before: VocabularyRecord, after: VocabularyRecord) -> VocabularyDifference | None:
    """Find what differs between two records; None where every document is concerned."""
    if before.rest != after.rest:
        return None
    changed = {key for key in before.names.keys() | after.names.keys() if _differ(before, after, key)}
    names = (
        (facet, name)
        for facet, slug in changed
        for record in (before, after)
        for name in record.names.get((facet, slug), ())
    )
    slugs = frozenset(slug for _, slug in changed)
    areas = (area for record in (before, after) for slug in slugs for area in record.areas.get(slug, ()))
    return VocabularyDifference(slugs, frozenset(names), frozenset(areas))


def _differ(before: VocabularyRecord, after: VocabularyRecord, key: tuple[str, str]) -> bool:
    slug = key[1]
    return before.names.get(key) != after.names.get(key) or before.areas.get(slug) != after.areas.get(slug)


def _match_word(key: str) -> Match:
    # Acronyms stand in capitals in an index, and count as their letters in a description.
    return Or((Word(key, key), Word(key.upper(), key.upper())))


def _stem(text: str) -> str:
    return " ".join(token.word.stem for token in tokenise(text.lower()))


def _walk_texts(content: Any) -> Iterator[str]:
    """All texts of a YAML content, keys included."""
    waiting: list[Any] = [content]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            waiting += each
