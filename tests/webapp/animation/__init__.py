"""Tests of webapp.animation."""
