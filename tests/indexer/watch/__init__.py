"""Tests of indexer.watch."""
