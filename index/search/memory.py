"""What searches remember between questions, so that what is asked again costs little. It is never about rights.

Documents, their passages and their readers are read from the catalogue for each answer.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.engines import LEAST_VOICES, Results, compute_usefulness
from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from weakref import ref

    from index.catalogue import Catalogue, ShownRevision
    from index.engines import Engine, ScoreBoost
    from index.model import Event, PartialDate
    from index.query import Lexicon
    from index.search.questions import IndexView, Interpretation, Question

_USEFULNESS_SECONDS = 60

_MAX_AUDIENCES = 12
"""Sets of groups whose events are remembered: those that asked last."""

_MAX_VALUES = 60_000
"""Documents and values of facets in all that is remembered: some six megabytes, or five hundred questions."""

_VALUES_OF_QUESTION = 30
"""What a question takes beside them, with its words and how they were understood."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the index says of a question: how it was understood, what it finds, the words that each document lacks.

    `narrowed` says that only documents with all words are found.
    """

    understood: Interpretation
    results: Results = field(default_factory=lambda: Results(0, (), {}))
    narrowed: bool = False
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """All that the index's answer depends on, beside the question: where anything differs, the index is asked again.

    `view` holds the groups, the revisions of index and catalogue, and what is hidden since. `lexicon` are the words
    that these groups may see; it is referred to weakly, since there may be hundreds of thousands. `day` is what
    « dernier » and « prochain » are relative to, `boost` what recent, gathered and useful documents gain.
    """

    view: IndexView
    lexicon: ref[Lexicon]
    day: PartialDate
    boost: ScoreBoost | None


class FoundMemory:
    """Remembers what the index said of the latest questions, of one engine and one vocabulary."""

    def __init__(self, max_values: int = _MAX_VALUES) -> None:
        self._max_values = max_values
        self._values = 0
        self._engine: Engine | None = None
        self._found: OrderedDict[Hashable, tuple[Moment, Found]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, question: Question, moment: Moment) -> Found | None:
        """Return what the index said of a question, None where it would say something else by now."""
        key = _to_key(question)
        with self._lock:
            held = self._found.get(key)
            if held is None or held[0] != moment:
                return None
            self._found.move_to_end(key)
            return held[1]

    def keep(self, question: Question, moment: Moment, found: Found) -> None:
        """Remember what the index said of a question at a moment; the questions asked longest ago are forgotten."""
        key = _to_key(question)
        with self._lock:
            # An engine that was replaced must be let go, with its files.
            if self._engine is not moment.view.engine:
                self._engine = moment.view.engine
                self._found.clear()
                self._values = 0
            if key in self._found:
                self._values -= _count_values(self._found.pop(key)[1])
            self._found[key] = moment, found
            self._values += _count_values(found)
            while self._values > self._max_values:
                _, (_, oldest) = self._found.popitem(last=False)
                self._values -= _count_values(oldest)


def _to_key(question: Question) -> Hashable:
    return (
        *(question.text, question.sort, question.page, question.per_page, question.groups, question.exact),
        *(question.all_words, question.facets, question.excerpts, frozenset(question.selection.items())),
    )


def _count_values(found: Found) -> int:
    counted = sum(map(len, found.results.facet_counts.values()))
    return _VALUES_OF_QUESTION + len(found.results.hits) + counted


class KnownEvents:
    """Remembers the events that facets name, as sets of groups see them, until a document or an event changes."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[frozenset[str], tuple[ShownRevision, dict[str, Event]]] = {}

    def find_named(self, question: Question, results: Results, view: IndexView | None) -> Mapping[str, Event]:
        """Return by id the events that the asker may see, as far as a question's facets, or earlier ones, name them."""
        counted, groups = results.facet_counts.get(Facet.EVENT, {}), question.groups
        ids = list({*question.selection.get(Facet.EVENT, ()), *counted}) if Facet.EVENT in question.facets else []
        if view is None or not ids:
            return self._catalogue.events.find_each(ids, groups) if ids else {}
        # The revision was read before: what is read now is of that moment or later, and serves until the next one.
        shown, events = self._known.get(groups, (None, {}))
        if shown != view.shown:
            others = {key: each for key, each in self._known.items() if key != groups}
            events = {}
            self._known = dict([*others.items(), (groups, (view.shown, events))][-_MAX_AUDIENCES:])
        # What was not found is asked for again: an address may name anything, which memory must not keep.
        if missing := [id_ for id_ in ids if id_ not in events]:
            events |= self._catalogue.events.find_each(missing, groups)
        return events


class Usefulness:
    """What documents gain or lose for what readers said of them, read again once a minute."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[str, float] = {}
        self._next_reading = 0.0

    def read(self) -> dict[str, float]:
        """Return it by document; empty while no document has enough voices."""
        # No lock: two threads that read it at once read the same.
        if (now := time.monotonic()) >= self._next_reading:
            # Set first: a slow catalogue is asked by one thread, not by all.
            self._next_reading = now + _USEFULNESS_SECONDS
            counts = self._catalogue.ballots.count_each(LEAST_VOICES)
            self._known = {id_: compute_usefulness(each.useful, each.useless) for id_, each in counts.items()}
        return self._known
