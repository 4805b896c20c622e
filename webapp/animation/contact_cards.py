"""Contacts as address cards (vCard): written as version 3, which all address books read; read in any version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from index.model import Facet
from webapp.animation.contact_tables import (
    MAX_CONTACT_ROWS,
    ContactLine,
    TableError,
    decode_typed,
    make_line,
)
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.accounts import Contact

_TERRITORY = "x-ruche-territoire"
"""The property of a card that names a territory, which the format lacks."""

_CARD = re.compile(rb"^BEGIN:VCARD\s*$", re.IGNORECASE | re.MULTILINE)
_DAMAGED = "Ces cartes de visite sont abîmées : exportez-les de nouveau."


def write_cards(contacts: Iterable[Contact]) -> bytes:
    """Return contacts as cards."""
    return "".join(_make_card(each).serialize() for each in contacts if each.shown).encode()


def read_cards(data: bytes) -> list[ContactLine]:
    """Read the cards of a file. Raises TableError."""
    # Counted before they are parsed.
    count = len(_CARD.findall(data))
    if not count:
        raise TableError("Ce fichier n’a pas de carte de visite : il devrait commencer par BEGIN:VCARD.")
    if count > MAX_CONTACT_ROWS:
        raise TableError(f"Il y a {count} cartes : importez-en {MAX_CONTACT_ROWS} au plus à la fois.")
    # Loaded when cards are read or written: seldom, and with a parser of dates.
    import vobject  # noqa: PLC0415
    from vobject.base import VObjectError  # noqa: PLC0415

    try:
        # Version 2.1 writes accents as « =C3=A9 ».
        cards = list(vobject.readComponents(decode_typed(data), allowQP=True))
    except (VObjectError, ValueError) as error:
        raise TableError(_DAMAGED) from error
    return [_read_card(number, card) for number, card in enumerate(cards, 1) if card.name == "VCARD"]


def _make_card(contact: Contact) -> Any:
    import vobject  # noqa: PLC0415

    details, label = contact.shown, services().label
    card = vobject.vCard()
    if details is None:
        return card
    card.add("fn").value = details.title
    # A name in one piece: which part is the family's is not known.
    card.add("n").value = vobject.vcard.Name(family=details.name)
    card.add("org").value = [details.organisation]
    for name, value in (("title", details.role), ("email", details.mail), ("tel", details.phone)):
        if value:
            line = card.add(name)
            line.value = value
            if name != "title":
                # Address books sort by it.
                line.type_param = "WORK"
    if details.address:
        card.add("label").value = details.address
    if details.themes:
        card.add("categories").value = [label(Facet.THEME, slug) for slug in details.themes]
    if details.territory:
        card.add(_TERRITORY).value = label(Facet.TERRITORY, details.territory)
    if contact.confirmed:
        card.add("rev").value = contact.confirmed.strftime("%Y%m%dT%H%M%SZ")
    return card


def _read_card(number: int, card: Any) -> ContactLine:
    name = _first(card, "n")
    told = {
        # A card of a function or of an organisation has a title and no name.
        "name": _first(card, "fn") if name else "",
        "role": _first(card, "title") or _first(card, "role"),
        "organisation": _first(card, "org"),
        "mail": _first(card, "email").removeprefix("mailto:"),
        "phone": _first(card, "tel").removeprefix("tel:"),
        "address": _first(card, "label") or _first(card, "adr"),
        "themes": ",".join(_flatten(line.value) for line in card.contents.get("categories", ())),
        "territory": _first(card, _TERRITORY),
    }
    if not told["name"] and not told["role"]:
        told["name"] = _first(card, "fn")
    return make_line(number, told)


def _first(card: Any, name: str) -> str:
    """Return the first value of a property as text, its parts separated by commas; "" where there is none."""
    lines = card.contents.get(name)
    return _flatten(lines[0].value) if lines else ""


def _flatten(value: Any) -> str:
    parts = value if isinstance(value, list) else re.split(r"[\n]", str(value))
    return ", ".join(filter(None, (" ".join(str(part).split()) for part in parts)))
