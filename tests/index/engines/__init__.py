"""Tests of index.engines."""
