"""What the forms of questions send: texts within bounds, tags of the vocabulary, places from addresses and dossiers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from flask import request

from index.catalogue import InquiryDraft, Standing
from index.model import MEMBERS, ExplainedError, Facet, Locator, Passage, Unit, parse_timecode
from index.personal_data import find_personal_data, is_withheld
from webapp.animation import list_facet_choices
from webapp.auth import current_groups, current_owner, current_person, may_animate, requires_accounts
from webapp.dossiers import draft_place
from webapp.server import join_line, quote_text, services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.catalogue import ItemPlace
    from index.personal_data import LocatedFinding

MAX_TITLE_LENGTH = 200
MAX_DETAILS_LENGTH = 3_000
MAX_ANSWER_LENGTH = 6_000
MAX_NEED_LENGTH = 1_000
MAX_REASON_LENGTH = 500
"""Characters that are kept of each text."""

MAX_PLACES = 20
_MAX_TAGS = 10
_DOCUMENT_PATH = re.compile(r"/documents/([0-9a-z]{1,16})(?:/endroits/([a-z]+-\d{1,7}))?/?$")


class InquiryRefusedError(ExplainedError):
    """What a form sends cannot be kept; the message says what to change."""


def read_draft() -> InquiryDraft:
    """Read a question from the request. Raises InquiryRefusedError."""
    title = join_line(request.form.get("titre", ""), MAX_TITLE_LENGTH)
    if not title:
        raise InquiryRefusedError("Écrivez votre question.")
    # Before anything is written: what is refused is in no table, and in no backup.
    details = read_text("precisions", MAX_DETAILS_LENGTH)
    refuse_personal_data(title, details)
    return InquiryDraft(title, details, _read_groups(), read_tags(Facet.THEME), read_tags(Facet.TERRITORY))


def read_text(name: str, most: int) -> str:
    """Read a text of several lines from the request, cut at so many characters."""
    return request.form.get(name, "").replace("\r\n", "\n").strip()[:most]


def read_tags(facet: Facet) -> tuple[str, ...]:
    """Read values of a facet from the request: those that the vocabulary knows."""
    known = dict(list_facet_choices(facet))
    given = request.values.getlist(facet.value)
    return tuple(dict.fromkeys(each for each in given if each in known))[:_MAX_TAGS]


def list_own_groups() -> list[tuple[str, str]]:
    """The groups of the person as (name, label): a question may be asked among one of them."""
    person = current_person()
    mine = person.groups if person else frozenset()
    return [(each.name, each.label) for each in services().catalogue.access.rules.list_groups() if each.name in mine]


def refuse_personal_data(*texts: str) -> None:
    """Raise InquiryRefusedError where a text holds what would reserve a document: it is then kept nowhere."""
    found = _find_personal_data(texts)
    if is_withheld((each.finding.kind, None) for each in found):
        first = found[0].finding
        raise InquiryRefusedError(
            f"Votre texte contient des données personnelles ({first.kind.label}\u00a0: {first.masked})\u00a0: "
            "retirez-les, rien n’a été enregistré."
        )


def choose_standing(*texts: str) -> Standing:
    """Choose whether texts of the person are shown at once.

    Without accounts nobody knows who writes, and a phone number or a private address may be someone else's: an
    animator reads such texts first.
    """
    if may_animate() and requires_accounts():
        return Standing.SHOWN
    return Standing.SHOWN if requires_accounts() and not _find_personal_data(texts) else Standing.WAITING


def read_places() -> tuple[ItemPlace, ...]:
    """Read the places that an answer cites: those that were ticked, those of addresses, those of a dossier.

    Raises InquiryRefusedError for an address that leads to no document that the person may see.
    """
    ticked = [_find_place(*each.split("=", 1)) for each in request.form.getlist("endroit") if "=" in each]
    # What was proposed may have gone meanwhile.
    places = [each for each in ticked if each]
    places += [_parse_address(each) for each in request.form.get("adresses", "").split()]
    places += _read_dossier(request.form.get("dossier", ""))
    # The same place may be ticked and pasted.
    chosen = tuple(dict.fromkeys(places))
    if len(chosen) > MAX_PLACES:
        raise InquiryRefusedError(f"Une réponse cite {MAX_PLACES} documents au plus\u00a0: choisissez les plus utiles.")
    return chosen


def _read_groups() -> frozenset[str]:
    """Read who is to see a question: all members, or one group of the person; another's is as if it was not named."""
    chosen = request.form.get("groupe", "")
    return frozenset({chosen} if chosen in dict(list_own_groups()) else {MEMBERS})


def _find_personal_data(texts: Iterable[str]) -> list[LocatedFinding]:
    passages = [Passage(place, Locator(Unit.HEADING, place + 1), text) for place, text in enumerate(texts)]
    return list(find_personal_data(passages))


def _parse_address(address: str) -> ItemPlace:
    # By its path alone: the site may have another name for whoever pastes it.
    parts = urlsplit(address)
    found = _DOCUMENT_PATH.search(parts.path)
    place = found and _find_place(found[1], parts.fragment or found[2] or _read_place_parameter(parts.query))
    if not place:
        raise InquiryRefusedError(
            f"{quote_text(address[:80])} ne mène à aucun document de ce site\u00a0: copiez l’adresse d’un document, "
            "d’une diapositive ou d’une page."
        )
    return place


def _read_place_parameter(query: str) -> str:
    given = parse_qs(query)
    second = parse_timecode(given.get("t", [""])[0])
    # Addresses of replays have seconds, people type minutes.
    if second is None and given.get("t", [""])[0].isdecimal():
        second = float(given["t"][0][:7])
    return given.get("lieu", [""])[0] or (f"t-{int(second)}" if second is not None else "")


def _find_place(document_id: str, anchor: str) -> ItemPlace | None:
    document = services().catalogue.documents.find(document_id, current_groups())
    return draft_place(document, anchor) if document else None


def _read_dossier(dossier_id: str) -> list[ItemPlace]:
    """The places of one's own dossier."""
    dossiers = services().catalogue.dossiers
    dossier = dossiers.find(current_owner(), dossier_id) if dossier_id else None
    items = dossiers.list_items(dossier.id) if dossier else ()
    # What was put there may be hidden since.
    seen = services().catalogue.documents.find_each([each.place.document_id for each in items], current_groups())
    return [each.place for each in items if each.removed is None and each.place.document_id in seen]
