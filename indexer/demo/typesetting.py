"""Applies French typography when a document is written, so that its source stays easy to type."""

import re

NBSP = "\u00a0"
DEMONSTRATION_MARK = "Document de démonstration"

# French sets a space before these signs and inside « », which must not end a line.
_SPACE_BEFORE = re.compile(r" (?=[:;?!»%€])")
_SPACE_AFTER = re.compile(r"(?<=«) ")
_SPACE_IN_HOURS = re.compile(r"(?<=\d) (?=h\b|\d{3}\b)")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=[\w«])")


def add_hard_spaces(text: str) -> str:
    """The text with its non-breaking spaces, its apostrophes left as they were typed."""
    for pattern in (_SPACE_BEFORE, _SPACE_AFTER, _SPACE_IN_HOURS):
        text = pattern.sub(NBSP, text)
    return text


def typeset(text: str) -> str:
    """The text as a careful secretary would print it: non-breaking spaces and curly apostrophes."""
    return _APOSTROPHE.sub("’", add_hard_spaces(text))
