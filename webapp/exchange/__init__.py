"""Formats for other programs: harvesters, browsers, calendars, spreadsheets, web search engines."""

from webapp.exchange import calendars, crawlers, export, oai, opensearch

BLUEPRINTS = (opensearch.blueprint, calendars.blueprint, export.blueprint, crawlers.blueprint, oai.blueprint)

__all__ = ["BLUEPRINTS"]
