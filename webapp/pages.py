"""The home page and the search page."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from index.search import Question
from webapp import asking, browsing, metrics, regions
from webapp.contact import ask_community_link
from webapp.counting import usage_counter
from webapp.hive import current_groups, services
from webapp.metrics import SearchSurface
from webapp.welcome import home_content

if TYPE_CHECKING:
    from index.search import Answer

pages_blueprint = Blueprint("pages", __name__)


class SearchReadiness(Enum):
    """Whether a search without results is due to the question, to an empty library, or to an index not built yet."""

    READY = "ready"
    EMPTY = "empty"
    PREPARING = "preparing"


@pages_blueprint.get("/")
def home() -> str:
    """Show the home page."""
    return render_template("home.html", welcome=home_content(), drawing=regions)


@pages_blueprint.get("/recherche")
def search() -> str:
    """Show the documents that answer a question, with filters and page links."""
    answer = _answer_question(asking.read_question(request.args, current_groups()))
    # After the answer: what is counted is how many documents were found.
    usage_counter().count_search(answer)
    settings = services().settings
    chips, words = browsing.filter_chips(answer), asking.word_params(answer.question)
    return render_template(
        "search.html",
        answer=answer,
        question=answer.question,
        chips=chips,
        fewer=browsing.relax_filters(answer, services().search.total) if not answer.total else (),
        community=ask_community_link(settings.ask_link or settings.contact, answer.question.text),
        words=words,
        asked=urlencode(words),
        the_other_way=asking.search_address(asking.toggle_exact(answer.question)),
        facet_groups=browsing.facet_groups(answer, services().vocabulary),
        orders=browsing.sort_links(answer),
        page_links=browsing.page_links(answer),
        # One more search, only where there is nothing to show.
        readiness=_search_readiness() if not answer.total else SearchReadiness.READY,
    )


def _answer_question(question: Question) -> Answer:
    """Return the answer to a question; its last page where the page asked for is beyond it."""
    answer = metrics.search_and_measure(question, SearchSurface.PAGE)
    if question.page <= answer.page_count:
        return answer
    # Not through the metrics: it is the same search.
    return services().search.ask(replace(question, page=answer.page_count))


def _search_readiness() -> SearchReadiness:
    # Documents in the catalogue but none in the index: a new installation, or an index that is being rebuilt.
    if services().search.total(Question(groups=current_groups())):
        return SearchReadiness.READY
    return (
        SearchReadiness.PREPARING
        if services().catalogue.readable(current_groups()).documents
        else SearchReadiness.EMPTY
    )
