"""Headers and footers of printed sheets (ECMA-376 part 1, 18.3.1.46), without their codes."""

from __future__ import annotations

import re

# A font, a colour, a size; then what each page fills in (its number, the date, the file), and styles of letters.
_CODE = re.compile(r'&(?P<part>[LCR])|&"[^"]*"|&K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|&\d+|&(?P<ampersand>&)|&[A-Za-z]')
# « Page 1 of 2 » without its numbers.
_GENERATED = re.compile(r"\W*(page(\W+(of|sur|de))?)?\W*", re.IGNORECASE)


def read_margin(written: str) -> str:
    """The words of a header or a footer on one line, its left, middle and right parts separated by bars."""
    # Numbers and dates of pages are written by nobody.
    shown = _CODE.sub(lambda code: "\n" if code["part"] else code["ampersand"] or " ", written)
    parts = (" ".join(part.split()) for part in shown.split("\n"))
    return " | ".join(part for part in parts if not _GENERATED.fullmatch(part))
