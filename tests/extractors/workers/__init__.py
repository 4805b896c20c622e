"""Tests of extractors.workers."""
