"""Counts of searches and of opened documents, kept in memory and written in batches; nothing says who they are from."""

from __future__ import annotations

import logging
import threading
import unicodedata
from collections import Counter
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from flask import current_app, request

from index.catalogue import (
    LONGEST_SEARCH,
    WITHOUT_WORDS,
    CatalogueBusyError,
    DailyOpening,
    DailySearch,
    SearchStep,
    SearchTally,
)
from index.personal_data import may_name_person

if TYPE_CHECKING:
    from flask import Flask

    from index.catalogue import Usage
    from index.search import Answer

log = logging.getLogger(__name__)

FLUSH_SECONDS = 5.0
"""Seconds between two writes to the catalogue."""

MAX_WAITING_COUNTS = 2_000
"""The most counts kept in memory while the catalogue is busy; further ones are dropped, and how many is told."""


class UsageCounter:
    """Counts in memory, written to the catalogue by one background thread, which starts with the first count.

    A request takes a lock that is held for an instant: it never waits for the catalogue, which the indexer may hold.
    """

    def __init__(self, usage: Usage, rare_days: int, *, flush_seconds: float = FLUSH_SECONDS) -> None:
        self._usage = usage
        self._rare_days = rare_days
        self._flush_seconds = flush_seconds
        self._lock = threading.Lock()
        # One flush at a time, without holding the lock of the counts: the thread and `close` may both flush.
        self._flush_lock = threading.Lock()
        self._searches: dict[DailySearch, SearchTally] = {}
        self._openings: Counter[DailyOpening] = Counter()
        self._steps: Counter[SearchStep] = Counter()
        self._dropped = 0
        self._rare_forgotten_on: date | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def dropped(self) -> int:
        """How many counts were dropped since the start because the catalogue stayed busy."""
        return self._dropped

    def count_search(self, answer: Answer, came_from: str = "") -> None:
        """Count the question of a search. Its further pages, and the same words with filters, are not counted again.

        `came_from` are the words of the results from which one searched anew, "" where one came from elsewhere.
        """
        question = answer.question
        if question.text and question.page == 1 and not question.selection:
            key = DailySearch(_normalise_words(question.text), _today())
            with self._lock:
                before = self._searches.get(key, SearchTally(0, 0))
                if before.times or self._admit_count():
                    # The number of documents is that of the latest search: the library grows.
                    self._searches[key] = SearchTally(before.times + 1, answer.total)
                self._count_step(SearchStep(_normalise_words(came_from), key.day, next_text=key.text))

    def count_opening(self, document_id: str, came_from: str = "") -> None:
        """Count the opening of a document; `came_from` are the words of the results in which one opened it, or ""."""
        key = DailyOpening(document_id, _today())
        with self._lock:
            if key in self._openings or self._admit_count():
                self._openings[key] += 1
            self._count_step(SearchStep(_normalise_words(came_from), key.day, document_id=document_id))

    def _count_step(self, step: SearchStep) -> None:
        """Count what followed a search, unless its words are not kept. Called under the lock."""
        if step.text == WITHOUT_WORDS or not (step.document_id or step.next_text) or step.text == step.next_text:
            return
        if step in self._steps or self._admit_count():
            self._steps[step] += 1

    def flush(self) -> None:
        """Write the counts that wait. Where the catalogue is busy they wait for the next time."""
        with self._flush_lock:
            # Swapped, so that requests go on counting while the catalogue is written.
            with self._lock:
                searches, self._searches = self._searches, {}
                openings, self._openings = self._openings, Counter()
                steps, self._steps = self._steps, Counter()
            try:
                if searches or openings or steps:
                    self._usage.add(searches, openings, steps)
            except CatalogueBusyError:
                # How many, not which: the log never holds what was searched.
                log.warning("the catalogue is busy: %d counts wait", len(searches) + len(openings) + len(steps))
                self._restore_counts(searches, openings, steps)
            else:
                self._forget_rare_searches()

    def close(self) -> None:
        """Stop the thread and write the counts that wait."""
        self._stopping.set()
        if self._thread:
            self._thread.join()
        self.flush()

    def _admit_count(self) -> bool:
        """Return whether one more count may wait, and start the thread if need be. Called under the lock."""
        if len(self._searches) + len(self._openings) + len(self._steps) >= MAX_WAITING_COUNTS:
            self._dropped += 1
            return False
        if self._thread is None:
            self._thread = threading.Thread(target=self._flush_periodically, name="counting", daemon=True)
            self._thread.start()
        return True

    def _flush_periodically(self) -> None:
        while not self._stopping.wait(self._flush_seconds):
            self.flush()

    def _restore_counts(
        self,
        searches: dict[DailySearch, SearchTally],
        openings: Counter[DailyOpening],
        steps: Counter[SearchStep],
    ) -> None:
        with self._lock:
            for key, asked in searches.items():
                # Counted again meanwhile: the later number of documents is the one to keep.
                later = self._searches.get(key)
                found = later.found if later else asked.found
                self._searches[key] = SearchTally(asked.times + (later.times if later else 0), found)
            self._openings.update(openings)
            self._steps.update(steps)

    def _forget_rare_searches(self) -> None:
        """Once a day, have the catalogue forget the words of rare searches."""
        today = _today()
        # Remembered in memory only: a restart does it once more, which changes nothing.
        if self._rare_forgotten_on == today:
            return
        try:
            self._usage.forget_rare(today, self._rare_days)
        except CatalogueBusyError:
            log.warning("the catalogue is busy: rare searches are forgotten later")
        else:
            self._rare_forgotten_on = today


def is_prefetch() -> bool:
    """Return whether a browser asks ahead of its reader, who may never open the page."""
    # The second name is that of browsers before 2022, of which some are still about.
    return any("prefetch" in request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose"))


def _normalise_words(text: str) -> str:
    """Return a question's words as they are stored: NFC, lower case, single spaces.

    Words that may be personal give WITHOUT_WORDS.
    """
    words = " ".join(unicodedata.normalize("NFC", text).lower().split())
    return WITHOUT_WORDS if may_name_person(words) else words[:LONGEST_SEARCH]


def _today() -> date:
    return datetime.now().astimezone().date()


_EXTENSION_KEY = "ruche.usage"


def install_usage_counter(app: Flask, usage: Usage, rare_days: int) -> None:
    """Give an application its usage counter."""
    app.extensions[_EXTENSION_KEY] = UsageCounter(usage, rare_days)


def usage_counter(app: Flask | None = None) -> UsageCounter:
    """Return the usage counter of an application, by default of the one that serves the current request."""
    return cast("UsageCounter", (app or current_app).extensions[_EXTENSION_KEY])
