"""Keeps the catalogue and the index equal to the watched folder: scans it, plans, extracts, describes, writes."""
