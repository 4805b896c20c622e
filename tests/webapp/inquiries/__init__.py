"""Tests of questions and needs."""
