"""Writes a whole demonstration library on demand: real formats, invented minutes, facts of the public synthesis."""

from indexer.demo.library import write_demo_library

__all__ = ["write_demo_library"]
