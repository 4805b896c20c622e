"""Tests of webapp.pages."""
