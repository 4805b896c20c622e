"""Tests of webapp.supervision."""
