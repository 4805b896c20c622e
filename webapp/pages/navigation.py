"""The links of every page: the menu and the footer. The site map shows both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, render_template

from webapp import dsfr
from webapp.auth import current_groups, may_administrate, may_animate, personal_data_groups, requires_accounts
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A link of a menu.

    At each request `is_shown` tells whether the person may see it, `count` how much waits for them there.
    """

    label: str
    endpoint: str
    # A function: the same links serve all requests, of people with different roles.
    is_shown: Callable[[], bool] = lambda: True
    count: Callable[[], int] = lambda: 0


MAIN_MENU = (
    MenuLink("Accueil", "pages.home"),
    MenuLink("Documents", "pages.search"),
    MenuLink("Rendez-vous", "events.year"),
    MenuLink("Décisions", "resolutions.show"),
    MenuLink("Thèmes", "themes.list_all"),
    MenuLink("Territoires", "territories.list_all"),
    MenuLink("Questions", "inquiries.list_all"),
    MenuLink("Annuaire", "directory.show", requires_accounts),
    MenuLink("Mes dossiers", "dossiers.list_all"),
    MenuLink("Mes suivis", "saved_searches.list_followed"),
    MenuLink("Espace d’animation", "animation.show", may_animate),
    MenuLink("Administration", "members.show", may_administrate),
)
"""The menu under the header."""

FOOTER_LINKS = (
    MenuLink("État du service", "status.show"),
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


information_blueprint = Blueprint("information", __name__)


@information_blueprint.get("/accessibilite")
def accessibility() -> str:
    """Show the accessibility statement."""
    return render_template("accessibility.html")


@information_blueprint.get("/mentions-legales")
def legal() -> str:
    """Show the legal notice: publisher, hosting provider, licences."""
    return render_template("legal.html", design_version=dsfr.DSFR_VERSION, settings=services().settings)


@information_blueprint.get("/donnees-personnelles")
def privacy() -> str:
    """Show what personal data are kept, and the rights of people."""
    settings = services().settings
    # A class of a package works on the machine: nothing is sent anywhere.
    hosts = [urlsplit(each).hostname for each in (settings.embedding, settings.reranker) if "://" in each]
    return render_template(
        "privacy.html", settings=settings, accounts=requires_accounts(), ranking_hosts=list(dict.fromkeys(hosts))
    )


@information_blueprint.get("/plan-du-site")
def site_map() -> str:
    """Show the site map: all that the menu and the footer link to."""
    # The same links as the menu and the footer, so that the map cannot miss a page.
    return render_template("site_map.html", main=MAIN_MENU, foot=FOOTER_LINKS)


def _count_held() -> int:
    return services().catalogue.holds.count_undecided(current_groups())


def _count_waiting_questions() -> int:
    return services().catalogue.inquiries.count_waiting(personal_data_groups())


ANIMATION_PAGES = (
    MenuLink("Tableau de bord", "animation.show"),
    MenuLink("Déposer", "deposits.show"),
    MenuLink("Fichiers", "files.show"),
    MenuLink("À vérifier", "gathering_review.show"),
    MenuLink("Étiqueter en nombre", "bulk_tagging.show"),
    MenuLink("Rendez-vous", "event_editor.show"),
    MenuLink("Vocabulaire", "vocabulary.show"),
    MenuLink("Annuaire", "contact_editor.show", requires_accounts),
    MenuLink("Documents retenus", "held_documents.show", count=_count_held),
    MenuLink("Données personnelles", "personal_data.show"),
    MenuLink("Questions", "inquiry_review.show", count=_count_waiting_questions),
    MenuLink("Besoins transmis", "needs.show"),
    MenuLink("Annonces", "announcements.show"),
    MenuLink("Recherches à améliorer", "zero_results.show"),
    MenuLink("Questions de contrôle", "judged_questions.show"),
    MenuLink("Est-ce que mon changement aide ?", "evaluations.show"),
    MenuLink("Statistiques", "statistics.show"),
)


ADMINISTRATION_PAGES = (
    MenuLink("Comptes", "members.show"),
    MenuLink("Groupes et dossiers", "groups.show"),
    MenuLink("Journal", "audit.show"),
    MenuLink("Diagnostic", "diagnosis.show"),
)
