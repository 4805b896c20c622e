"""The animators' space: deposit, follow, qualify, edit the words, see what is searched and what is missing."""

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
