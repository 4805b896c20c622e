"""What ruche.py puts together, for tests: the application and the vocabulary, with the formats that are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors import FORMATS
from index import vocabulary
from webapp import app as application

if TYPE_CHECKING:
    from pathlib import Path

    from apiflask import APIFlask

    from index.config import Settings
    from index.vocabulary import Vocabulary


def create_app(settings: Settings) -> APIFlask:
    """The application of an installation."""
    return application.create_app(settings, FORMATS)


def load_vocabulary(extra: Path | None = None) -> Vocabulary:
    """The vocabulary shipped with Ruche, and over it that of a file."""
    return vocabulary.load_vocabulary(FORMATS, extra)
