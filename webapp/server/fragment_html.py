"""Texts with the words searched marked, as HTML: on one line in results, with their lines and tables in a document."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from markupsafe import Markup, escape

from index.search import Fragment
from webapp.server.french_text import keep_signs_on_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_Line: TypeAlias = tuple[Fragment, ...]

_LINE_BREAK = re.compile(r"\n+")

_CELLS = re.compile(r"(?<=[^|\s]) \| ")

CELL_SEPARATOR = " | "
"""What extractors write between the cells of a row; an empty cell is left out."""

_MARK, _MARK_END = Markup("<mark>"), Markup("</mark>")
_LINES = Markup('<p class="as-written">{}</p>')
_TABLE = Markup(
    '<div class="passage-frame"{}><table class="passage-table">'
    "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
)
_WIDE = Markup(' role="group" aria-label="Tableau" tabindex="0"')
_MOST_NARROW = 3
"""Columns: wider tables may scroll on a telephone, for which the keyboard must be able to reach them."""
_HEADING, _ROW, _CELL = Markup('<th scope="col">{}</th>'), Markup("<tr>{}</tr>"), Markup("<td>{}</td>")


def render_fragments(fragments: Iterable[Fragment]) -> Markup:
    """Return fragments as HTML, the words searched within <mark>, and no line begun by a sign that has a space before.

    In Python and not in a template: a page of results has hundreds of fragments.
    """
    shown = list(fragments)
    # A mark may end between the space and its sign: the whole text is looked at, then cut where it was.
    return _mark_pieces(shown, keep_signs_on_line("".join(each.text for each in shown)))


def _mark_pieces(shown: Iterable[Fragment], text: str) -> Markup:
    """Return a text as HTML that is as long as these fragments together, with their marks."""
    html: list[Markup] = []
    at = 0
    for each in shown:
        end = at + len(each.text)
        # Joined once: each sum of two `Markup` would make a third.
        piece = escape(text[at:end])
        html += (_MARK, piece, _MARK_END) if each.marked else (piece,)
        at = end
    return Markup().join(html)


def render_excerpt(fragments: Iterable[Fragment]) -> Markup:
    """Return the fragments of an excerpt as HTML on one line: a point tells its lines apart, a dash cells.

    Where a sentence goes on, or has ended with its own point, a space is enough.
    """
    shown = list(fragments)
    # A break may stand at the edge of a mark: what is on its other side is in another fragment, so the whole text is
    # looked at, and the breaks found are put back by their position.
    text = "".join(each.text for each in shown)
    between = {found.start() + 1: "–" for found in _CELLS.finditer(text)} if CELL_SEPARATOR in text else {}
    for found in _LINE_BREAK.finditer(text):
        between |= dict.fromkeys(range(*found.span()), "") | {found.start(): _separate_lines(text, found)}
    if between:
        shown = _replace_characters(shown, text, between)
    return render_fragments(shown)


def _replace_characters(shown: Iterable[Fragment], text: str, instead: Mapping[int, str]) -> list[Fragment]:
    """Return fragments with other characters, or none, at some positions of their whole text."""
    letters = list(text)
    for place, letter in instead.items():
        letters[place] = letter
    pieces, at = [], 0
    for each in shown:
        end = at + len(each.text)
        pieces.append(Fragment("".join(letters[at:end]), each.marked))
        at = end
    return pieces


def _separate_lines(text: str, found: re.Match[str]) -> str:
    # Extractors keep the line breaks of slides, which end thoughts, and of pages, which only the width of the paper
    # called for: a small letter on the next line tells the second kind.
    ended, following = text[: found.start()].rstrip()[-1:], text[found.end() :].lstrip()[:1]
    goes_on = not ended or ended in ".!?:;…|,·" or following.islower() or not following
    return " " if goes_on else " · "


def render_passage(fragments: Iterable[Fragment]) -> Markup:
    """Return the text of a passage as HTML: its lines as they are, and rows of cells as tables.

    Rows that follow each other without the same number of cells stay lines: an empty cell that extractors left out
    would put what follows it under the wrong heading.
    """
    return Markup().join(_render_block(lines, rows) for lines, rows in _split_blocks(fragments))


def render_text(text: str) -> Markup:
    """Return a text as HTML, as `render_passage` does, without marks."""
    return render_passage([Fragment(text)])


def split_text(text: str) -> Iterator[str | tuple[tuple[str, ...], ...]]:
    """Cut a text into its lines and its tables, rows of as many cells each, as pages show them. No line is empty."""
    for lines, rows in _split_blocks([Fragment(text)]):
        if rows:
            yield tuple(tuple(_join(cell) for cell in row) for row in rows)
        else:
            yield from filter(None, map(_join, lines))


def _split_blocks(fragments: Iterable[Fragment]) -> Iterator[tuple[list[_Line], list[tuple[_Line, ...]]]]:
    """Cut fragments into blocks of lines, each with its rows of cells where it is a table, else with none."""
    lines = list(_split(fragments, "\n"))
    for has_cells, block in groupby(lines, key=lambda line: CELL_SEPARATOR in "".join(each.text for each in line)):
        held = list(block)
        rows = [tuple(_split(line, CELL_SEPARATOR)) for line in held] if has_cells else []
        yield held, rows if len(rows) > 1 and len(set(map(len, rows))) == 1 else []


def _join(line: _Line) -> str:
    return "".join(each.text for each in line).strip()


def _render_block(lines: list[_Line], rows: list[tuple[_Line, ...]]) -> Markup:
    if rows:
        head, *others = rows
        return _TABLE.format(
            _WIDE if len(head) > _MOST_NARROW else "",
            _render_cells(_HEADING, head),
            Markup().join(
                _ROW.format(Markup().join(_CELL.format(render_fragments(cell)) for cell in row)) for row in others
            ),
        )
    text = Markup("\n").join(map(render_fragments, lines)).strip("\n")
    return _LINES.format(text) if text else Markup()


def _render_cells(kind: Markup, row: Iterable[Iterable[Fragment]]) -> Markup:
    return Markup().join(kind.format(render_fragments(cell)) for cell in row)


def _split(fragments: Iterable[Fragment], separator: str) -> Iterator[tuple[Fragment, ...]]:
    """Cut fragments at a separator, as str.split does; those that it cuts through keep their mark."""
    piece: list[Fragment] = []
    for each in fragments:
        first, *others = each.text.split(separator)
        piece.append(replace(each, text=first))
        for other in others:
            yield tuple(piece)
            piece = [replace(each, text=other)]
    yield tuple(piece)
