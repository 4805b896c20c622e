"""Tests of indexer.describe."""
