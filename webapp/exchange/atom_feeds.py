"""Atom feeds (RFC 4287): what is new in the library, in a saved search, on a subject, or of an event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for
from lxml import etree

from index.model import FACETS, Facet
from index.search import Question, find_latest_documents
from webapp.auth import current_groups, find_event_or_404, groups_for_delivery
from webapp.mailing import find_saved_search_or_404, read_saved_question
from webapp.pages import summarise_document
from webapp.server import NOT_FOUND, ProblemError, build_element, services, typeset

if TYPE_CHECKING:
    from index.model import Document

feed_blueprint = Blueprint("feeds", __name__)

_ATOM_NAMESPACE = "http://www.w3.org/2005/Atom"
_MAX_ENTRIES = 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's title, its own URL, and the page that shows the same."""

    title: str
    address: str
    page: str


@feed_blueprint.get("/nouveautes.atom")
def latest() -> Response:
    """Return the newest documents."""
    feed = Feed(
        f"{services().settings.site_name}\u00a0: nouveautés",
        url_for("feeds.latest", _external=True),
        url_for("pages.home", _external=True),
    )
    return _feed_response(feed, Question(groups=current_groups()))


@feed_blueprint.get("/recherches/<token>.atom")
def search(token: str) -> Response:
    """Return the newest documents of a saved search."""
    saved = find_saved_search_or_404(token)
    # A feed reader has no session: the feed stands for the owner of the search.
    visible = groups_for_delivery(services().catalogue.access.accounts.find(saved.owner))
    if not visible:
        raise ProblemError(404, NOT_FOUND)
    feed = Feed(
        f"{services().settings.site_name}\u00a0: {saved.name}",
        url_for("feeds.search", token=token, _external=True),
        url_for("saved_searches.show", token=token, _external=True),
    )
    return _feed_response(feed, read_saved_question(saved, visible))


@feed_blueprint.get("/themes/<slug>.atom")
def theme(slug: str) -> Response:
    """Return the newest documents of a theme."""
    return _facet_feed(
        Facet.THEME, slug, slug in services().vocabulary.themes, url_for("themes.show", slug=slug, _external=True)
    )


@feed_blueprint.get("/territoires/<slug>.atom")
def territory(slug: str) -> Response:
    """Return the newest documents of a territory."""
    page = url_for("territories.show", slug=slug, _external=True)
    return _facet_feed(Facet.TERRITORY, slug, slug in services().vocabulary.territories, page)


@feed_blueprint.get("/rendez-vous/<event_id>.atom")
def event(event_id: str) -> Response:
    """Return the newest documents of an event."""
    event = find_event_or_404(event_id)
    feed = Feed(
        f"{services().settings.site_name}\u00a0: {typeset(event.title)}",
        url_for("feeds.event", event_id=event_id, _external=True),
        url_for("events.show", event_id=event_id, _external=True),
    )
    return _feed_response(feed, _facet_question(Facet.EVENT, event_id))


def _facet_feed(facet: Facet, slug: str, known: bool, page: str) -> Response:  # noqa: FBT001 - one caller a value
    question = _facet_question(facet, slug)
    # A value that the vocabulary has lost keeps its feed while documents bear it.
    if not known and not services().search.ask(replace(question, per_page=1)).total:
        raise ProblemError(404, NOT_FOUND)
    own = url_for(str(request.endpoint), slug=slug, _external=True)
    return _feed_response(
        Feed(f"{services().settings.site_name}\u00a0: {services().label(facet, slug)}", own, page),
        question,
    )


def _facet_question(facet: Facet, value: str) -> Question:
    return Question(selection={facet: frozenset({value})}, groups=current_groups())


def _feed_response(feed: Feed, question: Question) -> Response:
    documents = find_latest_documents(services().search, services().catalogue, question, _MAX_ENTRIES)
    response = Response(_render_feed(feed, documents), mimetype="application/atom+xml")
    # Feed readers ask again and again: an unchanged feed is not sent again.
    response.add_etag()
    response.make_conditional(request)
    return response


def _render_feed(feed: Feed, documents: tuple[Document, ...]) -> bytes:
    # Atom wants a date, even of an empty feed.
    updated = max((each.updated for each in documents), default=_EPOCH)
    root = build_element(
        "feed",
        # As an attribute rather than as a namespace of lxml: the tree is only ever written.
        {"xmlns": _ATOM_NAMESPACE, "{http://www.w3.org/XML/1998/namespace}lang": "fr"},
        build_element("id", {}, feed.address),
        build_element("title", {}, feed.title),
        build_element("updated", {}, updated.isoformat()),
        build_element("author", {}, build_element("name", {}, services().settings.site_name)),
        build_element("link", {"rel": "self", "type": "application/atom+xml", "href": feed.address}),
        build_element("link", {"rel": "alternate", "type": "text/html", "href": feed.page}),
        *map(_build_entry, documents),
    )
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _build_entry(document: Document) -> etree._Element:
    address = url_for("documents.show", document_id=document.id, _external=True)
    subjects = (
        (spec.facet, slug)
        for spec in FACETS
        if spec.dublin_core == "subject"
        for slug in document.facet_values(spec.facet)
    )
    return build_element(
        "entry",
        {},
        # An entry's id is the URL of its document, which never changes.
        build_element("id", {}, address),
        build_element("title", {}, typeset(document.title)),
        build_element("updated", {}, document.updated.isoformat()),
        build_element("published", {}, document.added.isoformat()),
        build_element("link", {"rel": "alternate", "type": "text/html", "href": address}),
        build_element("summary", {}, summarise_document(document)),
        *(
            build_element("category", {"term": slug, "label": services().search.label(facet, slug)})
            for facet, slug in subjects
        ),
    )
