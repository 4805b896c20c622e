"""Formats for other programs: harvesters, browsers, calendars, spreadsheets, web search engines."""

from webapp.exchange import calendars, crawlers, export, oai, opensearch

BLUEPRINTS = (
    opensearch.opensearch_blueprint,
    calendars.calendar_blueprint,
    export.export_blueprint,
    crawlers.sitemap_blueprint,
    oai.oai_blueprint,
)

__all__ = ["BLUEPRINTS"]
