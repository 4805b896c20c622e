"""Questions and needs: asked by members, answered with documents, passed on to the national team."""

from webapp.inquiries.inquiry_answers import (
    ShownAnswer,
    describe_answers,
    find_asked,
    find_inquiry_or_404,
    list_questions_citing,
)
from webapp.inquiries.inquiry_pages import ask_address, has_voice, inquiry_blueprint
from webapp.inquiries.inquiry_review import inquiry_review_blueprint
from webapp.inquiries.needs_report import needs_blueprint

__all__ = [
    "ShownAnswer",
    "ask_address",
    "describe_answers",
    "find_asked",
    "find_inquiry_or_404",
    "has_voice",
    "inquiry_blueprint",
    "inquiry_review_blueprint",
    "list_questions_citing",
    "needs_blueprint",
]
