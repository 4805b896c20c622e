"""Atom feeds (RFC 4287): what is new in the library, or in a kept search, for a reader of feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for
from lxml import etree
from lxml.builder import ElementMaker

from index import news
from index.model import FORMAT_LABELS, Facet
from index.search import Question
from webapp.hive import groups, hive
from webapp.kept import kept_or_404, question_of
from webapp.typography import capital, of_day, typeset

if TYPE_CHECKING:
    from index.model import Document

blueprint = Blueprint("feeds", __name__)

_ATOM = "http://www.w3.org/2005/Atom"
_MOST = 30
_A = ElementMaker(namespace=_ATOM, nsmap={None: _ATOM})
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's title, its own address, and the page that shows the same."""

    title: str
    address: str
    page: str


@blueprint.get("/nouveautes.atom")
def latest() -> Response:
    """The newest deposits."""
    feed = Feed(
        f"{hive().settings.site_name}\u00a0: nouveautés",
        url_for("feeds.latest", _external=True),
        url_for("pages.home", _external=True),
    )
    return _response(feed, Question(groups=groups()))


@blueprint.get("/recherches/<token>.atom")
def search(token: str) -> Response:
    """The newest deposits that answer a kept search."""
    kept = kept_or_404(token)
    feed = Feed(
        f"{hive().settings.site_name}\u00a0: {kept.name}",
        url_for("feeds.search", token=token, _external=True),
        url_for("kept.show", token=token, _external=True),
    )
    return _response(feed, question_of(kept))


def _response(feed: Feed, question: Question) -> Response:
    documents = news.latest(hive().search, hive().catalogue, question, _MOST)
    response = Response(_written(feed, documents), mimetype="application/atom+xml")
    response.add_etag()
    response.make_conditional(request)
    return response


def _written(feed: Feed, documents: tuple[Document, ...]) -> bytes:
    updated = max((each.updated for each in documents), default=_NEVER)
    root = _A.feed(
        _A.id(feed.address),
        _A.title(feed.title),
        _A.updated(updated.isoformat()),
        _A.author(_A.name(hive().settings.site_name)),
        _A.link(rel="self", type="application/atom+xml", href=feed.address),
        _A.link(rel="alternate", type="text/html", href=feed.page),
        *map(_entry, documents),
    )
    root.set("{http://www.w3.org/XML/1998/namespace}lang", "fr")
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _entry(document: Document) -> etree._Element:
    address = url_for("documents.show", document_id=document.id, _external=True)
    return _A.entry(
        _A.id(address),
        _A.title(_plain(typeset(document.title)) or document.id),
        _A.updated(document.updated.isoformat()),
        _A.published(document.added.isoformat()),
        _A.link(rel="alternate", type="text/html", href=address),
        _A.summary(_plain(summary(document))),
        *(_A.category(term=slug, label=_label(Facet.THEME, slug)) for slug in document.values(Facet.THEME)),
    )


def summary(document: Document) -> str:
    """A document in one line: « Diaporama – Webinaire du 25 janvier 2024 – Grigny, Aller vers »."""
    told = [FORMAT_LABELS.get(document.format, document.format)]
    if document.event:
        told.append(f"{capital(_label(Facet.EVENT_TYPE, document.event.type))} {of_day(document.event.date)}")
    elif document.date:
        told.append(document.date.label)
    facets = (Facet.TERRITORY, Facet.THEME)
    told.append(", ".join(_label(facet, value) for facet in facets for value in document.values(facet)))
    return " – ".join(filter(None, told))


def _label(facet: Facet, value: str) -> str:
    return hive().search.label(facet, value)


def _plain(text: str) -> str:
    """A text without the characters that XML 1.0 refuses, which files' titles may hold."""
    return "".join(each for each in text if each >= " " and each not in "\ufffe\uffff")
