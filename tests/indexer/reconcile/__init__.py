"""Tests of indexer.reconcile."""
