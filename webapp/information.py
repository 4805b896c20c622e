"""The pages that French law asks of a public site: accessibility, legal notice, personal data, site map."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp import dsfr, navigation
from webapp.hive import services
from webapp.identity import requires_accounts

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
    return render_template("privacy.html", settings=services().settings, accounts=requires_accounts())


@information_blueprint.get("/plan-du-site")
def site_map() -> str:
    """Show the site map: all that the menu and the footer link to."""
    # The same links as the menu and the footer, so that the map cannot miss a page.
    return render_template("site_map.html", main=navigation.MAIN_MENU, foot=navigation.FOOTER_LINKS)
