"""Home and search."""

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
    """Why nothing at all can be found, where the question is not the cause."""

    READY = "ready"
    EMPTY = "empty"
    PREPARING = "preparing"


@blueprint.get("/")
def home() -> str:
    """What Ruche is, where to start, and what is new."""
    return render_template("home.html", welcome=welcome(), drawing=regions)


@blueprint.get("/recherche")
def search() -> str:
    """The documents that answer a question."""
    answer = _answer(asking.read(request.args, groups()))
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
        readiness=_readiness() if not answer.total else Readiness.READY,
    )


def _answer(question: Question) -> Answer:
    """The answer, on its last page when the page asked for is beyond."""
    answer = metrics.ask(question, Surface.PAGE)
    if question.page <= answer.pages:
        return answer
    return hive().search.ask(replace(question, page=answer.pages))


def _readiness() -> Readiness:
    if hive().search.total(Question(groups=groups())):
        return Readiness.READY
    return Readiness.PREPARING if hive().catalogue.readable(groups()).documents else Readiness.EMPTY
