"""Tests of index.ops."""
