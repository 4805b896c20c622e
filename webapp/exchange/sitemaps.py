"""robots.txt and the sitemap, for search engines of the web."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Blueprint, Response, json, render_template, request, url_for
from lxml import etree

from index.model import MEMBERS
from webapp.auth import current_groups
from webapp.pages import CACHE_SECONDS, list_suggestions
from webapp.server import NOT_FOUND, ProblemError, build_element, format_iso, services

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

sitemap_blueprint = Blueprint("sitemaps", __name__)

_SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MAX_ADDRESSES = 50_000
"""URLs of one file, the limit of sitemaps.org."""

_STATIC_ENDPOINTS = ("pages.home", "events.year", "themes.list_all", "territories.list_all")


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
        "sitemapindex", "sitemap", [SitemapPage("sitemaps.sitemap_part", {"number": each}) for each in files]
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
    for event in catalogue.events.list_all(current_groups()):
        yield SitemapPage("events.show", {"event_id": event.id})
    for id_, updated in catalogue.documents.list_update_times(current_groups()):
        yield SitemapPage("documents.show", {"document_id": id_}, updated)


def _sitemap_response(tag: str, each_tag: str, pages: Iterable[SitemapPage]) -> Response:
    root = build_element(tag, {"xmlns": _SITEMAP_NAMESPACE}, *(_build_entry(each_tag, page) for page in pages))
    return Response(etree.tostring(root, xml_declaration=True, encoding="utf-8"), mimetype="application/xml")


def _build_entry(tag: str, page: SitemapPage) -> etree._Element:
    address = url_for(page.endpoint, _external=True, **page.url_values)  # type: ignore[arg-type]  # none of these names is its own
    lastmod = [build_element("lastmod", {}, format_iso(page.changed))] if page.changed else []
    return build_element(tag, {}, build_element("loc", {}, address), *lastmod)


opensearch_blueprint = Blueprint("opensearch", __name__)

_OPENSEARCH_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
_MAX_SHORT_NAME_LENGTH = 16
"""Characters of a ShortName, a limit of OpenSearch that browsers hold to."""


@opensearch_blueprint.get("/opensearch.xml")
def description() -> Response:
    """Return the description: what the site is, where it is searched and where it suggests."""
    name = services().settings.site_name
    # `url_for` would escape the braces, which are the browser's to fill in.
    search = f"{url_for('pages.search', _external=True)}?q={{searchTerms}}"
    suggest = f"{url_for('opensearch.suggest', _external=True)}?q={{searchTerms}}"
    icon = url_for("static", filename="ruche.svg", _external=True)
    root = build_element(
        "OpenSearchDescription",
        {"xmlns": _OPENSEARCH_NAMESPACE},
        build_element("ShortName", {}, name[:_MAX_SHORT_NAME_LENGTH]),
        build_element("Description", {}, f"{name}\u00a0: la mémoire de la communauté Territoires Zéro Non-Recours"),
        build_element("Url", {"type": "text/html", "template": search}),
        build_element("Url", {"type": "application/x-suggestions+json", "template": suggest}),
        build_element("Image", {"type": "image/svg+xml", "width": "16", "height": "16"}, icon),
        build_element("Language", {}, "fr"),
        build_element("InputEncoding", {}, "UTF-8"),
        build_element("OutputEncoding", {}, "UTF-8"),
    )
    xml = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return Response(xml, mimetype="application/opensearchdescription+xml")


@opensearch_blueprint.get("/suggestions/navigateur")
def suggest() -> Response:
    """Return what someone who types in the browser's own search field may be about to ask."""
    typed, texts = (
        request.args.get("q", ""),
        [each["text"] for each in list_suggestions(request.args.get("q", ""))],
    )
    response = Response(json.dumps([typed, texts]), mimetype="application/x-suggestions+json")
    # Suggestions depend on what the person may see: only their own browser may keep them.
    response.headers["Cache-Control"] = f"private, max-age={CACHE_SECONDS}"
    return response
