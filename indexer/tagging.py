"""Which tags a document deserves, each with its source and its reason. Pure: the same document always gets the same."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.catalogue import Description
from index.model import FORMAT_LABELS, Facet, PartialDate, Tag, TagSource
from indexer import naming
from indexer.gazetteer import LABEL_WEIGHT, Gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from index.model import Passage
    from index.vocabulary import Vocabulary
    from indexer.gazetteer import Mentions

TAGGER_VERSION = 1
"""Raised whenever the rules would give other tags: documents are described anew."""

_TITLE_WEIGHT, _HEADING_WEIGHT = 5, 2
_LEAST_THEME_SCORE = 8
"""About two mentions of a theme's label and a few of its words."""

_MOST_THEMES = 3
_LEAST_SHARE = 0.4
"""A theme that weighs less than this beside the document's first theme is mentioned, not treated."""

_LEAST_MENTIONS = 3
"""A territory named less often is an example, not the subject."""

_MOST_TERRITORIES = 3


class Tagger:
    """Describes documents by the words of one vocabulary; `fingerprint` changes when the vocabulary does."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.fingerprint = hashlib.sha256(repr(vocabulary).encode()).hexdigest()
        self._territories = Gazetteer(
            ((each.slug, name, 1) for each in vocabulary.territories.values() for name in (each.label, *each.aliases)),
            proper=True,
        )
        self._themes = Gazetteer(
            (
                (each.slug, name, LABEL_WEIGHT if name == each.label else 1)
                for each in vocabulary.themes.values()
                for name in (each.label, *each.aliases)
            ),
            proper=False,
        )

    def describe(
        self, paths: Sequence[str], format_: str, own_title: str, created: datetime | None, passages: Sequence[Passage]
    ) -> Description:
        """Title, date, gathering and tags of a document that stands at these paths."""
        first = paths[0]
        title = own_title or title_from(first)
        named = naming.read(first, self._vocabulary)
        date = named.date.date if named.date else _day(created)
        tags = (
            Tag(Facet.FORMAT, format_, TagSource.CONTENT, f"le fichier est de type « {FORMAT_LABELS[format_]} »"),
            *_dated(first, named, date),
            *_typed(first, named),
            *(tag for path in paths for tag in self._named(path)),
            *self._about(title, passages),
        )
        return Description(title, date, named.event, (*tags, *self._around(tags)))

    def _around(self, tags: Sequence[Tag]) -> Iterator[Tag]:
        """The departments and regions of a document's territories, so that one may filter by the wider area."""
        for tag in tags:
            if tag.facet is Facet.TERRITORY:
                label = self._vocabulary.label(tag.facet, tag.value)
                for facet, value in self._vocabulary.areas_of(tag.value).items():
                    yield Tag(facet, value, tag.source, f"{label} en fait partie ({tag.reason})")

    def _named(self, path: str) -> Iterator[Tag]:
        """Territories and themes that folders and the file's name say."""
        whole = PurePosixPath(path)
        for name, source, kind in [
            *((folder, TagSource.FOLDER, "dossier") for folder in whole.parent.parts),
            (whole.stem, TagSource.FILE_NAME, "nom du fichier"),
        ]:
            for facet, gazetteer in ((Facet.TERRITORY, self._territories), (Facet.THEME, self._themes)):
                for slug in gazetteer.find(name):
                    yield Tag(facet, slug, source, f"{kind} « {name} »")

    def _about(self, title: str, passages: Sequence[Passage]) -> Iterator[Tag]:
        """Territories and themes that the text treats."""
        headings = "\n".join(passage.title for passage in passages)
        body = "\n".join(part for passage in passages for part in (passage.text, passage.notes))
        yield from _territories(self._territories.find(f"{title}\n{headings}\n{body}"), self._territories.find(title))
        scores: dict[str, int] = {}
        found = [(self._themes.find(text), weight) for text, weight in self._weighted(title, headings, body)]
        for mentions, weight in found:
            for slug, each in mentions.items():
                scores[slug] = scores.get(slug, 0) + weight * each.weight
        best = sorted(scores, key=lambda slug: (-scores[slug], slug))[:_MOST_THEMES]
        for slug in best:
            if scores[slug] >= max(_LEAST_THEME_SCORE, _LEAST_SHARE * scores[best[0]]):
                words = [each[slug] for each, _ in found if slug in each]
                yield Tag(Facet.THEME, slug, TagSource.CONTENT, _spoken_of(words))

    def _weighted(self, title: str, headings: str, body: str) -> tuple[tuple[str, int], ...]:
        return (title, _TITLE_WEIGHT), (headings, _HEADING_WEIGHT), (body, 1)


def title_from(path: str) -> str:
    """A title from a file's name, for a file that gives itself none."""
    return " ".join(PurePosixPath(path).stem.replace("_", " ").split())


def _day(created: datetime | None) -> PartialDate | None:
    return PartialDate(created.year, created.month, created.day) if created else None


def _dated(path: str, named: naming.Named, date: PartialDate | None) -> Iterator[Tag]:
    if named.date:
        source, where = _where(path, named.date.name)
        yield Tag(Facet.YEAR, str(named.date.date.year), source, f"date dans le {where}")
    elif date:
        yield Tag(Facet.YEAR, str(date.year), TagSource.CONTENT, f"fichier daté du {date.label}")


def _typed(path: str, named: naming.Named) -> Iterator[Tag]:
    if named.type:
        source, where = _where(path, named.type_name)
        yield Tag(Facet.EVENT_TYPE, named.type.slug, source, where)


def _where(path: str, name: str) -> tuple[TagSource, str]:
    if name in PurePosixPath(path).parent.parts:
        return TagSource.FOLDER, f"dossier « {name} »"
    return TagSource.FILE_NAME, f"nom du fichier « {name} »"


def _territories(everywhere: dict[str, Mentions], in_title: dict[str, Mentions]) -> Iterator[Tag]:
    ranked = sorted(everywhere, key=lambda slug: (-everywhere[slug].weight, slug))[:_MOST_TERRITORIES]
    for slug in dict.fromkeys([*in_title, *ranked]):
        if slug in in_title:
            yield Tag(Facet.TERRITORY, slug, TagSource.CONTENT, f"« {in_title[slug].commonest} » dans le titre")
        elif everywhere[slug].weight >= _LEAST_MENTIONS:
            mentions = everywhere[slug]
            yield Tag(Facet.TERRITORY, slug, TagSource.CONTENT, f"« {mentions.commonest} » cité {mentions.weight} fois")


def _spoken_of(mentions: Sequence[Mentions]) -> str:
    """« le texte en parle : « illectronisme » (12 fois), « médiation numérique » (3 fois) »."""
    total: dict[str, int] = {}
    for each in mentions:
        for word, count in each.words.items():
            total[word] = total.get(word, 0) + count
    best = sorted(total, key=lambda word: (-total[word], word))[:3]
    return "le texte en parle : " + ", ".join(f"« {word} » ({total[word]} fois)" for word in best)
