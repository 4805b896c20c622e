"""Decides which tags a document deserves, each with its source and its reason. Pure: equal documents get equal tags."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import accumulate, compress, count
from operator import or_
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.catalogue import Description, EventSource
from index.model import FACETS, Facet, PartialDate, Tag, TagSource, find_stem
from index.text import analyse_text, analyse_word, find_words
from indexer.describe import event_matching, naming
from indexer.describe.sidecars import merge_metadata, parent_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from index.catalogue import AnnouncedEvent, Content
    from index.model import Passage, TextRule
    from index.text import WordSpan
    from index.vocabulary import Territory, Vocabulary, VocabularyEntry
    from indexer.describe.event_matching import EventMatch
    from indexer.describe.naming import DocumentNames
    from indexer.describe.sidecars import Sidecar, SidecarMetadata

TAGGER_VERSION = 5
"""To be raised whenever the rules would give other tags: documents are then described anew."""

_TITLE_WEIGHT, _HEADING_WEIGHT = 5, 2
_TEXT_RULES = {spec.facet: spec.text_rule for spec in FACETS if spec.text_rule}
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
        announced: Sequence[AnnouncedEvent] = (),
        sidecars: Mapping[str, Sidecar] | None = None,
    ) -> None:
        self._vocabulary = vocabulary
        self._announced = announced
        self._sidecars = sidecars or {}
        self.fingerprint = _compute_fingerprint(vocabulary.facet_entries, announced)
        # Names of places are proper names; others, such as themes, are ordinary words, found by their stems.
        self._territories = Gazetteer(_list_names(vocabulary, Facet.TERRITORY, label_weight=1), proper=True)
        self._by_words = {
            facet: Gazetteer(_list_names(vocabulary, facet, label_weight=LABEL_WEIGHT), proper=False)
            for facet in _TEXT_RULES
        }

    def fingerprint_without(self, facets: Collection[Facet]) -> str:
        """The fingerprint of all but the entries of these facets."""
        others = {facet: each for facet, each in self._vocabulary.facet_entries.items() if facet not in facets}
        return _compute_fingerprint(others, self._announced)

    def describe_document(
        self, paths: Sequence[str], content: Content, is_open: Callable[[str], bool] = lambda _: True
    ) -> Description:
        """Describe a document that lies at these paths: title, date, event and tags.

        The first path gives its date and its event; all of them give its themes and territories. `is_open` says
        whether all who see the document see what lies at a path: sidecars of which this is not true say nothing.
        """
        first, format_ = paths[0], content.format
        sidecars = self._find_sidecars(paths, is_open)
        metadata = merge_metadata(first, sidecars)
        # The title comes first: it may itself say a date and an event type.
        title = metadata.title or content.own_title or title_from_path(first)
        names = naming.parse_names(first, self._vocabulary, title)
        event_match = event_matching.find_event(first, names, metadata, self._announced, self._vocabulary)
        dated = _find_date(names, metadata, event_match, _to_partial_date(content.created))
        sidecar_tags = [tag for path in paths for tag in merge_metadata(path, sidecars).tags]
        tagged_facets = {tag.facet for tag in sidecar_tags}
        format_label = self._vocabulary.label(Facet.FORMAT, format_)
        own_title = bool(metadata.title or content.own_title)
        found_in_text = self._find_tags_in_text(title, content.passages, own_title=own_title)
        tags = (
            Tag(Facet.FORMAT, format_, TagSource.CONTENT, f"le fichier est de type « {format_label} »"),
            *dated.tags,
            *_find_event_type_tags(names, metadata, event_match, self._vocabulary),
            *sidecar_tags,
            *(tag for path in paths for tag in self._find_tags_in_names(path)),
            # What a person wrote about a subject replaces what the text suggests.
            *(tag for tag in found_in_text if tag.facet not in tagged_facets),
        )
        return Description(
            title=title,
            date=dated.date,
            event=event_match.event if event_match else None,
            tags=tags,
            event_source=event_match.source if event_match else EventSource.FILE_NAME,
            authors=metadata.authors,
            summary=metadata.summary,
            event_label=event_match.label if event_match else "",
            sources=(*paths, *(each.path for each in sidecars.values())),
        )

    def _find_sidecars(self, paths: Sequence[str], is_open: Callable[[str], bool]) -> dict[str, Sidecar]:
        """The sidecars of these paths that may describe them, by folder."""
        # Each folder above once: `merge_metadata` then finds the nearest.
        folders = dict.fromkeys(parent_folder(f"{each}/x") for path in paths for each in PurePosixPath(path).parents)
        found = {folder: self._sidecars[folder] for folder in folders if folder in self._sidecars}
        return {folder: each for folder, each in found.items() if is_open(each.path)}

    def _find_tags_in_names(self, path: str) -> Iterator[Tag]:
        """Find the territories, themes and the like that the names of folders and of the file say."""
        document_path = PurePosixPath(path)
        for name, source, kind in [
            *((folder, TagSource.FOLDER, "dossier") for folder in document_path.parent.parts),
            (find_stem(path), TagSource.FILE_NAME, "nom du fichier"),
        ]:
            text = AnalysedText(name)
            for facet, gazetteer in ((Facet.TERRITORY, self._territories), *self._by_words.items()):
                for slug in gazetteer.find_mentions(text):
                    yield Tag(facet, slug, source, f"{kind} « {name} »")

    def _find_tags_in_text(self, title: str, passages: Sequence[Passage], *, own_title: bool) -> Iterator[Tag]:
        """Find the territories, themes and the like that the text treats; a title that is not its own is its name."""
        # Three texts by weight: the title, all headings, and the rest.
        headings = AnalysedText(*(passage.title for passage in passages))
        body = AnalysedText(*(part for passage in passages for part in (passage.text, passage.notes)))
        texts = [AnalysedText(title), headings, body]
        yield from _select_territories(
            self._territories.find_mentions(*texts), self._territories.find_mentions(texts[0])
        )
        for facet, gazetteer in self._by_words.items():
            found = [gazetteer.find_mentions(text) for text in texts]
            for slug in _select_slugs(found, _TEXT_RULES[facet], sum(len(text.exact) for text in texts)):
                words = [each[slug] for each in found if slug in each]
                # The file's name has said it: a second source that repeats the first would pass for one that agrees.
                if not own_title and words == [found[0].get(slug)]:
                    continue
                yield Tag(facet, slug, TagSource.CONTENT, _explain_mentions(words))


def _list_names(vocabulary: Vocabulary, facet: Facet, label_weight: int) -> Iterator[tuple[str, str, int]]:
    """Yield the names of a facet's values as (slug, name, weight)."""
    for each in vocabulary.entries_of(facet).values():
        for name in (each.label, *each.aliases):
            yield each.slug, name, label_weight if name == each.label else 1


