"""robots.txt and the sitemap, for search engines of the web."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, url_for
from lxml import etree

from index.model import MEMBERS
from webapp.errors import NOT_FOUND, ProblemError
from webapp.hive import current_groups, services
from webapp.trees import build_element
from webapp.typography import format_iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

sitemap_blueprint = Blueprint("crawlers", __name__)

_SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MAX_ADDRESSES = 50_000
"""URLs of one file, the limit of sitemaps.org."""

_STATIC_ENDPOINTS = ("pages.home", "gatherings.year", "themes.list_all", "territories.list_all")


@dataclass(frozen=True, slots=True)
class SitemapPage:
    """A lasting page: its endpoint, the values of its URL, and when it last changed, where that is known."""

    endpoint: str
    url_values: Mapping[str, str | int] = field(default_factory=dict)
    changed: datetime | None = None


@sitemap_blueprint.get("/robots.txt")
def robots() -> Response:
    """Return where robots may go: nowhere, unless everyone may read what members read."""
    return Response(render_template("robots.txt", public=MEMBERS in current_groups()), mimetype="text/plain")


@sitemap_blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Return the sitemap, or the index of its files where one file may not hold it."""
    pages = list(_list_pages())
    if len(pages) <= _MAX_ADDRESSES:
        return _sitemap_response("urlset", "url", pages)
    files = range(1, -(-len(pages) // _MAX_ADDRESSES) + 1)
    return _sitemap_response(
        "sitemapindex", "sitemap", [SitemapPage("crawlers.sitemap_part", {"number": each}) for each in files]
    )


@sitemap_blueprint.get("/sitemap-<int:number>.xml")
def sitemap_part(number: int) -> Response:
    """Return one of the files of the sitemap index, from 1."""
    pages = list(_list_pages())[max(0, number - 1) * _MAX_ADDRESSES :][:_MAX_ADDRESSES]
    if not pages or number < 1:
        raise ProblemError(404, NOT_FOUND)
    return _sitemap_response("urlset", "url", pages)


def _list_pages() -> Iterator[SitemapPage]:
    catalogue, words = services().catalogue, services().vocabulary
    yield from map(SitemapPage, _STATIC_ENDPOINTS)
    for slug in words.themes:
        yield SitemapPage("themes.show", {"slug": slug})
    for slug in words.territories:
        yield SitemapPage("territories.show", {"slug": slug})
    for event in catalogue.agenda(current_groups()):
        yield SitemapPage("gatherings.show", {"event_id": event.id})
    for id_, updated in catalogue.updates(current_groups()):
        yield SitemapPage("documents.show", {"document_id": id_}, updated)


def _sitemap_response(tag: str, each_tag: str, pages: Iterable[SitemapPage]) -> Response:
    root = build_element(tag, {"xmlns": _SITEMAP_NAMESPACE}, *(_build_entry(each_tag, page) for page in pages))
    return Response(etree.tostring(root, xml_declaration=True, encoding="utf-8"), mimetype="application/xml")


def _build_entry(tag: str, page: SitemapPage) -> etree._Element:
    address = url_for(page.endpoint, _external=True, **page.url_values)  # type: ignore[arg-type]  # none of these names is its own
    lastmod = [build_element("lastmod", {}, format_iso(page.changed))] if page.changed else []
    return build_element(tag, {}, build_element("loc", {}, address), *lastmod)
