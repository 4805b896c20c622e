"""Events, past and to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import validate

from index.model import PartialDate
from webapp.api import cursors, fields, members, schemas, telling
from webapp.api.answering import answer, listed
from webapp.api.blueprint import api, query
from webapp.hive import event_or_404, groups, hive

if TYPE_CHECKING:
    from flask import Response

    from index.model import Event

_TAG = ["Rendez-vous"]
_DAY = validate.Regexp(
    r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$",
    error="Il faut un jour (2024-01-25) ou un mois (2024-01).",
)


def _day(description: str) -> fields.Text:
    return fields.Text(validate=_DAY, load_default=None, metadata={"description": description})


class Agenda(fields.Page):
    """Filters of the list of events."""

    du = _day("À partir de ce jour ou de ce mois.")
    au = _day("Jusqu’à ce jour ou ce mois, compris.")
    type = fields.values("Sorte de rendez-vous (paramètre répété).")


@api.get("/events")
@query(Agenda)
@api.output(members.page_of("events", schemas.WholeEvent, "Rendez-vous."), description="Une page de rendez-vous.")
@api.doc(summary="Lister les rendez-vous", description="Par date, passés et à venir.", tags=_TAG)
def events(asked: dict[str, Any]) -> Response:
    """List events by date."""
    first, last = _read(asked["du"]), _read(asked["au"])
    after = cursors.read(asked["curseur"], str, str) if asked["curseur"] else ("", "")
    # Events are few enough to be read whole, as the page of events does.
    known = hive().catalogue.agenda(groups(), first, last, asked.get("type", ()))
    ahead = sorted((each for each in known if _key(each) > after), key=_key)
    most = asked["par_page"]
    shown = ahead[:most]
    # Counted for the events of this page alone.
    counts = hive().catalogue.gathered([each.id for each in shown], groups())
    cursor = cursors.written(*_key(shown[-1])) if len(ahead) > most else None
    return listed("events", [telling.event(each, counts[each.id]) for each in shown], cursor)


@api.get("/events/<event_id>")
@api.output(schemas.WholeEvent, description="Le rendez-vous.")
@api.doc(
    summary="Lire un rendez-vous",
    description="Ses documents se cherchent par le filtre «\u00a0rendez-vous\u00a0».",
    tags=_TAG,
)
def event(event_id: str) -> Response:
    """Return one event."""
    found = event_or_404(event_id)
    return answer(telling.event(found, hive().catalogue.gathered([found.id], groups())[found.id]))


def _key(event: Event) -> tuple[str, str]:
    # ISO 8601 dates sort as texts; the id tells events of one day apart.
    return event.date.isoformat(), event.id


def _read(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text) if text else None
