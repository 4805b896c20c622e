"""The indexer at work: opened with all that it needs, run by commands, which are loaded by name."""
