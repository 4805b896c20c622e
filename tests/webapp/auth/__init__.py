"""Tests of webapp.auth."""
