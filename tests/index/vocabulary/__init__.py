"""Tests of index.vocabulary."""
