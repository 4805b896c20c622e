"""Tests of index.personal_data."""
