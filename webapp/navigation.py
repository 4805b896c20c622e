"""The links of every page: the menu and the footer. The site map shows both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from webapp.identity import may_administrate, may_animate

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A link of a menu; `is_shown` tells at each request whether the person may see it."""

    label: str
    endpoint: str
    # A function: the same links serve all requests, of people with different roles.
    is_shown: Callable[[], bool] = lambda: True


MAIN_MENU = (
    MenuLink("Accueil", "pages.home"),
    MenuLink("Documents", "pages.search"),
    MenuLink("Rendez-vous", "gatherings.year"),
    MenuLink("Thèmes", "themes.list_all"),
    MenuLink("Territoires", "territories.list_all"),
    MenuLink("État du service", "status.show"),
    MenuLink("Espace d’animation", "animation.show", may_animate),
    MenuLink("Administration", "people.show", may_administrate),
)
"""The menu under the header."""

FOOTER_LINKS = (
    MenuLink("Plan du site", "information.site_map"),
    MenuLink("Accessibilité\u00a0: non conforme", "information.accessibility"),
    MenuLink("Mentions légales", "information.legal"),
    MenuLink("Données personnelles", "information.privacy"),
    MenuLink("Paramètres d’affichage", "appearance.show"),
    MenuLink("API", "api_documentation.show"),
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
