"""Events, past and to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import validate

from index.model import PartialDate
from webapp.api import cursors, fields, members, schemas, telling
from webapp.api.answering import json_response, list_response
from webapp.api.blueprint import accept_query, api
from webapp.hive import current_groups, find_event_or_404, services

if TYPE_CHECKING:
    from flask import Response

    from index.model import Event

_TAG = ["Rendez-vous"]
_DATE_PATTERN = validate.Regexp(
    r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$",
    error="Il faut un jour (2024-01-25) ou un mois (2024-01).",
)


def date_parameter(description: str) -> fields.TextField:
    """A parameter that holds a day or a month, in ISO 8601."""
    return fields.TextField(validate=_DATE_PATTERN, load_default=None, metadata={"description": description})


class EventsQuery(fields.PageQuery):
    """Filters of the list of events."""

    du = date_parameter("À partir de ce jour ou de ce mois.")
    au = date_parameter("Jusqu’à ce jour ou ce mois, compris.")
    type = fields.values_parameter("Sorte de rendez-vous (paramètre répété).")


@api.get("/events")
@accept_query(EventsQuery)
@api.output(
    members.make_page_schema("events", schemas.WholeEventSchema, "Rendez-vous."), description="Une page de rendez-vous."
)
@api.doc(summary="Lister les rendez-vous", description="Par date, passés et à venir.", tags=_TAG)
def list_events(params: dict[str, Any]) -> Response:
    """List events by date."""
    first, last = _parse_date(params["du"]), _parse_date(params["au"])
    after = cursors.decode_cursor(params["curseur"], str, str) if params["curseur"] else ("", "")
    # Events are few enough to be read whole, as the page of events does.
    known = services().catalogue.agenda(current_groups(), first, last, params.get("type", ()))
    ahead = sorted((each for each in known if _cursor_key(each) > after), key=_cursor_key)
    most = params["par_page"]
    shown = ahead[:most]
    # Counted for the events of this page alone.
    counts = services().catalogue.gathered([each.id for each in shown], current_groups())
    cursor = cursors.encode_cursor(*_cursor_key(shown[-1])) if len(ahead) > most else None
    return list_response("events", [telling.serialise_event(each, counts[each.id]) for each in shown], cursor)


@api.get("/events/<event_id>")
@api.output(schemas.WholeEventSchema, description="Le rendez-vous.")
@api.doc(
    summary="Lire un rendez-vous",
    description="Ses documents se cherchent par le filtre «\u00a0rendez-vous\u00a0».",
    tags=_TAG,
)
def get_event(event_id: str) -> Response:
    """Return one event."""
    found = find_event_or_404(event_id)
    return json_response(
        telling.serialise_event(found, services().catalogue.gathered([found.id], current_groups())[found.id])
    )


def _cursor_key(event: Event) -> tuple[str, str]:
    # ISO 8601 dates sort as texts; the id tells events of one day apart.
    return event.date.isoformat(), event.id


def _parse_date(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text) if text else None
