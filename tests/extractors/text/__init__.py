"""Tests of extractors.text."""
