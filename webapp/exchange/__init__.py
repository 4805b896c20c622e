"""Formats for other programs: harvesters, feeds, browsers, calendars, spreadsheets, web search engines."""

from webapp.exchange.atom_feeds import feed_blueprint
from webapp.exchange.calendars import calendar_blueprint
from webapp.exchange.csv_export import MAX_ROWS, csv_export_address, export_blueprint
from webapp.exchange.oai import oai_blueprint, respond_to_harvester
from webapp.exchange.sitemaps import opensearch_blueprint, sitemap_blueprint
from webapp.exchange.structured_data import document_data, event_data

__all__ = [
    "MAX_ROWS",
    "calendar_blueprint",
    "csv_export_address",
    "document_data",
    "event_data",
    "export_blueprint",
    "feed_blueprint",
    "oai_blueprint",
    "opensearch_blueprint",
    "respond_to_harvester",
    "sitemap_blueprint",
]
