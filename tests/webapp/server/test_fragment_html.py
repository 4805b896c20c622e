"""Marked texts as HTML: lines, sentences and rows of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.search.highlighting import Fragment
from webapp.server.fragment_html import render_excerpt, render_fragments, render_passage

if TYPE_CHECKING:
    from collections.abc import Sequence


def _fragments(texts: Sequence[str | Fragment]) -> list[Fragment]:
    return [each if isinstance(each, Fragment) else Fragment(each) for each in texts]


def test_no_line_begins_by_a_sign() -> None:
    """Spaces before « : » and in guillemets do not break, also where a mark ends at them; other spaces do."""
    fragments = _fragments(["À ", Fragment("qui", marked=True), " ? « ", Fragment("Aux habitants", marked=True), " »"])
    assert render_fragments(fragments) == ("À <mark>qui</mark>\u00a0? «\u00a0<mark>Aux habitants</mark>\u00a0»")


@pytest.mark.parametrize(
    ("fragments", "html"),
    [
        (["Porte-à-porte\nPermanence mobile"], "Porte-à-porte · Permanence mobile"),
        (
            ["Jeudi | Saisie | ", Fragment("Porte", marked=True), "-à-porte\nVendredi | Relecture"],
            "Jeudi – Saisie – <mark>Porte</mark>-à-porte · Vendredi – Relecture",
        ),
        (["Le droit\nest ouvert.\n\nLa suite"], "Le droit est ouvert. La suite"),
        (["Les ", Fragment("aides", marked=True), "\nLes droits"], "Les <mark>aides</mark> · Les droits"),
        (["Une ligne\n"], "Une ligne "),
        (["a < b\nC"], "a &lt; b · C"),
    ],
)
def test_lines_of_an_excerpt_are_told_apart(fragments: list[str | Fragment], html: str) -> None:
    """Lines of a slide run into each other no more; a sentence that goes on is left whole, marks stay."""
    assert render_excerpt(_fragments(fragments)) == html


@pytest.mark.parametrize(
    ("fragments", "html"),
    [
        ([], ""),
        (["Une ligne\nune autre"], '<p class="as-written">Une ligne\nune autre</p>'),
        (
            ["Avant\nDroit | Où\nRSA | ", Fragment("CAF", marked=True), "\n"],
            (
                '<p class="as-written">Avant</p><div class="passage-frame"><table class="passage-table"><thead><tr>'
                '<th scope="col">Droit</th><th scope="col">Où</th></tr></thead><tbody><tr><td>RSA</td>'
                "<td><mark>CAF</mark></td></tr></tbody></table></div>"
            ),
        ),
        (["Droit | Où\nRSA | CAF | <b>"], '<p class="as-written">Droit | Où\nRSA | CAF | &lt;b&gt;</p>'),
        (["Seul | ici"], '<p class="as-written">Seul | ici</p>'),
    ],
)
def test_rows_of_cells_are_tables(fragments: list[str | Fragment], html: str) -> None:
    """Rows of as many cells are a table under its first row; others would stand under the wrong heading."""
    assert render_passage(_fragments(fragments)) == html


def test_wide_tables_are_reached_by_the_keyboard() -> None:
    """Four columns may scroll on a telephone: the frame takes the focus; that of narrower tables is no stop."""
    assert 'tabindex="0"' in render_passage(_fragments(["a | b | c | d\n1 | 2 | 3 | 4"]))
    assert "tabindex" not in render_passage(_fragments(["a | b | c\n1 | 2 | 3"]))
