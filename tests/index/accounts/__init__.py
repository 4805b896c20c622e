"""Tests of index.accounts."""
