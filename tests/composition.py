"""What ruche.py puts together, for tests: the application and the vocabulary, with the formats that are read."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from extractors import FORMATS
from index import vocabulary
from webapp import app as application
from webapp.templating import CheckedBytecodeCache

if TYPE_CHECKING:
    from apiflask import APIFlask
    from flask import Response

    from index.config import Settings
    from index.vocabulary import Vocabulary


def create_app(settings: Settings) -> APIFlask:
    """The application of an installation; all of a process share the templates that one has compiled."""
    app = application.create_app(settings, FORMATS)
    app.jinja_env.bytecode_cache = _share_compiled_templates()
    app.after_request(_check_headers)
    return app


def _check_headers(response: Response) -> Response:
    """Flask's client takes headers that no server can send: a « ’ » in a file's name was an error 500 outside tests."""
    assert all(value.isascii() for _, value in response.headers), response.headers
    return response


@cache
def _share_compiled_templates() -> CheckedBytecodeCache:
    folder = TemporaryDirectory(prefix="compiled-")
    atexit.register(folder.cleanup)
    return CheckedBytecodeCache(Path(folder.name))


def load_vocabulary(extra: Path | None = None) -> Vocabulary:
    """The vocabulary shipped with Ruche, and over it that of a file."""
    return vocabulary.load_vocabulary(FORMATS, extra) if extra else _share_vocabulary()


@cache
def _share_vocabulary() -> Vocabulary:
    # Frozen: reading its files again would give the same to each of hundreds of tests.
    return vocabulary.load_vocabulary(FORMATS)
