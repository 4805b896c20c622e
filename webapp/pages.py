"""The home page and the search page."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from index.search import Question
from webapp import asking, browsing, metrics, regions
from webapp.contact import question_address
from webapp.counting import ledger
from webapp.hive import groups, hive
from webapp.metrics import Surface
from webapp.welcome import welcome

if TYPE_CHECKING:
    from index.search import Answer

blueprint = Blueprint("pages", __name__)


class Readiness(Enum):
    """Whether a search without results is due to the question, to an empty library, or to an index not built yet."""

    READY = "ready"
    EMPTY = "empty"
    PREPARING = "preparing"


@blueprint.get("/")
def home() -> str:
    """Show the home page."""
    return render_template("home.html", welcome=welcome(), drawing=regions)


@blueprint.get("/recherche")
def search() -> str:
    """Show the documents that answer a question, with filters and page links."""
    answer = _answer(asking.read(request.args, groups()))
    # After the answer: what is counted is how many documents were found.
    ledger().searched(answer)
    settings = hive().settings
    chips, words = browsing.chips(answer), asking.words(answer.question)
    return render_template(
        "search.html",
        answer=answer,
        question=answer.question,
        chips=chips,
        fewer=browsing.fewer_filters(answer, hive().search.total) if not answer.total else (),
        community=question_address(settings.ask_link or settings.contact, answer.question.text),
        words=words,
        asked=urlencode(words),
        the_other_way=asking.address(asking.the_other_way(answer.question)),
        facet_groups=browsing.facet_groups(answer, hive().vocabulary),
        orders=browsing.orders(answer),
        page_links=browsing.page_links(answer),
        # One more search, only where there is nothing to show.
        readiness=_readiness() if not answer.total else Readiness.READY,
    )


def _answer(question: Question) -> Answer:
    """Return the answer to a question; its last page where the page asked for is beyond it."""
    answer = metrics.ask(question, Surface.PAGE)
    if question.page <= answer.pages:
        return answer
    # Not through the metrics: it is the same search.
    return hive().search.ask(replace(question, page=answer.pages))


def _readiness() -> Readiness:
    # Documents in the catalogue but none in the index: a new installation, or an index that is being rebuilt.
    if hive().search.total(Question(groups=groups())):
        return Readiness.READY
    return Readiness.PREPARING if hive().catalogue.readable(groups()).documents else Readiness.EMPTY
