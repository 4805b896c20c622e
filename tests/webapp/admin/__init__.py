"""Tests of webapp.admin."""
