"""Tantivy, the default engine: an embedded index in a folder."""
