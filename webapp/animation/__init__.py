"""The animators' space: deposits, file states, tagging, events, vocabulary, personal data and statistics."""

from webapp.animation import bulk, deposit, doubts, files, fruitless, gatherings, home, qualifying, statistics, words
from webapp.animation.pages import PAGES

BLUEPRINTS = (
    home.blueprint,
    deposit.blueprint,
    files.blueprint,
    doubts.blueprint,
    qualifying.blueprint,
    bulk.blueprint,
    gatherings.blueprint,
    words.blueprint,
    fruitless.blueprint,
    statistics.blueprint,
)

__all__ = ["BLUEPRINTS", "PAGES"]
