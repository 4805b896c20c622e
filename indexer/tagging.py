"""Decides which tags a document deserves, each with its source and its reason. Pure: equal documents get equal tags."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.catalogue import Description, EventSource
from index.model import FORMAT_LABELS, Facet, PartialDate, Tag, TagSource
from indexer import gatherings, naming
from indexer.gazetteer import LABEL_WEIGHT, Gazetteer, Text
from indexer.sidecars import said_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from index.catalogue import Announced, Content
    from index.model import Passage
    from index.vocabulary import Vocabulary
    from indexer.gatherings import Belonging
    from indexer.gazetteer import Mentions
    from indexer.naming import Named
    from indexer.sidecars import Sidecar, Statement

TAGGER_VERSION = 2
"""To be raised whenever the rules would give other tags: documents are then described anew."""

_TITLE_WEIGHT, _HEADING_WEIGHT = 5, 2
_LEAST_THEME_SCORE = 8
"""About two mentions of a theme's label and a few of its words."""

_MOST_THEMES = 3
_LEAST_SHARE = 0.4
"""A theme that weighs less than this share of the document's first theme is mentioned, not treated."""

_LEAST_MENTIONS = 3
"""A territory named less often is an example, not the subject."""

_MOST_TERRITORIES = 3


class Tagger:
    """Describes documents by one vocabulary, one calendar and the library's sidecars (by folder).

    `fingerprint` changes when the vocabulary or the calendar would give other descriptions.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        announced: Sequence[Announced] = (),
        sidecars: Mapping[str, Sidecar] | None = None,
    ) -> None:
        self._vocabulary = vocabulary
        self._announced = announced
        self._sidecars = sidecars or {}
        self.fingerprint = _fingerprint(vocabulary, announced)
        # Names of places are proper names; themes are ordinary words, found by their stems.
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

    def describe(self, paths: Sequence[str], content: Content) -> Description:
        """Describe a document that lies at these paths: title, date, event and tags.

        The first path gives its date and its event; all of them give its themes and territories.
        """
        first, format_ = paths[0], content.format
        said = said_of(first, self._sidecars)
        # The title comes first: it may itself say a date and an event type.
        title = said.title or content.own_title or title_from(first)
        named = naming.read(first, self._vocabulary, title)
        belonging = gatherings.find(first, named, said, self._announced, self._vocabulary)
        dated = _dated(named, said, belonging, _day(content.created))
        written = [tag for path in paths for tag in said_of(path, self._sidecars).tags]
        told = {tag.facet for tag in written}
        tags = (
            Tag(Facet.FORMAT, format_, TagSource.CONTENT, f"le fichier est de type « {FORMAT_LABELS[format_]} »"),
            *dated.tags,
            *_typed(named, said, belonging),
            *written,
            *(tag for path in paths for tag in self._named(path)),
            # What a person wrote about a subject replaces what the text suggests.
            *(tag for tag in self._about(title, content.passages) if tag.facet not in told),
        )
        return Description(
            title=title,
            date=dated.date,
            event=belonging.event if belonging else None,
            tags=tags,
            event_source=belonging.source if belonging else EventSource.FILE_NAME,
            authors=said.authors,
            summary=said.summary,
        )

    def _named(self, path: str) -> Iterator[Tag]:
        """Find the territories and themes that the names of folders and of the file say."""
        whole = PurePosixPath(path)
        for name, source, kind in [
            *((folder, TagSource.FOLDER, "dossier") for folder in whole.parent.parts),
            (whole.stem, TagSource.FILE_NAME, "nom du fichier"),
        ]:
            for facet, gazetteer in ((Facet.TERRITORY, self._territories), (Facet.THEME, self._themes)):
                for slug in gazetteer.find(name):
                    yield Tag(facet, slug, source, f"{kind} « {name} »")

    def _about(self, title: str, passages: Sequence[Passage]) -> Iterator[Tag]:
        """Find the territories and themes that the text treats."""
        # Three texts by weight: the title, all headings, and the rest.
        headings = Text(*(passage.title for passage in passages))
        body = Text(*(part for passage in passages for part in (passage.text, passage.notes)))
        texts = [Text(title), headings, body]
        yield from _territories(self._territories.find_in(*texts), self._territories.find_in(texts[0]))
        scores: dict[str, int] = {}
        found = [self._themes.find_in(text) for text in texts]
        for mentions, weight in zip(found, (_TITLE_WEIGHT, _HEADING_WEIGHT, 1), strict=True):
            for slug, each in mentions.items():
                scores[slug] = scores.get(slug, 0) + weight * each.weight
        # The slug decides between equal scores, so that the same text always gives the same tags.
        best = sorted(scores, key=lambda slug: (-scores[slug], slug))[:_MOST_THEMES]
        for slug in best:
            if scores[slug] >= max(_LEAST_THEME_SCORE, _LEAST_SHARE * scores[best[0]]):
                words = [each[slug] for each in found if slug in each]
                yield Tag(Facet.THEME, slug, TagSource.CONTENT, _spoken_of(words))


def _fingerprint(vocabulary: Vocabulary, announced: Sequence[Announced]) -> str:
    """Hash what tags depend on: not synonyms and acronyms, nor where an event takes place."""
    calendar = [
        (each.event.id, each.event.type, each.event.title, each.event.date, each.folder, each.number)
        for each in announced
    ]
    telling = vocabulary.themes, vocabulary.territories, vocabulary.event_types, calendar
    return hashlib.sha256(repr(telling).encode()).hexdigest()


def title_from(path: str) -> str:
    """Make a title of a file's name, for a file that has none of its own."""
    return " ".join(PurePosixPath(path).stem.replace("_", " ").split())


