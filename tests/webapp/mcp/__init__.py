"""Tests of webapp.mcp."""
