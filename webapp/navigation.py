"""The links of every page: the menu and the footer. The site map shows both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from webapp.identity import may_administrate, may_animate

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a menu; `is_shown` tells at each request whether the person may see it."""

    label: str
    endpoint: str
    # A function: the same links serve all requests, of people with different roles.
    shown: Callable[[], bool] = lambda: True


MAIN = (
    Link("Accueil", "pages.home"),
    Link("Documents", "pages.search"),
    Link("Rendez-vous", "gatherings.year"),
    Link("Thèmes", "themes.every"),
    Link("Territoires", "territories.every"),
    Link("État du service", "status.show"),
    Link("Espace d’animation", "animation.show", may_animate),
    Link("Administration", "people.show", may_administrate),
)
"""The menu under the header."""

FOOT = (
    Link("Plan du site", "information.site_map"),
    Link("Accessibilité\u00a0: non conforme", "information.accessibility"),
    Link("Mentions légales", "information.legal"),
    Link("Données personnelles", "information.privacy"),
    Link("Paramètres d’affichage", "appearance.show"),
    Link("API", "api_documentation.show"),
)
"""The footer: what the law asks for, display settings, the API."""

PROCONNECT_SITE = "https://www.proconnect.gouv.fr/"
"""Where the State explains its single sign-on; the sign-in page links to it, on another site."""

STATE_SITES = (
    ("info.gouv.fr", "https://www.info.gouv.fr"),
    ("service-public.fr", "https://www.service-public.fr"),
    ("legifrance.gouv.fr", "https://www.legifrance.gouv.fr"),
    ("data.gouv.fr", "https://www.data.gouv.fr"),
)
"""The links that all of the State's own sites have in their footer."""
