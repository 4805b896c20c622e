"""Tables as CSV files for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Iterable

_FORMULA_STARTS = tuple("=+-@＝＋－＠")
"""Characters by which a spreadsheet knows a formula, full-width forms included: a title must never become one."""

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]+")


def send_csv(filename: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Response:
    """Return a table as a file to download; no text of it is a formula."""
    table_text = io.StringIO()
    # French spreadsheets expect semicolons, and recognise UTF-8 by its byte order mark.
    table = csv.writer(table_text, delimiter=";", lineterminator="\r\n")
    table.writerow(columns)
    table.writerows(map(escape_cell, row) for row in rows)
    response = Response(table_text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response


def escape_cell(text: str) -> str:
    """Return a text on one line that no spreadsheet takes for a formula."""
    line = _CONTROL_CHARACTERS.sub(" ", text).strip()
    # Spreadsheets take what follows an apostrophe for text.
    return f"'{line}" if line.startswith(_FORMULA_STARTS) else line
