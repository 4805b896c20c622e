"""Tests of webapp.dossiers."""
