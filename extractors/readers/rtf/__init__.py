"""RTF texts."""
