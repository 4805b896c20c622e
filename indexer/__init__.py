"""Keeps the index equal to the folder: watch, plan, extract, tag, write."""
