"""What the law has every public site say: accessibility, legal notice, personal data, map."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp import dsfr, navigation
from webapp.hive import hive
from webapp.identity import asks_for_accounts

blueprint = Blueprint("information", __name__)


@blueprint.get("/accessibilite")
def accessibility() -> str:
    """The declaration of accessibility."""
    return render_template("accessibility.html")


@blueprint.get("/mentions-legales")
def legal() -> str:
    """Who publishes, and who hosts."""
    return render_template("legal.html", design_version=dsfr.VERSION, settings=hive().settings)


@blueprint.get("/donnees-personnelles")
def privacy() -> str:
    """What is kept of those who come, and their rights."""
    return render_template("privacy.html", settings=hive().settings, accounts=asks_for_accounts())


@blueprint.get("/plan-du-site")
def site_map() -> str:
    """All pages that one can go to from anywhere."""
    return render_template("site_map.html", main=navigation.MAIN, foot=navigation.FOOT)
