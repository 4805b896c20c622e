"""The application's services (settings, catalogue, search, vocabulary, previews), opened once for all views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app, request

from webapp.errors import NOT_FOUND, ProblemError
from webapp.identity import groups

if TYPE_CHECKING:
    from flask import Flask

    from index.catalogue import Catalogue
    from index.model import Document, Event, Facet
    from index.previews import Previews
    from index.search import Search
    from index.settings import Settings
    from index.vocabulary import Vocabulary
    from index.wording import Wording

__all__ = ["Hive", "document_or_404", "event_or_404", "groups", "hive", "install", "sources"]

_NAME = "ruche"


# Not frozen: `refresh_vocabulary` replaces two fields, while other threads go on with those that they have read.
@dataclass(slots=True)
class Hive:
    """The services of an application; each is safe to use from several threads.

    `vocabulary` and `search` are replaced when animators edit the vocabulary: read them at each request, keep neither.
    """

    settings: Settings
    catalogue: Catalogue
    wording: Wording
    vocabulary: Vocabulary
    search: Search
    previews: Previews

    def label(self, facet: Facet, value: str) -> str:
        """Return the label of a facet's value in the present vocabulary."""
        return self.vocabulary.label(facet, value)

    def refresh(self) -> None:
        """Read the vocabulary anew, and the search with it, if animators changed it."""
        # The same object as long as nothing changed: a request pays one small query.
        vocabulary = self.wording.vocabulary()
        if vocabulary is not self.vocabulary:
            self.vocabulary, self.search = vocabulary, self.search.worded(vocabulary)


def install(app: Flask, opened: Hive) -> None:
    """Give an application its services, and have the vocabulary refreshed before each request that may show it."""
    app.extensions[_NAME] = opened
    app.before_request(_refresh)


def _refresh() -> None:
    # Not for health checks, which are answered even without a catalogue.
    if request.endpoint not in {"static", "api.health"} and request.blueprint != "health":
        hive().refresh()


def hive() -> Hive:
    """Return the services of the application that serves the current request."""
    return sources(current_app)


def sources(app: Flask) -> Hive:
    """Return the services of an application, within or without a request."""
    return cast("Hive", app.extensions[_NAME])


def document_or_404(document_id: str) -> Document:
    """Return a document. Raises ProblemError (404) where it does not exist, and where the person may not see it."""
    # One answer for « missing » and « hidden »: nobody learns that a hidden document exists.
    document = hive().catalogue.document(document_id, groups())
    if document is None:
        raise ProblemError(404, NOT_FOUND)
    return document


def event_or_404(event_id: str) -> Event:
    """Return an event. Raises ProblemError (404) where it does not exist, and where the person may not see it."""
    event = hive().catalogue.event(event_id, groups())
    if event is None:
        raise ProblemError(404, NOT_FOUND)
    return event
