"""Searches that found nothing, and the words that would have them find."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, render_template

from webapp.animation.access import only_for_animators
from webapp.hive import hive

blueprint = only_for_animators(Blueprint("fruitless", __name__, url_prefix="/animation/recherches-sans-resultat"))

DAYS = 90
MOST = 50


@blueprint.get("")
def show() -> str:
    """The searches without a result, the most asked first."""
    since = datetime.now().astimezone().date() - timedelta(days=DAYS)
    return render_template("animation/fruitless.html", searches=hive().catalogue.usage.fruitless(since, MOST))
