"""The form of a contact, for its person and for animators, and what names in a table stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.accounts import MAX_CONTACT_THEMES, ContactDetails, ContactError
from index.model import Facet
from index.text import fold_accents
from webapp.server import quote_text, services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.datastructures import MultiDict

MAX_FIELD = 400
"""Characters that are read of a field; what is checked is shorter."""

_FIELDS = {
    "nom": "name",
    "fonction": "role",
    "organisation": "organisation",
    "territoire": "territory",
    "courriel": "mail",
    "telephone": "phone",
    "adresse": "address",
    "depuis": "since",
    "jusqua": "until",
}
"""The fields of the form, each with the name of what it tells."""


def read_details(form: MultiDict[str, str]) -> ContactDetails:
    """Return what a form tells of a contact. Raises ContactError where it names what the vocabulary has not."""
    # Cut before it is looked at: a form may hold anything.
    told = {name: form.get(field, "")[:MAX_FIELD].strip() for field, name in _FIELDS.items()}
    told["territory"] = find_slug(Facet.TERRITORY, told["territory"])
    themes = find_slugs(Facet.THEME, form.getlist("theme")[: 2 * MAX_CONTACT_THEMES])
    return ContactDetails(**told, themes=themes, exported=form.get("transmise") == "1")


def details_values(details: ContactDetails) -> dict[str, str]:
    """Return what the form shows of details, by field; themes and the agreement are boxes of their own."""
    return {field: str(getattr(details, name)) for field, name in _FIELDS.items()}


def find_slugs(facet: Facet, names: Iterable[str]) -> tuple[str, ...]:
    """Return the values of the vocabulary that names stand for, each once. Raises ContactError for an unknown one."""
    return tuple(dict.fromkeys(filter(None, (find_slug(facet, each) for each in names))))


def find_slug(facet: Facet, name: str) -> str:
    """Return the value of the vocabulary that a slug, a label or an alias stands for, "" for none.

    Raises ContactError for a name that the vocabulary does not have.
    """
    name = name.strip()
    # A slug, as our own form sends it.
    if not name or name in services().vocabulary.entries_of(facet):
        return name
    found = services().vocabulary.find_values(facet, name)
    # A name of two values is as unknown as a name of none.
    if len(found) != 1:
        raise ContactError(f"{quote_text(name[:60])} n’est pas {_KIND[facet]} du vocabulaire.")
    return next(iter(found))


_KIND = {Facet.TERRITORY: "un territoire", Facet.THEME: "un thème"}


def list_choices(facet: Facet) -> list[tuple[str, str]]:
    """Return the values of a facet as pairs of slug and label, by label."""
    entries = services().vocabulary.entries_of(facet).items()
    return sorted(((slug, entry.label) for slug, entry in entries), key=lambda each: fold_accents(each[1]))
