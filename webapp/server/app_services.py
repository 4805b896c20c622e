"""The application's services (settings, catalogue, search, vocabulary, assistant…), opened once for all views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app, request

if TYPE_CHECKING:
    from flask import Flask

    from index.assistant import Assistant
    from index.catalogue import Catalogue
    from index.config import Settings
    from index.model import Document, DocumentFormat, Facet
    from index.preview_cache import PreviewCache
    from index.search import Search
    from index.vocabulary import Vocabulary, VocabularyOverrides


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
    assistant: Assistant | None
    """None where the settings name no service of models."""

    def label(self, facet: Facet, value: str) -> str:
        """Return the label of a facet's value in the present vocabulary."""
        return self.vocabulary.label(facet, value)

    def format_of(self, document: Document) -> DocumentFormat:
        """Return what is known of a document's format."""
        return self.vocabulary.format_of(document.format)

    def find_spoken_document(self, document: Document, groups: frozenset[str]) -> Document:
        """Return the document that holds a document's text: a recording's captions, where these groups see any."""
        if not self.format_of(document).is_recording:
            return document
        parts = self.catalogue.replays.list_parts(document.id, groups)
        return next((each for each in parts if self.format_of(each).is_captions), document)

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
