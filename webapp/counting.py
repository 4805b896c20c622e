"""Searches and openings, counted aside: whoever searches never waits for it, and nothing says who they are."""

from __future__ import annotations

import logging
import re
import threading
import unicodedata
from collections import Counter
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from flask import current_app

from index.catalogue.usage import LONGEST_TEXT, UNSAID, Asked, CatalogueBusyError, Opened, Searched

if TYPE_CHECKING:
    from flask import Flask

    from index.catalogue.usage import Usage
    from index.search import Answer

log = logging.getLogger(__name__)

FLUSH_SECONDS = 5.0
"""How long counts wait for others, to be written together."""

MOST_WAITING = 2_000
"""Different counts that wait to be written; when the catalogue stays busy, those beyond are dropped, and told so."""

_PERSONAL = re.compile(r"\S@\S|\d{7}|(?:\d[ .\-/]?){9}")
"""A mail address, a file number, a telephone or social security number: never kept, even for a day."""


class Ledger:
    """Counts in memory, written together by one background thread, which starts with the first count."""

    def __init__(self, usage: Usage, rare_days: int, *, flush_seconds: float = FLUSH_SECONDS) -> None:
        self._usage = usage
        self._rare_days = rare_days
        self._flush_seconds = flush_seconds
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._searches: dict[Searched, Asked] = {}
        self._openings: Counter[Opened] = Counter()
        self._dropped = 0
        self._tidied: date | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def dropped(self) -> int:
        """How many counts were lost since the start because the catalogue stayed busy."""
        return self._dropped

    def searched(self, answer: Answer) -> None:
        """Count a question when it is asked: neither its next pages nor its filters ask another."""
        question = answer.question
        if question.text and question.page == 1 and not question.selection:
            key = Searched(_normalised(question.text), _today())
            with self._lock:
                before = self._searches.get(key, Asked(0, 0))
                if before.times or self._has_room():
                    self._searches[key] = Asked(before.times + 1, answer.total)

    def opened(self, document_id: str) -> None:
        """Count the opening of a document."""
        key = Opened(document_id, _today())
        with self._lock:
            if key in self._openings or self._has_room():
                self._openings[key] += 1

    def flush(self) -> None:
        """Write what waits. When the catalogue is busy it waits for the next time."""
        with self._writing:
            with self._lock:
                searches, self._searches = self._searches, {}
                openings, self._openings = self._openings, Counter()
            try:
                if searches or openings:
                    self._usage.add(searches, openings)
            except CatalogueBusyError:
                log.warning("the catalogue is busy: %d counts wait", len(searches) + len(openings))
                self._take_back(searches, openings)
            else:
                self._tidy()

    def close(self) -> None:
        """Write what waits, and stop the thread."""
        self._stopping.set()
        if self._thread:
            self._thread.join()
        self.flush()

    def _has_room(self) -> bool:
        """Whether one more count may wait; called under the lock. Starts the thread on the way."""
        if len(self._searches) + len(self._openings) >= MOST_WAITING:
            self._dropped += 1
            return False
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep_writing, name="counting", daemon=True)
            self._thread.start()
        return True

    def _keep_writing(self) -> None:
        while not self._stopping.wait(self._flush_seconds):
            self.flush()

    def _take_back(self, searches: dict[Searched, Asked], openings: Counter[Opened]) -> None:
        with self._lock:
            for key, asked in searches.items():
                later = self._searches.get(key)
                found = later.found if later else asked.found
                self._searches[key] = Asked(asked.times + (later.times if later else 0), found)
            self._openings.update(openings)

    def _tidy(self) -> None:
        """Once a day, forget the words of rare searches."""
        today = _today()
        if self._tidied == today:
            return
        try:
            self._usage.forget_rare(today, self._rare_days)
        except CatalogueBusyError:
            log.warning("the catalogue is busy: rare searches are forgotten later")
        else:
            self._tidied = today


def _normalised(text: str) -> str:
    """A question's words as they are kept: lower case, single spaces; none where they may name or number someone."""
    words = " ".join(unicodedata.normalize("NFC", text).lower().split())
    return UNSAID if _PERSONAL.search(words) else words[:LONGEST_TEXT]


def _today() -> date:
    return datetime.now().astimezone().date()


_NAME = "ruche-ledger"


def install(app: Flask, usage: Usage, rare_days: int) -> None:
    """Give an application its ledger."""
    app.extensions[_NAME] = Ledger(usage, rare_days)


def ledger(app: Flask | None = None) -> Ledger:
    """The ledger of an application, of the one that answers the present request unless one is named."""
    return cast("Ledger", (app or current_app).extensions[_NAME])
