"""Tests of index.generations."""
