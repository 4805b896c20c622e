"""Tests of webapp.server."""