def _select_slugs(found: Sequence[Mapping[str, Mentions]], rule: TextRule, words: int) -> Iterator[str]:
    """Select what a text of so many words treats, from its mentions in the title, in headings and in the rest."""
    scores: Counter[str] = Counter()
    for mentions, weight in zip(found, (_TITLE_WEIGHT, _HEADING_WEIGHT, 1), strict=True):
        scores.update({slug: weight * each.weight for slug, each in mentions.items()})
    # The slug decides between equal scores, so that the same text always gives the same tags.
    best = sorted(scores, key=lambda slug: (-scores[slug], slug))[: rule.most_values]
    least = max(rule.least_score, rule.least_density * words / 1_000)
    return (slug for slug in best if scores[slug] >= max(least, rule.least_share * scores[best[0]]))


def _compute_fingerprint(
    facet_entries: Mapping[Facet, Mapping[str, VocabularyEntry | Territory]], announced: Sequence[AnnouncedEvent]
) -> str:
    """Hash what tags depend on: not synonyms and acronyms, nor where an event takes place."""
    calendar = [
        (each.event.id, each.event.type, each.event.title, each.event.date, each.folder, each.number)
        for each in announced
    ]
    relevant = [(facet.value, entries) for facet, entries in facet_entries.items()], calendar
    return hashlib.sha256(repr(relevant).encode()).hexdigest()


def title_from_path(path: str) -> str:
    """Make a title of a file's name, for a file that has none of its own."""
    return " ".join(find_stem(path).replace("_", " ").split())


def _to_partial_date(created: datetime | None) -> PartialDate | None:
    return PartialDate(created.year, created.month, created.day) if created else None


