"""Where the pages lead from everywhere: the menu, the foot of the pages, and the map of the site made of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from webapp.identity import may_administrate, may_animate

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Link:
    """A page that is always at hand, for whoever it is `shown` to."""

    label: str
    endpoint: str
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
"""What the law or a person's comfort asks for, on every page."""

PROCONNECT_SITE = "https://www.proconnect.gouv.fr/"
"""Where the State tells people what its single sign-on is; they leave this site for it."""

STATE_SITES = (
    ("info.gouv.fr", "https://www.info.gouv.fr"),
    ("service-public.fr", "https://www.service-public.fr"),
    ("legifrance.gouv.fr", "https://www.legifrance.gouv.fr"),
    ("data.gouv.fr", "https://www.data.gouv.fr"),
)
"""The sites that the State's own pages all lead to."""
