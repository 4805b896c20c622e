"""Tests of extractors.readers."""
