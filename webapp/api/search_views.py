"""The search operation, with all that the page of results shows."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Response, request, url_for
from marshmallow import validate

from index.engines import Sort
from webapp.api import answer_schemas, answer_serializers, cursors, request_fields, response_fields
from webapp.api.blueprint import accept_query, api
from webapp.api.responses import encode_json, json_response
from webapp.auth import current_groups
from webapp.pages import (
    ALL_WORDS_PARAM,
    EXACT_PARAM,
    LAST_PAGE,
    MAX_LINE_LENGTH,
    MAX_LINES,
    answer_lines,
    question_params,
    read_question,
)
from webapp.server import (
    SearchSurface,
    measure_search,
    services,
)

if TYPE_CHECKING:
    from index.search import Answer, Question

_EXPLAIN_PARAM = "explication"
_PER_PAGE_PARAM = "par_page"

SearchQuery = response_fields.make_schema(
    "Asked",
    {
        "q": request_fields.text_parameter(
            "Question\u00a0: mots, « expressions », titre:, auteur:, ET, OU, SAUF.", load_default=""
        ),
        **request_fields.facet_parameters(),
        "tri": request_fields.choice_parameter(
            [sort.value for sort in Sort], "Ordre des résultats.", load_default=Sort.RELEVANCE.value
        ),
        EXACT_PARAM: request_fields.flag_parameter(
            "«\u00a01\u00a0» cherche les mots tels quels, sans synonyme ni correction."
        ),
        ALL_WORDS_PARAM: request_fields.flag_parameter(
            "«\u00a01\u00a0» ne garde que les documents qui contiennent tous les mots."
        ),
        _EXPLAIN_PARAM: request_fields.flag_parameter("«\u00a01\u00a0» dit comment la question a été comprise."),
        _PER_PAGE_PARAM: request_fields.per_page_parameter(10),
        "curseur": request_fields.cursor_parameter(),
    },
    request_fields.StrictSchema,
)


@api.get("/search")
@accept_query(SearchQuery)
@api.output(answer_schemas.AnswerSchema, description="Les documents trouvés.")
@api.doc(
    summary="Chercher",
    description="Les documents qui répondent à une question, avec leurs meilleurs passages et les nombres par facette. "
    "Sans question ni filtre\u00a0: tous les documents, les plus récents d’abord.",
    tags=["Recherche"],
)
def search(params: dict[str, Any]) -> Response:
    """Search documents, a page at a time."""
    cursor = params["curseur"]
    # Results have no lasting key, for their order depends on scores: the cursor is a page number.
    page = int(cursors.decode_cursor(cursor, int)[0]) if cursor else 1
    if not 1 <= page <= LAST_PAGE:
        raise cursors.stale_cursor_error()
    # The address is read as that of the page of results, but for the cursor and the size of a page.
    question = replace(read_question(request.args, current_groups()), page=page, per_page=params[_PER_PAGE_PARAM])
    explained = params[_EXPLAIN_PARAM] == "1"
    # The answer has addresses of this site, as its visitor names it.
    name = f"{url_for('api.search', _external=True)} {explained}"
    found = measure_search(
        SearchSurface.API,
        lambda: _PackedAnswer.unpack(services().search.recall(question, name, partial(_pack, explained=explained))),
    )
    return json_response(found.body, {"next": found.following, "prev": found.previous})


@dataclass(frozen=True, slots=True)
class _PackedAnswer:
    """A serialised answer as it is remembered: the documents found, the URLs of the pages around, the JSON."""

    total: int
    following: str | None
    previous: str | None
    body: bytes

    def pack(self) -> bytes:
        """Return all of it: the body after a line of JSON."""
        return encode_json([self.total, self.following, self.previous]) + b"\n" + self.body

    @classmethod
    def unpack(cls, packed: bytes) -> _PackedAnswer:
        """Return what `pack` has packed."""
        head, _, body = packed.partition(b"\n")
        total, following, previous = json.loads(head)
        return cls(total, following, previous, body)


def _pack(found: Answer, *, explained: bool) -> bytes:
    search, page = services().search, found.question.page
    following = _page_address(found.question, page + 1) if page < found.page_count else None
    previous = _page_address(found.question, page - 1) if page > 1 else None
    body = answer_serializers.serialise_answer(
        found, search.build_cards(found), search.find_answers(found), following, previous, explained=explained
    )
    return _PackedAnswer(found.total, following, previous, encode_json(body)).pack()


BatchSchema = response_fields.make_schema(
    "Batch",
    {
        "questions": request_fields.ListField(
            request_fields.text_parameter("Une question.", MAX_LINE_LENGTH),
            required=True,
            validate=validate.Length(1, MAX_LINES, error=f"Il faut de 1 à {MAX_LINES} questions."),
            metadata={"description": "Les questions, dans l’ordre des réponses."},
        )
    },
    request_fields.StrictSchema,
)


@api.post("/search/batch")
@api.input(BatchSchema, arg_name="body", unknown=None)
@api.output(
    response_fields.make_list_schema("answers", answer_schemas.BatchAnswerSchema, "Les réponses."),
    description="Une réponse pour chaque question.",
)
@api.doc(
    summary="Chercher plusieurs questions",
    description="Pour chacune\u00a0: combien de documents, le premier, et son meilleur passage. Les questions vides "
    "sont laissées de côté. Trente listes par heure au plus\u00a0; au-delà, la réponse est 429.",
    tags=["Recherche"],
)
def ask_batch(body: dict[str, Any]) -> Response:
    """Answer several questions at once."""
    # The schema has bounded the list; one of empty questions alone has no answers.
    asked = [each for each in body["questions"] if each.strip()]
    rows = answer_lines(asked, SearchSurface.API) if asked else []
    return json_response({"answers": [answer_serializers.serialise_batch_row(each) for each in rows]})


def _page_address(question: Question, number: int) -> str | None:
    """Return the URL of another page of the question; None beyond the last one that may be asked for."""
    if number > LAST_PAGE:
        return None
    # The page is in the cursor, and must not be in the URL too.
    params = question_params(replace(question, page=1)) | {_PER_PAGE_PARAM: str(question.per_page)}
    # The explanation is given on the following pages too.
    if request.args.get(_EXPLAIN_PARAM) == "1":
        params[_EXPLAIN_PARAM] = "1"
    return url_for("api.search", _external=True, **params, curseur=cursors.encode_cursor(number))
