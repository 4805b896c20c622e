"""Atom feeds (RFC 4287): what is new in the library, in a saved search, on a subject, or of an event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for
from lxml import etree

from index import news
from index.model import Facet
from index.search import Question
from webapp.errors import NOT_FOUND, ProblemError
from webapp.following.kept import kept_or_404, question_of
from webapp.following.telling import summary
from webapp.hive import event_or_404, groups, hive
from webapp.identity import groups_in_absence
from webapp.trees import element
from webapp.typography import typeset

if TYPE_CHECKING:
    from index.model import Document

blueprint = Blueprint("feeds", __name__)

_ATOM = "http://www.w3.org/2005/Atom"
_MOST = 30
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's title, its own URL, and the page that shows the same."""

    title: str
    address: str
    page: str


@blueprint.get("/nouveautes.atom")
def latest() -> Response:
    """Return the newest documents."""
    feed = Feed(
        f"{hive().settings.site_name}\u00a0: nouveautés",
        url_for("feeds.latest", _external=True),
        url_for("pages.home", _external=True),
    )
    return _response(feed, Question(groups=groups()))


@blueprint.get("/recherches/<token>.atom")
def search(token: str) -> Response:
    """Return the newest documents of a saved search."""
    kept = kept_or_404(token)
    # A feed reader has no session: the feed stands for the owner of the search.
    visible = groups_in_absence(hive().catalogue.accounts.get(kept.owner))
    if not visible:
        raise ProblemError(404, NOT_FOUND)
    feed = Feed(
        f"{hive().settings.site_name}\u00a0: {kept.name}",
        url_for("feeds.search", token=token, _external=True),
        url_for("kept.show", token=token, _external=True),
    )
    return _response(feed, question_of(kept, visible))


@blueprint.get("/themes/<slug>.atom")
def theme(slug: str) -> Response:
    """Return the newest documents of a theme."""
    return _about(
        Facet.THEME, slug, slug in hive().vocabulary.themes, url_for("themes.show", slug=slug, _external=True)
    )


@blueprint.get("/territoires/<slug>.atom")
def territory(slug: str) -> Response:
    """Return the newest documents of a territory."""
    page = url_for("territories.show", slug=slug, _external=True)
    return _about(Facet.TERRITORY, slug, slug in hive().vocabulary.territories, page)


@blueprint.get("/rendez-vous/<event_id>.atom")
def event(event_id: str) -> Response:
    """Return the newest documents of an event."""
    gathering = event_or_404(event_id)
    feed = Feed(
        f"{hive().settings.site_name}\u00a0: {typeset(gathering.title)}",
        request.base_url,
        url_for("gatherings.show", event_id=event_id, _external=True),
    )
    return _response(feed, _question(Facet.EVENT, event_id))


def _about(facet: Facet, slug: str, known: bool, page: str) -> Response:  # noqa: FBT001 - one caller a value
    question = _question(facet, slug)
    # A value that the vocabulary has lost keeps its feed while documents bear it.
    if not known and not hive().search.ask(replace(question, per_page=1)).total:
        raise ProblemError(404, NOT_FOUND)
    return _response(
        Feed(f"{hive().settings.site_name}\u00a0: {hive().label(facet, slug)}", request.base_url, page), question
    )


def _question(facet: Facet, value: str) -> Question:
    return Question(selection={facet: frozenset({value})}, groups=groups())


def _response(feed: Feed, question: Question) -> Response:
    documents = news.latest(hive().search, hive().catalogue, question, _MOST)
    response = Response(_written(feed, documents), mimetype="application/atom+xml")
    # Feed readers ask again and again: an unchanged feed is not sent again.
    response.add_etag()
    response.make_conditional(request)
    return response


def _written(feed: Feed, documents: tuple[Document, ...]) -> bytes:
    # Atom wants a date, even of an empty feed.
    updated = max((each.updated for each in documents), default=_NEVER)
    root = element(
        "feed",
        # As an attribute rather than as a namespace of lxml: the tree is only ever written.
        {"xmlns": _ATOM, "{http://www.w3.org/XML/1998/namespace}lang": "fr"},
        element("id", {}, feed.address),
        element("title", {}, feed.title),
        element("updated", {}, updated.isoformat()),
        element("author", {}, element("name", {}, hive().settings.site_name)),
        element("link", {"rel": "self", "type": "application/atom+xml", "href": feed.address}),
        element("link", {"rel": "alternate", "type": "text/html", "href": feed.page}),
        *map(_entry, documents),
    )
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _entry(document: Document) -> etree._Element:
    address = url_for("documents.show", document_id=document.id, _external=True)
    themes = document.values(Facet.THEME)
    return element(
        "entry",
        {},
        # An entry's id is the URL of its document, which never changes.
        element("id", {}, address),
        element("title", {}, typeset(document.title)),
        element("updated", {}, document.updated.isoformat()),
        element("published", {}, document.added.isoformat()),
        element("link", {"rel": "alternate", "type": "text/html", "href": address}),
        element("summary", {}, summary(document)),
        *(element("category", {"term": slug, "label": hive().search.label(Facet.THEME, slug)}) for slug in themes),
    )
