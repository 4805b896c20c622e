"""Tests of what videos and pages look like."""
