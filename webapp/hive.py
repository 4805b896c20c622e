"""The application's services (settings, catalogue, search, vocabulary, previews), opened once for all views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app, request

from webapp.errors import NOT_FOUND, ProblemError
from webapp.identity import current_groups

if TYPE_CHECKING:
    from flask import Flask

    from index.catalogue import Catalogue
    from index.model import Document, Event, Facet
    from index.previews import PreviewCache
    from index.search import Search
    from index.settings import Settings
    from index.vocabulary import Vocabulary
    from index.wording import VocabularyOverrides

__all__ = [
    "AppServices",
    "current_groups",
    "find_document_or_404",
    "find_event_or_404",
    "install_services",
    "services",
    "services_of",
]

_EXTENSION_KEY = "ruche"


# Not frozen: `refresh_vocabulary` replaces two fields, while other threads go on with those that they have read.
@dataclass(slots=True)
class AppServices:
    """The services of an application; each is safe to use from several threads.

    `vocabulary` and `search` are replaced when animators edit the vocabulary: read them at each request, keep neither.
    """

    settings: Settings
    catalogue: Catalogue
    vocabulary_overrides: VocabularyOverrides
    vocabulary: Vocabulary
    search: Search
    previews: PreviewCache

    def label(self, facet: Facet, value: str) -> str:
        """Return the label of a facet's value in the present vocabulary."""
        return self.vocabulary.label(facet, value)

    def refresh_vocabulary(self) -> None:
        """Read the vocabulary anew, and the search with it, if animators changed it."""
        # The same object as long as nothing changed: a request pays one small query.
        vocabulary = self.vocabulary_overrides.current_vocabulary()
        if vocabulary is not self.vocabulary:
            self.vocabulary, self.search = vocabulary, self.search.with_vocabulary(vocabulary)


def install_services(app: Flask, app_services: AppServices) -> None:
    """Give an application its services, and have the vocabulary refreshed before each request that may show it."""
    app.extensions[_EXTENSION_KEY] = app_services
    app.before_request(_refresh_before_request)


def _refresh_before_request() -> None:
    # Not for health checks, which are answered even without a catalogue.
    if request.endpoint not in {"static", "api.get_health"} and request.blueprint != "health":
        services().refresh_vocabulary()


def services() -> AppServices:
    """Return the services of the application that serves the current request."""
    return services_of(current_app)


def services_of(app: Flask) -> AppServices:
    """Return the services of an application, within or without a request."""
    return cast("AppServices", app.extensions[_EXTENSION_KEY])


def find_document_or_404(document_id: str) -> Document:
    """Return a document. Raises ProblemError (404) where it does not exist, and where the person may not see it."""
    # One answer for « missing » and « hidden »: nobody learns that a hidden document exists.
    document = services().catalogue.document(document_id, current_groups())
    if document is None:
        raise ProblemError(404, NOT_FOUND)
    return document


def find_event_or_404(event_id: str) -> Event:
    """Return an event. Raises ProblemError (404) where it does not exist, and where the person may not see it."""
    event = services().catalogue.event(event_id, current_groups())
    if event is None:
        raise ProblemError(404, NOT_FOUND)
    return event
