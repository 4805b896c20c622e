"""Tests of index.config."""