@dataclass(frozen=True, slots=True)
class _DocumentDate:
    """A document's date, and the tags that it gives: its year."""

    date: PartialDate | None
    tags: tuple[Tag, ...]


def _find_date(
    names: DocumentNames, metadata: SidecarMetadata, event_match: EventMatch | None, created: PartialDate | None
) -> _DocumentDate:
    """Find a document's date: its event's, else its sidecar's, else its names', else that of the file itself."""
    if event_match and event_match.source is EventSource.CALENDAR:
        return _make_document_date(
            event_match.event.date, TagSource.CALENDAR, f"rendez-vous du calendrier ({event_match.reason})"
        )
    if metadata.date:
        return _make_document_date(metadata.date, TagSource.SIDECAR, f"date dans la {metadata.sidecar_label}")
    if names.date:
        source, where = names.describe_source(names.date.name)
        return _make_document_date(names.date.date, source, f"date dans le {where}")
    if found := naming.find_year(names.folders):
        year, folder = found
        # The day inside the file is believed only where its year is the folder's.
        day = created if created and created.year == year else None
        return _DocumentDate(
            day, (Tag(Facet.YEAR, str(year), TagSource.FOLDER, f"année dans le dossier « {folder} »"),)
        )
    if created:
        return _make_document_date(created, TagSource.CONTENT, f"fichier daté du {created.label}")
    return _DocumentDate(None, ())


def _make_document_date(date: PartialDate, source: TagSource, reason: str) -> _DocumentDate:
    return _DocumentDate(date, (Tag(Facet.YEAR, str(date.year), source, reason),))


def _find_event_type_tags(
    names: DocumentNames, metadata: SidecarMetadata, event_match: EventMatch | None, vocabulary: Vocabulary
) -> Iterator[Tag]:
    """The tag of the event type: the calendar's or the sidecar's, else the names', with each name that says it."""
    if event_match and event_match.source is EventSource.CALENDAR:
        yield Tag(Facet.EVENT_TYPE, event_match.event.type, TagSource.CALENDAR, event_match.reason)
    elif metadata.type:
        yield Tag(Facet.EVENT_TYPE, metadata.type, TagSource.SIDECAR, metadata.sidecar_label)
    elif names.type:
        source, where = names.describe_source(names.type.name)
        yield Tag(Facet.EVENT_TYPE, names.type.entry.slug, source, where)
        # The nearest folder that says a type: where it is another one, the file's name alone stands for its own.
        said = next(filter(None, (naming.find_type(each, vocabulary) for each in names.folders)), None)
        if source is not TagSource.FOLDER and said and said.entry.slug == names.type.entry.slug:
            yield Tag(Facet.EVENT_TYPE, said.entry.slug, *names.describe_source(said.name))


def _select_territories(everywhere: dict[str, Mentions], in_title: dict[str, Mentions]) -> Iterator[Tag]:
    ranked = sorted(everywhere, key=lambda slug: (-everywhere[slug].weight, slug))[:_MOST_TERRITORIES]
    # A territory in the title is the subject, however seldom the text names it.
    for slug in dict.fromkeys([*in_title, *ranked]):
        if slug in in_title:
            yield Tag(Facet.TERRITORY, slug, TagSource.CONTENT, f"« {in_title[slug].commonest} » dans le titre")
        elif everywhere[slug].weight >= _LEAST_MENTIONS:
            mentions = everywhere[slug]
            yield Tag(Facet.TERRITORY, slug, TagSource.CONTENT, f"« {mentions.commonest} » cité {mentions.weight} fois")


def _explain_mentions(mentions: Sequence[Mentions]) -> str:
    """A reason: « le texte en parle : « illectronisme » (12 fois), « médiation numérique » (3 fois) »."""
    total: dict[str, int] = {}
    for each in mentions:
        for word, times in each.words.items():
            total[word] = total.get(word, 0) + times
    best = sorted(total, key=lambda word: (-total[word], word))[:3]
    return "le texte en parle : " + ", ".join(f"« {word} » ({total[word]} fois)" for word in best)


LABEL_WEIGHT = 3
"""A theme's own label counts for more than one of its other words."""


@dataclass(frozen=True, slots=True)
class _GazetteerName:
    """A sequence of words that names an entry.

    `keys` are stems, or exact words where it is `proper`: a name or an acronym.
    """

    slug: str
    keys: tuple[str, ...]
    text: str
    weight: int
    proper: bool


