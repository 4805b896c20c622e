"""Tests of index.catalogue."""
