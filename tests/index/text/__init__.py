"""Tests of index.text."""
