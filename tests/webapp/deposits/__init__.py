"""Tests of webapp.deposits."""
