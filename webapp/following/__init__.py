"""Following what is new: saved searches, feeds, mail."""

from webapp.following import feeds, kept

BLUEPRINTS = (kept.saved_search_blueprint, feeds.feed_blueprint)

__all__ = ["BLUEPRINTS"]
