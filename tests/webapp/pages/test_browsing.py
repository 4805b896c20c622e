"""What surrounds a list of results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.model import Facet
from index.search.questions import Answer, FacetCount, Question
from index.vocabulary.vocabulary import Vocabulary
from webapp.pages import search_view

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize(
    ("page", "links"),
    [
        (1, [(1, True), (2, True), (19, False), (20, True)]),
        (10, [(1, True), (8, False), (9, True), (10, True), (11, True), (19, False), (20, True)]),
        (20, [(1, True), (18, False), (19, True), (20, True)]),
    ],
)
def test_far_pages_are_left_out(app: Flask, page: int, links: list[tuple[int, bool]]) -> None:
    """The ends and the neighbours are links; the rest is an ellipsis."""
    answer = Answer(Question("droits", page=page), 200, (), {})
    with app.test_request_context():
        shown = search_view.page_links(answer)
    assert [(each.number, bool(each.address)) for each in shown] == links
    assert [each.number for each in shown if each.current] == [page]


@pytest.mark.parametrize(("values", "shown"), [(8, 8), (9, 9), (10, 8), (30, 8)])
def test_a_list_is_folded_only_when_it_is_worth_it(values: int, shown: int) -> None:
    """A list that would unfold a single value shows it at once."""
    listed = tuple(FacetCount(str(number), f"Thème {number}", 1, selected=False) for number in range(values))
    (group,) = search_view.facet_groups(Answer(Question(), 1, (), {Facet.THEME: listed}), Vocabulary())
    assert (len(group.first), len(group.others)) == (shown, values - shown)


def test_without_words_there_is_no_order_to_choose(app: Flask) -> None:
    """Relevance needs words to be relevant to."""
    with app.test_request_context():
        assert search_view.sort_links(Answer(Question(), 3, (), {})) == ()
        assert [each.label for each in search_view.sort_links(Answer(Question("droits"), 3, (), {}))] == [
            "Pertinence",
            "Date",
        ]
