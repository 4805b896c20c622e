"""Tests of index.assistant."""
