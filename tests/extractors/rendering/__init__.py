"""Tests of extractors.rendering."""
