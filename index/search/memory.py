"""What searches remember between questions, so that what is asked again costs little.

Rights are part of it: an answer is remembered for the groups that asked, until anything that an answer may show changes
in the catalogue, and each question asks the catalogue whether it has.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from index.engines import LEAST_VOICES, compute_usefulness
from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence
    from weakref import ref

    from index.catalogue import Catalogue, ShownRevision
    from index.engines import Engine, Results, ScoreBoost
    from index.model import Event, PartialDate
    from index.query import Lexicon
    from index.search.questions import Answer, IndexView, Question

Derived = TypeVar("Derived")
Kept = TypeVar("Kept")

_USEFULNESS_SECONDS = 60

_MAX_AUDIENCES = 12
"""Sets of groups for which something is remembered: those that asked last."""

_MAX_BYTES = 32 * 2**20
"""What all that is remembered may take: some four hundred pages of ten results, or a thousand answers of the API."""

_ANSWER_BYTES, _DOCUMENT_BYTES, _VALUE_BYTES = 3_000, 3_500, 120
"""What an answer takes beside its documents, a document beside its texts, and a value of a facet."""


@dataclass(frozen=True, slots=True)
class Moment:
    """All that an answer depends on, beside the question: where anything differs, it is made anew.

    `view` holds the groups, the revisions of index and catalogue, and what is hidden since. `lexicon` are the words
    that these groups may see; it is referred to weakly, since there may be hundreds of thousands. `associations` are
    the words that go together. `day` is what « dernier » and « prochain » are relative to, `boost` what recent,
    gathered and useful documents gain.
    """

    view: IndexView
    lexicon: ref[Lexicon]
    associations: Mapping[str, Sequence[str]]
    day: PartialDate
    boost: ScoreBoost | None


@dataclass(slots=True)
class _Entry:
    """What was made of a question at a moment, its size in bytes, and by name what was made of it in turn."""

    moment: Moment
    made: Any
    size: int
    derived: dict[str, Any] = field(default_factory=dict)


class AnswerMemory:
    """Remembers what was answered to the latest questions, of one engine and one vocabulary."""

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._size = 0
        self._engine: Engine | None = None
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, question: Question, moment: Moment, name: str = "") -> Any:
        """Return what was made of a question under a name, None where it would be something else by now."""
        key = _to_key(question, name)
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or entry.moment != moment:
                return None
            self._entries.move_to_end(key)
            return entry.made

    def keep(self, question: Question, moment: Moment, made: Any, size: int, name: str = "") -> None:
        """Remember what was made of a question at a moment, and takes `size` bytes.

        The questions asked longest ago are forgotten.
        """
        key = _to_key(question, name)
        with self._lock:
            # An engine that was replaced must be let go, with its files.
            if self._engine is not moment.view.engine:
                self._engine = moment.view.engine
                self._entries.clear()
                self._size = 0
            if key in self._entries:
                self._size -= self._entries.pop(key).size
            self._entries[key] = _Entry(moment, made, size)
            self._size += size
            while self._size > self._max_bytes:
                _, oldest = self._entries.popitem(last=False)
                self._size -= oldest.size

    def derive(self, answer: Answer, name: str, build: Callable[[], Derived]) -> Derived:
        """Return what `build` makes of an answer, made once for as long as the answer is remembered.

        It must be small, beside what it shares with the answer.
        """
        with self._lock:
            entry = self._entries.get(_to_key(answer.question, ""))
        if entry is None or entry.made is not answer:
            return build()
        # Two threads that come at once make the same.
        if name not in entry.derived:
            entry.derived[name] = build()
        return cast("Derived", entry.derived[name])


def _to_key(question: Question, name: str) -> Hashable:
    return (
        *(name, question.text, question.sort, question.page, question.per_page, question.groups, question.exact),
        *(question.all_words, question.facets, question.excerpts, frozenset(question.selection.items())),
    )


def estimate_size(answer: Answer) -> int:
    """Return about how many bytes an answer takes."""
    values = sum(map(len, answer.facets.values()))
    excerpts = [excerpt for each in answer.found for excerpt in each.excerpts]
    texts = sum(len(fragment.text) for each in excerpts for fragment in (*each.title, *each.fragments))
    documents = sum(1 + len(each.near_duplicates) for each in answer.found)
    return _ANSWER_BYTES + _DOCUMENT_BYTES * documents + _VALUE_BYTES * values + 2 * texts


def keep_last(known: Mapping[frozenset[str], Kept], groups: frozenset[str], kept: Kept) -> dict[frozenset[str], Kept]:
    """Return what is known by sets of groups, with what is kept for one of them; those that came longest ago go."""
    others = {key: each for key, each in known.items() if key != groups}
    return dict([*others.items(), (groups, kept)][-_MAX_AUDIENCES:])


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
            events = {}
            self._known = keep_last(self._known, groups, (view.shown, events))
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
            # At the same moments in all web processes, whose clock is that of the machine: pages of one list of results
            # that come from two of them are then in one order.
            self._next_reading = (now // _USEFULNESS_SECONDS + 1) * _USEFULNESS_SECONDS
            counts = self._catalogue.ballots.count_each(LEAST_VOICES)
            self._known = {id_: compute_usefulness(each.useful, each.useless) for id_, each in counts.items()}
        return self._known
