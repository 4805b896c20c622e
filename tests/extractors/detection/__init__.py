"""Tests of extractors.detection."""
