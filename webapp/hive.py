"""What every view asks: the catalogue, the search and the words, opened once for the whole application."""

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


@dataclass(slots=True)
class Hive:
    """The application's sources; all are safe to use from several threads.

    `vocabulary` and `search` are those in force: a request takes them anew, and keeps neither.
    """

    settings: Settings
    catalogue: Catalogue
    wording: Wording
    vocabulary: Vocabulary
    search: Search
    previews: Previews

    def label(self, facet: Facet, value: str) -> str:
        """What a member reads for a facet's value, in the words in force."""
        return self.vocabulary.label(facet, value)

    def refresh(self) -> None:
        """Take up what animators changed in the vocabulary."""
        vocabulary = self.wording.vocabulary()
        if vocabulary is not self.vocabulary:
            self.vocabulary, self.search = vocabulary, self.search.worded(vocabulary)


def install(app: Flask, opened: Hive) -> None:
    """Give an application its sources, whose words are looked at before each request that may show any."""
    app.extensions[_NAME] = opened
    app.before_request(_refresh)


def _refresh() -> None:
    # Whoever asks whether the service lives is answered even without a catalogue.
    if request.endpoint not in {"static", "api.health"} and request.blueprint != "health":
        hive().refresh()


def hive() -> Hive:
    """The sources of the application that answers the present request."""
    return sources(current_app)


def sources(app: Flask) -> Hive:
    """The sources of an application."""
    return cast("Hive", app.extensions[_NAME])


def document_or_404(document_id: str) -> Document:
    """The document of an address, when it exists and the person may see it."""
    document = hive().catalogue.document(document_id, groups())
    if document is None:
        raise ProblemError(404, NOT_FOUND)
    return document


def event_or_404(event_id: str) -> Event:
    """The gathering of an address, when the person may see it."""
    event = hive().catalogue.event(event_id, groups())
    if event is None:
        raise ProblemError(404, NOT_FOUND)
    return event
