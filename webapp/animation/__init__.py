"""The animators' space: deposit, follow, qualify, edit the words, see what is searched and what is missing."""

from webapp.animation import deposit, doubts, files, fruitless, home, statistics
from webapp.animation.pages import PAGES

BLUEPRINTS = (
    home.blueprint,
    deposit.blueprint,
    files.blueprint,
    doubts.blueprint,
    fruitless.blueprint,
    statistics.blueprint,
)

__all__ = ["BLUEPRINTS", "PAGES"]
