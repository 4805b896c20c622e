"""The indexer at work: opened with all that it needs, followed by commands."""

from indexer.runtime.index_command import index_once

__all__ = ["index_once"]
