"""Ruche's tests."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The project's folder, in which its documents and tools lie."""
