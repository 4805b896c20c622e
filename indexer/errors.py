"""Errors that stop the indexer and that a person can do something about."""

from __future__ import annotations

from index.model import ExplainedError


class LibraryUnavailableError(ExplainedError):
    """The library cannot be scanned; the message says in French why and what to do."""


class ExtractionUnavailableError(ExplainedError):
    """Files cannot be read where the settings say; the message says in French why and what to do."""


class DeletionsHeldError(ExplainedError):
    """So many files are missing that nothing was removed; the message says in French how many and what to do."""
