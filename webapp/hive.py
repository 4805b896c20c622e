"""What every view asks: the catalogue, the search and the words, opened once for the whole application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app

from index.model import MEMBERS
from webapp.errors import NOT_FOUND, ProblemError

if TYPE_CHECKING:
    from flask import Flask

    from index.catalogue import Catalogue
    from index.model import Document
    from index.previews import Previews
    from index.search import Search
    from index.settings import Settings
    from index.vocabulary import Vocabulary

_NAME = "ruche"


@dataclass(frozen=True, slots=True)
class Hive:
    """The application's sources; all are safe to use from several threads."""

    settings: Settings
    catalogue: Catalogue
    vocabulary: Vocabulary
    search: Search
    previews: Previews


def install(app: Flask, sources: Hive) -> None:
    """Give an application its sources."""
    app.extensions[_NAME] = sources


def hive() -> Hive:
    """The sources of the application that answers the present request."""
    return cast("Hive", current_app.extensions[_NAME])


def groups() -> frozenset[str]:
    """The groups of the person who asks: everyone who reaches the service is a member."""
    return frozenset({MEMBERS})


def document_or_404(document_id: str) -> Document:
    """The document of an address, when it exists and the person may see it."""
    # PostgreSQL refuses a NUL in any text: such an address names nothing, it is not a breakdown.
    document = None if "\0" in document_id else hive().catalogue.document(document_id, groups())
    if document is None:
        raise ProblemError(404, NOT_FOUND)
    return document
