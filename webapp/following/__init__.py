"""Following what is new: kept searches, feeds, mail."""

from webapp.following import feeds, kept

BLUEPRINTS = (kept.blueprint, feeds.blueprint)

__all__ = ["BLUEPRINTS"]
