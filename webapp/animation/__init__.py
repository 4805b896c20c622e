"""The animators' space: deposits, file states, tagging, events, vocabulary, personal data and statistics."""

from webapp.animation import bulk, deposit, doubts, files, fruitless, gatherings, home, qualifying, statistics, words
from webapp.animation.pages import ANIMATION_PAGES

BLUEPRINTS = (
    home.dashboard_blueprint,
    deposit.deposit_blueprint,
    files.file_blueprint,
    doubts.personal_data_blueprint,
    qualifying.review_blueprint,
    bulk.bulk_blueprint,
    gatherings.event_editor_blueprint,
    words.vocabulary_blueprint,
    fruitless.zero_result_blueprint,
    statistics.statistics_blueprint,
)

__all__ = ["ANIMATION_PAGES", "BLUEPRINTS"]
