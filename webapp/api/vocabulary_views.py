"""The vocabulary: themes, territories, event types and acronyms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import validate

from index.model import FACETS, Facet, PartialDate
from index.search import Question
from webapp.api import cursors, request_fields, response_fields, schemas, serializers
from webapp.api.blueprint import accept_query, api
from webapp.api.responses import json_response, list_response
from webapp.auth import current_groups, find_event_or_404
from webapp.server import services

if TYPE_CHECKING:
    from flask import Response

    from index.model import Event, FacetSpec

_TAG = ["Vocabulaire"]


def _add_list_view(spec: FacetSpec) -> None:
    """Add the view that lists a facet's values, each with its number of documents."""
    name, plural = spec.api_list, spec.plural.lower()
    # Territories have more to say than a name and aliases.
    schema = schemas.TerritorySchema if spec.facet is Facet.TERRITORY else schemas.SubjectSchema

    @api.get(f"/{name.replace('_', '-')}", endpoint=f"list_{name}")
    @api.output(response_fields.make_list_schema(name, schema, f"{spec.plural}."), description=f"Les {plural}.")
    @api.doc(summary=f"Lister les {plural}", tags=_TAG)
    def list_values() -> Response:
        counts = _count_documents(spec.facet)
        entries = services().vocabulary.entries_of(spec.facet).values()
        return json_response(
            {name: [serializers.serialise_subject(each, counts.get(each.slug, 0)) for each in entries]}
        )


for _spec in FACETS:
    if _spec.api_list:
        _add_list_view(_spec)


@api.get("/acronyms")
@api.output(response_fields.make_list_schema("acronyms", schemas.AcronymSchema, "Sigles."), description="Les sigles.")
@api.doc(summary="Lister les sigles", tags=_TAG)
def list_acronyms() -> Response:
    """List the acronyms."""
    known = services().vocabulary.acronyms.values()
    return json_response({"acronyms": [serializers.serialise_acronym(each) for each in known]})


def _count_documents(facet: Facet) -> dict[str, int]:
    """Count the documents of each value of a facet that the person may see."""
    # One search counts all the values of the facet, and no other facet.
    everything = services().search.ask(Question(groups=current_groups(), per_page=1, facets=frozenset({facet})))
    return {each.value: each.count for each in everything.facets[facet]}


_EVENT_TAG = ["Rendez-vous"]
_DATE_PATTERN = validate.Regexp(
    r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$",
    error="Il faut un jour (2024-01-25) ou un mois (2024-01).",
)


def date_parameter(description: str) -> request_fields.TextField:
    """A parameter that holds a day or a month, in ISO 8601."""
    return request_fields.TextField(validate=_DATE_PATTERN, load_default=None, metadata={"description": description})


class EventsQuery(request_fields.PageQuery):
    """Filters of the list of events."""

    du = date_parameter("À partir de ce jour ou de ce mois.")
    au = date_parameter("Jusqu’à ce jour ou ce mois, compris.")
    type = request_fields.values_parameter("Sorte de rendez-vous (paramètre répété).")


@api.get("/events")
@accept_query(EventsQuery)
@api.output(
    response_fields.make_page_schema("events", schemas.WholeEventSchema, "Rendez-vous."),
    description="Une page de rendez-vous.",
)
@api.doc(summary="Lister les rendez-vous", description="Par date, passés et à venir.", tags=_EVENT_TAG)
def list_events(params: dict[str, Any]) -> Response:
    """List events by date."""
    first, last = _parse_date(params["du"]), _parse_date(params["au"])
    after = cursors.decode_cursor(params["curseur"], str, str) if params["curseur"] else ("", "")
    # Events are few enough to be read whole, as the page of events does.
    known = services().catalogue.events.list_all(current_groups(), first, last, params.get("type", ()))
    ahead = sorted((each for each in known if _cursor_key(each) > after), key=_cursor_key)
    most = params["par_page"]
    shown = ahead[:most]
    # Counted for the events of this page alone.
    counts = services().catalogue.events.count_documents([each.id for each in shown], current_groups())
    cursor = cursors.encode_cursor(*_cursor_key(shown[-1])) if len(ahead) > most else None
    return list_response("events", [serializers.serialise_event(each, counts[each.id]) for each in shown], cursor)


@api.get("/events/<event_id>")
@api.output(schemas.WholeEventSchema, description="Le rendez-vous.")
@api.doc(
    summary="Lire un rendez-vous",
    description="Ses documents se cherchent par le filtre «\u00a0rendez-vous\u00a0».",
    tags=_EVENT_TAG,
)
def get_event(event_id: str) -> Response:
    """Return one event."""
    found = find_event_or_404(event_id)
    return json_response(
        serializers.serialise_event(
            found, services().catalogue.events.count_documents([found.id], current_groups())[found.id]
        )
    )


def _cursor_key(event: Event) -> tuple[str, str]:
    # ISO 8601 dates sort as texts; the id tells events of one day apart.
    return event.date.isoformat(), event.id


def _parse_date(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text) if text else None
