"""What stops the indexer, and a person can do something about."""

from __future__ import annotations

from index.errors import ExplainedError


class LibraryUnavailableError(ExplainedError):
    """The library cannot be looked at; the message says why and what to do, in French."""


class ReadersUnavailableError(ExplainedError):
    """Files cannot be read where the settings say; the message says why and what to do, in French."""


class DeletionsHeldError(ExplainedError):
    """So many files are missing that nothing was removed; the message says how many and what to do, in French."""
