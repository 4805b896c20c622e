"""robots.txt and the sitemap, for search engines of the web."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, url_for
from lxml import etree

from index.model import MEMBERS
from webapp.errors import NOT_FOUND, ProblemError
from webapp.hive import groups, hive
from webapp.trees import element
from webapp.typography import machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

blueprint = Blueprint("crawlers", __name__)

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MOST = 50_000
"""URLs of one file, the limit of sitemaps.org."""

_PAGES = ("pages.home", "gatherings.year", "themes.every", "territories.every")


@dataclass(frozen=True, slots=True)
class Page:
    """A lasting page: its endpoint, the values of its URL, and when it last changed, where that is known."""

    endpoint: str
    named: Mapping[str, str | int] = field(default_factory=dict)
    changed: datetime | None = None


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Return where robots may go: nowhere, unless everyone may read what members read."""
    return Response(render_template("robots.txt", public=MEMBERS in groups()), mimetype="text/plain")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Return the sitemap, or the index of its files where one file may not hold it."""
    pages = list(_pages())
    if len(pages) <= _MOST:
        return _response("urlset", "url", pages)
    files = range(1, -(-len(pages) // _MOST) + 1)
    return _response("sitemapindex", "sitemap", [Page("crawlers.sitemap_part", {"number": each}) for each in files])


@blueprint.get("/sitemap-<int:number>.xml")
def sitemap_part(number: int) -> Response:
    """Return one of the files of the sitemap index, from 1."""
    pages = list(_pages())[max(0, number - 1) * _MOST :][:_MOST]
    if not pages or number < 1:
        raise ProblemError(404, NOT_FOUND)
    return _response("urlset", "url", pages)


def _pages() -> Iterator[Page]:
    catalogue, words = hive().catalogue, hive().vocabulary
    yield from map(Page, _PAGES)
    for slug in words.themes:
        yield Page("themes.show", {"slug": slug})
    for slug in words.territories:
        yield Page("territories.show", {"slug": slug})
    for event in catalogue.agenda(groups()):
        yield Page("gatherings.show", {"event_id": event.id})
    for id_, updated in catalogue.updates(groups()):
        yield Page("documents.show", {"document_id": id_}, updated)


def _response(tag: str, each_tag: str, pages: Iterable[Page]) -> Response:
    root = element(tag, {"xmlns": _NAMESPACE}, *(_entry(each_tag, page) for page in pages))
    return Response(etree.tostring(root, xml_declaration=True, encoding="utf-8"), mimetype="application/xml")


def _entry(tag: str, page: Page) -> etree._Element:
    address = url_for(page.endpoint, _external=True, **page.named)  # type: ignore[arg-type]  # none of these names is its own
    lastmod = [element("lastmod", {}, machine(page.changed))] if page.changed else []
    return element(tag, {}, element("loc", {}, address), *lastmod)