def _day(created: datetime | None) -> PartialDate | None:
    return PartialDate(created.year, created.month, created.day) if created else None


@dataclass(frozen=True, slots=True)
class _Dated:
    """A document's date, and the tags that it gives: its year."""

    date: PartialDate | None
    tags: tuple[Tag, ...]


def _dated(named: Named, said: Statement, belonging: Belonging | None, created: PartialDate | None) -> _Dated:
    """Find a document's date: its event's, else its sidecar's, else its names', else that of the file itself."""
    if belonging and belonging.source is EventSource.CALENDAR:
        return _on(belonging.event.date, TagSource.CALENDAR, f"rendez-vous du calendrier ({belonging.reason})")
    if said.date:
        return _on(said.date, TagSource.SIDECAR, f"date dans la {said.where}")
    if named.date:
        source, where = named.where(named.date.name)
        return _on(named.date.date, source, f"date dans le {where}")
    if found := naming.find_year(named.folders):
        year, folder = found
        # The day inside the file is believed only where its year is the folder's.
        day = created if created and created.year == year else None
        return _Dated(day, (Tag(Facet.YEAR, str(year), TagSource.FOLDER, f"année dans le dossier « {folder} »"),))
    if created:
        return _on(created, TagSource.CONTENT, f"fichier daté du {created.label}")
    return _Dated(None, ())


def _on(date: PartialDate, source: TagSource, reason: str) -> _Dated:
    return _Dated(date, (Tag(Facet.YEAR, str(date.year), source, reason),))


def _typed(named: Named, said: Statement, belonging: Belonging | None) -> Iterator[Tag]:
    """The tag of the event type: the calendar's or the sidecar's, else the names'."""
    if belonging and belonging.source is EventSource.CALENDAR:
        yield Tag(Facet.EVENT_TYPE, belonging.event.type, TagSource.CALENDAR, belonging.reason)
    elif said.type:
        yield Tag(Facet.EVENT_TYPE, said.type, TagSource.SIDECAR, said.where)
    elif named.type:
        source, where = named.where(named.type.name)
        yield Tag(Facet.EVENT_TYPE, named.type.entry.slug, source, where)


def _territories(everywhere: dict[str, Mentions], in_title: dict[str, Mentions]) -> Iterator[Tag]:
    ranked = sorted(everywhere, key=lambda slug: (-everywhere[slug].weight, slug))[:_MOST_TERRITORIES]
    # A territory in the title is the subject, however seldom the text names it.
    for slug in dict.fromkeys([*in_title, *ranked]):
        if slug in in_title:
            yield Tag(Facet.TERRITORY, slug, TagSource.CONTENT, f"« {in_title[slug].commonest} » dans le titre")
        elif everywhere[slug].weight >= _LEAST_MENTIONS:
            mentions = everywhere[slug]
            yield Tag(Facet.TERRITORY, slug, TagSource.CONTENT, f"« {mentions.commonest} » cité {mentions.weight} fois")


def _spoken_of(mentions: Sequence[Mentions]) -> str:
    """A reason: « le texte en parle : « illectronisme » (12 fois), « médiation numérique » (3 fois) »."""
    total: dict[str, int] = {}
    for each in mentions:
        for word, count in each.words.items():
            total[word] = total.get(word, 0) + count
    best = sorted(total, key=lambda word: (-total[word], word))[:3]
    return "le texte en parle : " + ", ".join(f"« {word} » ({total[word]} fois)" for word in best)
