"""Questions of members, and the answers that they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for
from marshmallow import fields  # noqa: TC002 - the annotation of a constant

from index.catalogue import InquiryFilter, InquiryState, Standing
from webapp.api import cursors, request_fields, response_fields
from webapp.api.blueprint import accept_query, api
from webapp.api.responses import json_response, list_response
from webapp.auth import current_groups
from webapp.inquiries import describe_answers, find_inquiry_or_404
from webapp.server import services

if TYPE_CHECKING:
    from flask import Response

    from index.catalogue import Inquiry
    from webapp.inquiries import ShownAnswer

_TAG = ["Questions"]
_STATES = {each.value: each for each in InquiryState}

CitationSchema = response_fields.make_schema(
    "Citation",
    {
        "document_id": response_fields.string_field("Document cité."),
        "title": response_fields.string_field("Son titre."),
        "label": response_fields.string_field("La place citée, vide pour tout le document."),
        "url": response_fields.uri_field("Où la lire."),
    },
)

QuestionAnswerSchema = response_fields.make_schema(
    "QuestionAnswer",
    {
        "text": response_fields.string_field("Texte."),
        "at": response_fields.datetime_field("Quand elle a été donnée."),
        "by_team": response_fields.boolean_field("Si l’équipe d’animation l’a donnée."),
        "citations": response_fields.list_field(CitationSchema, "Ce qu’elle cite, que vous pouvez consulter."),
    },
)

_SUMMARY_FIELDS: dict[str, fields.Field[Any]] = {
    "id": response_fields.string_field("Identifiant, qui ne change jamais."),
    "title": response_fields.string_field("La question."),
    "details": response_fields.string_field("Ses précisions."),
    "themes": response_fields.list_field(response_fields.string_field("Thème."), "Thèmes."),
    "territories": response_fields.list_field(response_fields.string_field("Territoire."), "Territoires."),
    "state": response_fields.choice_field(list(_STATES), "Où elle en est."),
    "asked": response_fields.datetime_field("Quand elle a été posée."),
    "answered": response_fields.datetime_field("Quand elle a reçu sa première réponse.", nullable=True),
    "passed_on": response_fields.datetime_field("Quand elle a été transmise à l’équipe nationale.", nullable=True),
    "need": response_fields.string_field("Le besoin transmis."),
    "voices": response_fields.integer_field("Combien de personnes la posent aussi."),
    "document_id": response_fields.string_field("Le document qu’elle est, une fois répondue.", nullable=True),
    "url": response_fields.uri_field("Sa page."),
    "api_url": response_fields.uri_field("Son adresse dans l’API."),
}

QuestionSummarySchema = response_fields.make_schema("QuestionSummary", _SUMMARY_FIELDS)
QuestionSchema = response_fields.make_schema(
    "Question",
    _SUMMARY_FIELDS | {"answers": response_fields.list_field(QuestionAnswerSchema, "Ses réponses, dans l’ordre.")},
)

QuestionsQuery = response_fields.make_schema(
    "QuestionsQuery",
    {
        "etat": request_fields.choice_parameter(list(_STATES), "Où elles en sont."),
        "theme": request_fields.text_parameter("Thème.", load_default=""),
        "territoire": request_fields.text_parameter("Territoire.", load_default=""),
        "par_page": request_fields.per_page_parameter(),
        "curseur": request_fields.cursor_parameter(),
    },
    request_fields.StrictSchema,
)


@api.get("/questions")
@accept_query(QuestionsQuery)
@api.output(
    response_fields.make_page_schema("questions", QuestionSummarySchema, "Questions."),
    description="Une page de questions.",
)
@api.doc(
    summary="Lister les questions",
    description="Celles que vous pouvez voir, la plus récente d’abord. Une question répondue est aussi un document, de "
    "format «\u00a0question\u00a0».",
    tags=_TAG,
)
def list_questions(params: dict[str, Any]) -> Response:
    """List the questions."""
    wanted = InquiryFilter(_STATES.get(params.get("etat", "")), params["theme"], params["territoire"])
    found = services().catalogue.inquiries.list_all(current_groups(), wanted)
    if params["curseur"]:
        found = _drop_read(found, *cursors.decode_cursor(params["curseur"], str, str))
    shown = found[: params["par_page"]]
    cursor = cursors.encode_cursor(*_sort_key(shown[-1])) if len(found) > len(shown) else None
    return list_response("questions", [_serialise_summary(each) for each in shown], cursor)


def _drop_read(found: tuple[Inquiry, ...], asked: object, id_: object) -> tuple[Inquiry, ...]:
    """Leave out those up to the last one read, which may be gone itself; what was asked since moves no page."""
    at, last = str(asked), str(id_)
    # The newest first, and of one moment by id.
    return tuple(each for each in found if _sort_key(each)[0] < at or (_sort_key(each)[0] == at and each.id > last))


def _sort_key(asked: Inquiry) -> tuple[str, str]:
    # Always as many digits: texts of one length compare as moments do.
    return asked.asked.isoformat(timespec="microseconds"), asked.id


@api.get("/questions/<question_id>")
@api.output(QuestionSchema, description="La question.")
@api.doc(summary="Lire une question", description="Une question, ses réponses et ce qu’elles citent.", tags=_TAG)
def get_question(question_id: str) -> Response:
    """Return one question."""
    found = find_inquiry_or_404(question_id)
    # A tool has no page to read drafts on.
    answers = [each for each in describe_answers(found) if each.answer.standing is Standing.SHOWN]
    return json_response(_serialise_summary(found) | {"answers": [_serialise_answer(each) for each in answers]})


def _serialise_summary(asked: Inquiry) -> dict[str, Any]:
    return {
        "id": asked.id,
        "title": asked.title,
        "details": asked.draft.details,
        "themes": list(asked.draft.themes),
        "territories": list(asked.draft.territories),
        "state": asked.state.value,
        "asked": asked.asked.isoformat(),
        "answered": asked.answered.isoformat() if asked.answered else None,
        "passed_on": asked.passed_on.isoformat() if asked.passed_on else None,
        "need": asked.need,
        "voices": asked.voices,
        "document_id": asked.document_id,
        "url": url_for("inquiries.show", inquiry_id=asked.id, _external=True),
        "api_url": url_for("api.get_question", question_id=asked.id, _external=True),
    }


def _serialise_answer(shown: ShownAnswer) -> dict[str, Any]:
    return {
        "text": shown.answer.text,
        "at": shown.answer.at.isoformat(),
        "by_team": shown.answer.by_team,
        "citations": [
            {
                "document_id": each.document.id,
                "title": each.document.title,
                "label": each.label,
                "url": each.permanent_link,
            }
            for each in shown.places
        ],
    }