@dataclass(frozen=True, slots=True)
class Mentions:
    """How often an entry is named: `weight` adds up the weights of its names, `words` counts them by their spelling."""

    weight: int
    words: Mapping[str, int]

    @property
    def commonest(self) -> str:
        """The name found most often."""
        return max(self.words, key=lambda word: (self.words[word], word))


class AnalysedText:
    """A text with its words, analysed once for all gazetteers."""

    def __init__(self, *parts: str) -> None:
        """`parts` are joined, each ending a line."""
        self._parts = parts
        read = list(map(analyse_text, parts))
        # An acronym may stand in a title all in capitals: `_matches_at` compares the spelling.
        exact = [part.exact.lower().split() for part in read]
        self.exact = [word for part in exact for word in part]
        self.stems = [word for part in read for word in part.stem.lower().split()]
        self._first_positions = list(accumulate(map(len, exact), initial=0))
        self._spans: dict[int, list[WordSpan]] = {}

    def original_spelling(self, first: int, last: int) -> str:
        """What the text says from one word to another, by their positions, with its capitals and accents."""
        (first_part, start, _), (last_part, _, end) = self._locate(first), self._locate(last)
        if first_part == last_part:
            return self._parts[first_part][start:end]
        between = self._parts[first_part + 1 : last_part]
        return "\n".join((self._parts[first_part][start:], *between, self._parts[last_part][:end]))

    def _locate(self, position: int) -> tuple[int, int, int]:
        """In which part the word at a position stands, and its offsets there."""
        number = bisect_right(self._first_positions, position) - 1
        if number not in self._spans:
            # A word may fold to none or two: positions must be those of the words.
            words = find_words(self._parts[number])
            self._spans[number] = [place for place in words for _ in analyse_word(place[0]).exact.split()]
        _, start, end = self._spans[number][position - self._first_positions[number]]
        return number, start, end


class Gazetteer:
    """Names to find. A proper name must begin with a capital in the text; an acronym must be all capitals."""

    def __init__(self, names: Iterable[tuple[str, str, int]], *, proper: bool) -> None:
        """`names` are (slug, text, weight)."""
        self._names_by_first_key: defaultdict[str, list[_GazetteerName]] = defaultdict(list)
        for slug, text, weight in names:
            acronym = text.isupper()
            words = AnalysedText(text)
            # Names are compared exactly: the stem of a name may be that of an ordinary word.
            keys = tuple(words.exact if proper or acronym else words.stems)
            if keys:
                self._names_by_first_key[keys[0]].append(_GazetteerName(slug, keys, text, weight, proper or acronym))

    def list_keys(self) -> frozenset[tuple[str, ...]]:
        """The words of each name: exact ones for a proper name, else stems."""
        return frozenset(name.keys for names in self._names_by_first_key.values() for name in names)

    def find_mentions(self, *texts: AnalysedText) -> dict[str, Mentions]:
        """Find the entries that several texts together name, by slug."""
        weights: Counter[str] = Counter()
        words: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            for name in self._find_names(text):
                weights[name.slug] += name.weight
                words[name.slug][name.text] += 1
        return {slug: Mentions(weight, words[slug]) for slug, weight in weights.items()}

    def _find_names(self, text: AnalysedText) -> Iterator[_GazetteerName]:
        begins = self._names_by_first_key.__contains__
        # Look-ups without a line of Python each: nearly every word of a text begins no name.
        found = map(or_, map(begins, text.exact), map(begins, text.stems))
        for position in compress(count(), found):
            # Exact form and stem are often the same word: it must not count twice.
            for key in dict.fromkeys((text.exact[position], text.stems[position])):
                for name in self._names_by_first_key.get(key, ()):
                    if _matches_at(name, text, position):
                        yield name


def _matches_at(name: _GazetteerName, text: AnalysedText, position: int) -> bool:
    end = position + len(name.keys)
    if tuple((text.exact if name.proper else text.stems)[position:end]) != name.keys:
        return False
    if not name.proper:
        return True
    # « Vannes » is a town, « vannes » are valves; « CAF » is not « caf ».
    spelling = text.original_spelling(position, end - 1)
    return spelling.isupper() if name.text.isupper() else spelling[0].isupper()
