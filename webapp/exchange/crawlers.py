"""What search engines of the web are told: where they may go, and what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, url_for
from lxml import etree

from index.model import MEMBERS
from webapp.errors import NOT_FOUND, ProblemError
from webapp.hive import groups, hive
from webapp.trees import element
from webapp.typography import machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

blueprint = Blueprint("crawlers", __name__)

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MOST = 50_000
"""Addresses of one file, as sitemaps.org has it."""

_PAGES = ("pages.home", "gatherings.year", "themes.every", "territories.every")

Address = tuple[str, "datetime | None"]


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Where programs may go: nowhere, unless whoever comes is a member."""
    return Response(render_template("robots.txt", public=MEMBERS in groups()), mimetype="text/plain")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Every page that stays, or the files that list them where one file may not hold them all."""
    addresses = list(_addresses())
    if len(addresses) <= _MOST:
        return _response("urlset", [_entry("url", each) for each in addresses])
    files = range(1, -(-len(addresses) // _MOST) + 1)
    places = (url_for("crawlers.sitemap_part", number=number, _external=True) for number in files)
    return _response("sitemapindex", [_entry("sitemap", (place, None)) for place in places])


@blueprint.get("/sitemap-<int:number>.xml")
def sitemap_part(number: int) -> Response:
    """One of the files of the index, from 1."""
    addresses = list(_addresses())[max(0, number - 1) * _MOST :][:_MOST]
    if not addresses or number < 1:
        raise ProblemError(404, NOT_FOUND)
    return _response("urlset", [_entry("url", each) for each in addresses])


def _addresses() -> Iterator[Address]:
    """Every page that stays, with when it last changed where that is known."""
    catalogue, words = hive().catalogue, hive().vocabulary
    for endpoint in _PAGES:
        yield url_for(endpoint, _external=True), None
    for slug in words.themes:
        yield url_for("themes.show", slug=slug, _external=True), None
    for slug in words.territories:
        yield url_for("territories.show", slug=slug, _external=True), None
    for event in catalogue.agenda(groups()):
        yield url_for("gatherings.show", event_id=event.id, _external=True), None
    for id_, updated in catalogue.updates(groups()):
        yield url_for("documents.show", document_id=id_, _external=True), updated


def _entry(tag: str, address: Address) -> etree._Element:
    place, changed = address
    lastmod = [element("lastmod", {}, machine(changed))] if changed else []
    return element(tag, {}, element("loc", {}, place), *lastmod)


def _response(tag: str, entries: list[etree._Element]) -> Response:
    root = element(tag, {"xmlns": _NAMESPACE}, *entries)
    return Response(etree.tostring(root, xml_declaration=True, encoding="utf-8"), mimetype="application/xml")
