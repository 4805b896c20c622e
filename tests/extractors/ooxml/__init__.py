"""Tests of extractors.ooxml."""
