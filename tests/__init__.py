"""Ruche's tests."""
