"""Tests of webapp.mailing."""
