"""Hostile files: each costs itself a named failure or is read, and the pool goes on."""
