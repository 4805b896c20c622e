"""Tests of webapp.exchange."""
