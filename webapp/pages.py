"""Home and search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from index.model import Facet
from index.search import Question
from webapp import asking, browsing
from webapp.contact import question_address
from webapp.counting import ledger
from webapp.hive import groups, hive

if TYPE_CHECKING:
    from index.model import Document, Event
    from index.search import Answer

blueprint = Blueprint("pages", __name__)

EXAMPLES = (
    "aller vers",
    "échange de données",
    "évaluation",
    "illectronisme",
    "partenariats",
    "rendez-vous des droits",
    "« non-recours »",
)
_EXAMPLES_SHOWN = 4
_THEMES_SHOWN = 10
_EVENTS_SHOWN = 4
_DEPOSITS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Gathering:
    """An event with what it left behind."""

    event: Event
    documents: tuple[Document, ...]


class Readiness(Enum):
    """Why nothing at all can be found, where the question is not the cause."""

    READY = "ready"
    EMPTY = "empty"
    PREPARING = "preparing"


@blueprint.get("/")
def home() -> str:
    """What Ruche is, where to start, and what is new."""
    sources, visible = hive(), groups()
    return render_template(
        "home.html",
        totals=sources.catalogue.totals(),
        examples=_examples(),
        themes=sources.search.ask(Question(per_page=1, groups=visible)).facets[Facet.THEME][:_THEMES_SHOWN],
        gatherings=[
            Gathering(event, sources.catalogue.of_event(event.id, visible))
            for event in sources.catalogue.events(visible, _EVENTS_SHOWN)
        ],
        deposits=sources.catalogue.latest(visible, _DEPOSITS_SHOWN),
    )


@blueprint.get("/recherche")
def search() -> str:
    """The documents that answer a question."""
    answer = _answer(asking.read(request.args, groups()))
    ledger().searched(answer)
    settings = hive().settings
    chips = browsing.chips(answer)
    return render_template(
        "search.html",
        answer=answer,
        question=answer.question,
        chips=chips,
        fewer=browsing.fewer_filters(answer, _total) if not answer.total else (),
        community=question_address(settings.ask_link or settings.contact, answer.question.text),
        words=asking.words(answer.question),
        the_other_way=asking.address(asking.the_other_way(answer.question)),
        facet_groups=browsing.facet_groups(answer, hive().vocabulary),
        orders=browsing.orders(answer),
        page_links=browsing.page_links(answer),
        readiness=_readiness() if not answer.total else Readiness.READY,
    )


def _answer(question: Question) -> Answer:
    """The answer, on its last page when the page asked for is beyond."""
    answer = hive().search.ask(question)
    if question.page <= answer.pages:
        return answer
    return hive().search.ask(replace(question, page=answer.pages))


def _total(question: Question) -> int:
    return hive().search.ask(replace(question, per_page=1)).total


def _readiness() -> Readiness:
    if not hive().catalogue.totals().documents:
        return Readiness.EMPTY
    everything = hive().search.ask(Question(per_page=1, groups=groups()))
    return Readiness.READY if everything.total else Readiness.PREPARING


def _examples() -> list[str]:
    """Searches that find something here: an example that leads nowhere would mislead."""
    found = (text for text in EXAMPLES if hive().search.ask(Question(text, per_page=1, groups=groups())).total)
    return [text for text, _ in zip(found, range(_EXAMPLES_SHOWN), strict=False)]
