"""Every page of the application, by its route: a page that is not here fails the tests that look at all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.webapp.small_library import CAPTIONS, LONG_PAGE, MARKUP, SILENT, SLIDES, VIDEO

if TYPE_CHECKING:
    from tests.webapp.small_library import SmallLibrary

_DOCUMENT = "/documents/{id}"

PAGES: dict[str, tuple[str, ...]] = {
    "pages.home": ("/",),
    "pages.search": (
        "/recherche",
        "/recherche?q=droits",
        "/recherche?q=non-recours&format=pptx&tri=date",
        "/recherche?q=finnancements&page=2",
        "/recherche?q=RSA",
        "/recherche?q=zanzibar&theme=rh&annee=2024",
    ),
    "documents.show": (_DOCUMENT, f"{_DOCUMENT}?q=droits"),
    "status.show": ("/etat", "/etat?etat=en-echec&fichier=abîmé"),
    "doubts.show": ("/animation/donnees-personnelles",),
    "appearance.show": ("/affichage",),
    "information.accessibility": ("/accessibilite",),
    "information.legal": ("/mentions-legales",),
    "information.privacy": ("/donnees-personnelles",),
    "information.site_map": ("/plan-du-site",),
}
"""Addresses that show each page in the states that differ; `{id}` stands for each kind of document in turn."""

NOT_PAGES = {
    "static",
    "suggestions.suggest",
    "documents.original",
    "documents.subtitles",
    "api.search",
    "api.document",
}
"""Routes that answer a file or JSON."""

_KINDS = (SLIDES, CAPTIONS, VIDEO, LONG_PAGE, MARKUP, SILENT)


def addresses(library: SmallLibrary) -> list[str]:
    """All of them, with the ids of a library."""
    ids = [library.ids[path] for path in _KINDS]
    return [
        address.format(id=id_)
        for written in PAGES.values()
        for address in written
        for id_ in (ids if "{id}" in address else ids[:1])
    ]
