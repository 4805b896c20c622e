"""Tests of indexer.demo."""
