"""Answers as members read them: gatherings by title and date, where the index knows only their ids."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from index.model import Facet
from webapp.hive import groups, hive
from webapp.typography import NBSP, typeset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.model import Event
    from index.search import Answer, FacetValue, Question

_MOST_GATHERINGS = 2_000
"""Decades of gatherings: one beyond them would be told by its id."""


def ask(question: Question) -> Answer:
    """The answer to a question, its gatherings named."""
    answer = hive().search.ask(question)
    offered = answer.facets.get(Facet.EVENT)
    if not offered:
        return answer
    return replace(answer, facets={**answer.facets, Facet.EVENT: _named(offered)})


def _named(offered: Iterable[FacetValue]) -> tuple[FacetValue, ...]:
    """The values with their labels, the latest gathering first: one looks for it by its date."""
    known = {event.id: event for event in hive().catalogue.events(groups(), _MOST_GATHERINGS)}
    order = {id_: place for place, id_ in enumerate(known)}
    named = (replace(each, label=_label(known[each.value])) if each.value in known else each for each in offered)
    return tuple(sorted(named, key=lambda each: order.get(each.value, len(order))))


def _label(event: Event) -> str:
    return f"{typeset(event.title)} ({event.date.label.replace(' ', NBSP)})"
