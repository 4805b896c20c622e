"""Answers made of quotations: a model of the installation's service chooses them, Ruche shows those that it verifies.

Passages leave for that service: only what the person may see as a reader, as for any assistant. What waits for the team
may name someone, and is never sent.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, get_template_attribute, render_template, request, stream_with_context, url_for

from index.assistant import Assistant, AssistantOutcome, Quotation, Task, TaskKind, choose_passages
from index.search import DocumentPassage
from index.web_processes import Places
from webapp.auth import current_person, groups_for_delivery
from webapp.pages.event_pages import MaterialRole, group_materials
from webapp.pages.search_params import read_question, search_address, word_params
from webapp.server import NOT_FOUND, ProblemError, current_metrics, services

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.model import Document

log = logging.getLogger(__name__)

assistant_blueprint = Blueprint("assistant", __name__, url_prefix="/assistant")

_PASSAGES_SENT = 12
# Characters of passages in one request: about 5,000 tokens, which the small models of a machine can take.
_MOST_CHARACTERS = 16_000

# Documents, or places of a dossier, that are summarised together: with more, each would have less than a passage.
_MOST_GROUPS = 20

_READING_ORDER = (MaterialRole.MINUTES, MaterialRole.DECK, MaterialRole.REPLAY, MaterialRole.OTHER)

_SLOTS = Places("assistant", 2)
"""Each answer holds one of the server's threads for as long as the model writes: the others go on serving pages.

Two in all, whatever the number of web processes: the model often writes on this machine too.
"""

_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class _Demand:
    """What was asked: its `title` on the page, where one came from, and the words to mark in documents."""

    task: Task
    title: str
    back: str
    words: str = ""

    @property
    def is_question(self) -> bool:
        """Whether a question is to be answered, rather than something summarised."""
        return self.task.kind is TaskKind.ANSWER


@assistant_blueprint.post("/reponse")
def answer() -> Response:
    """Answer the question of the address by quotations."""
    question = read_question(request.args, groups_for_delivery(current_person()))
    if not question.text:
        raise ProblemError(404, NOT_FOUND)
    search = services().search
    # Neither counted among searches nor shown: its facets and excerpts would be work for nothing.
    asked = replace(question, page=1, facets=frozenset(), excerpts=False)
    passages = search.find_best_passages(search.ask(asked), _PASSAGES_SENT)
    demand = _Demand(
        Task(TaskKind.ANSWER, question.text, choose_passages([passages], _MOST_CHARACTERS)),
        question.text,
        search_address(question),
        urlencode(word_params(question)),
    )
    return _respond(demand)


@assistant_blueprint.post("/documents/<document_id>")
def summarise_document(document_id: str) -> Response:
    """Summarise a document by quotations."""
    document = services().catalogue.documents.find(document_id, groups_for_delivery(current_person()))
    if document is None:
        raise ProblemError(404, NOT_FOUND)
    back = url_for("documents.show", document_id=document.id)
    return summarise_passages(document.title, [list_sendable_passages(document)], back)


@assistant_blueprint.post("/rendez-vous/<event_id>")
def summarise_event(event_id: str) -> Response:
    """Summarise an event by quotations from its documents, the minutes first."""
    groups = groups_for_delivery(current_person())
    # Its title is sent too.
    event = services().catalogue.events.find(event_id, groups)
    if event is None:
        raise ProblemError(404, NOT_FOUND)
    # Captions of a film are left out where the film is there: it is read through them.
    materials = group_materials(services().catalogue.documents.list_of_event(event.id, groups))
    documents = [
        document
        for each in sorted(materials, key=lambda each: _READING_ORDER.index(each.role))
        for document in each.documents
    ]
    back = url_for("events.show", event_id=event.id)
    return summarise_passages(event.title, [list_sendable_passages(each) for each in documents], back)


def summarise_passages(title: str, groups: Sequence[Sequence[DocumentPassage]], back: str) -> Response:
    """Return a summary by quotations of what has a title: each group of passages has its share of it.

    `back` is the address that the page leads back to. Raises ProblemError (404) where there is no assistant.
    """
    passages = choose_passages([each for each in groups if each][:_MOST_GROUPS], _MOST_CHARACTERS)
    return _respond(_Demand(Task(TaskKind.SUMMARY, title, passages), title, back))


def may_be_sent(document: Document) -> bool:
    """Whether the passages of a document that the person sees may be sent to the service, where there is one."""
    return services().assistant is not None and bool(document.groups & groups_for_delivery(current_person()))


def list_sendable_passages(document: Document) -> list[DocumentPassage]:
    """Return the passages of a document that the person sees; none where they may not be sent."""
    if not may_be_sent(document):
        return []
    # A video is read through its captions.
    spoken = services().find_spoken_document(document, groups_for_delivery(current_person()))
    return [DocumentPassage(spoken, each) for each in services().catalogue.documents.list_passages(spoken.id)]


def _respond(demand: _Demand) -> Response:
    """Return the answer: as it comes for the page's script, else as a page once it is whole."""
    assistant = services().assistant
    if assistant is None:
        raise ProblemError(404, NOT_FOUND)
    quoted = _quote(assistant, demand.task)
    if request.accept_mimetypes.best == _STREAM:
        # nginx would keep events until it has a whole buffer of them.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Response(stream_with_context(_write_events(quoted, demand)), mimetype=_STREAM, headers=headers)
    told = list(quoted)
    *quotations, outcome = told
    page = render_template("assistant.html", demand=demand, quotations=quotations, outcome=outcome)
    return Response(page, headers={"Cache-Control": "no-store"})


def _quote(assistant: Assistant, task: Task) -> Iterator[Quotation | AssistantOutcome]:
    """Yield the quotations, then the outcome. Nothing is sent where there is no passage, or too many ask at once."""
    # A model without passages would answer by what it has learnt elsewhere.
    if not task.passages:
        yield AssistantOutcome(0, 0)
        return
    # Taken here, in the generator: one that nobody begins to read holds no place.
    release = _SLOTS.try_take()
    if release is None:
        yield AssistantOutcome(0, 0, "il répond déjà à d’autres personnes")
        return
    try:
        for each in assistant.quote(task):
            if isinstance(each, AssistantOutcome):
                current_metrics().count_quotations(each.shown, each.refused, failed=bool(each.trouble))
                # The words of the question are in no log.
                if each.trouble:
                    log.warning("the assistant did not answer: %s", each.trouble)
            yield each
    finally:
        release()


def _write_events(quoted: Iterator[Quotation | AssistantOutcome], demand: _Demand) -> Iterator[str]:
    # Sent at once, so that the browser knows that it is heard while the model reads.
    yield ": \n\n"
    quotation, ending = (get_template_attribute("_assistant.html", name) for name in ("quotation", "ending"))
    for each in quoted:
        is_end = isinstance(each, AssistantOutcome)
        html = ending(each, demand) if is_end else quotation(each, demand.words)
        yield f"data: {json.dumps({'end': is_end, 'html': html})}\n\n"
