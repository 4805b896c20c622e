"""Tests of index.model."""
