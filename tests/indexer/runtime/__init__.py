"""Tests of indexer.runtime."""
