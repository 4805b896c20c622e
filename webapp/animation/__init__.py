"""The animators' space: file states, tagging, events, vocabulary, personal data and statistics."""

from webapp.animation.bulk_tagging import bulk_blueprint, bulk_tagging_address
from webapp.animation.chapter_editor import chapter_blueprint
from webapp.animation.charts import Bar, ChartCaption, draw_bar_chart, draw_column_chart
from webapp.animation.contact_editor import contact_editor_blueprint
from webapp.animation.contact_import import contact_import_blueprint
from webapp.animation.dashboard import dashboard_blueprint
from webapp.animation.document_review import review_blueprint
from webapp.animation.evaluations import evaluation_blueprint
from webapp.animation.event_editor import event_editor_blueprint
from webapp.animation.file_states import file_blueprint
from webapp.animation.form_choices import (
    build_animator_tags,
    list_event_choices,
    list_facet_choices,
    list_manual_choices,
)
from webapp.animation.gathering_review import gathering_review_blueprint
from webapp.animation.held_documents import held_blueprint
from webapp.animation.judged_question_pages import judged_blueprint
from webapp.animation.personal_data_review import personal_data_blueprint
from webapp.animation.statistics import statistics_blueprint
from webapp.animation.transcript_editor import transcript_blueprint
from webapp.animation.understanding import Understanding, describe_reason, describe_understanding
from webapp.animation.vocabulary_editor import vocabulary_blueprint
from webapp.animation.zero_result_searches import zero_result_blueprint

__all__ = [
    "Bar",
    "ChartCaption",
    "Understanding",
    "build_animator_tags",
    "bulk_blueprint",
    "bulk_tagging_address",
    "chapter_blueprint",
    "contact_editor_blueprint",
    "contact_import_blueprint",
    "dashboard_blueprint",
    "describe_reason",
    "describe_understanding",
    "draw_bar_chart",
    "draw_column_chart",
    "evaluation_blueprint",
    "event_editor_blueprint",
    "file_blueprint",
    "gathering_review_blueprint",
    "held_blueprint",
    "judged_blueprint",
    "list_event_choices",
    "list_facet_choices",
    "list_manual_choices",
    "personal_data_blueprint",
    "review_blueprint",
    "statistics_blueprint",
    "transcript_blueprint",
    "vocabulary_blueprint",
    "zero_result_blueprint",
]
