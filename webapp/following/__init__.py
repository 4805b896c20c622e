"""Following what is new: saved searches, feeds, mail."""

from webapp.following import feeds, kept

BLUEPRINTS = (kept.blueprint, feeds.blueprint)

__all__ = ["BLUEPRINTS"]
