"""Tests of extractors."""
