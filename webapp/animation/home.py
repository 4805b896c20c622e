"""Where an animator begins: what waits for someone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template, url_for

from index.catalogue import State
from webapp.animation.access import only_for_animators
from webapp.animation.fruitless import DAYS, MOST
from webapp.hive import groups, hive

blueprint = only_for_animators(Blueprint("animation", __name__, url_prefix="/animation"))

_NEWEST = 5


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for someone: how many, what, where, and what to say when there is none."""

    count: int
    label: str
    address: str
    none: str


@blueprint.get("")
def show() -> str:
    """What there is to do, and what has come in."""
    return render_template(
        "animation/home.html",
        tasks=_tasks(),
        totals=hive().catalogue.totals(),
        newest=hive().catalogue.latest(groups(), _NEWEST),
    )


def _tasks() -> list[Task]:
    states = Counter(each.state for each in hive().catalogue.statuses())
    since = datetime.now().astimezone().date() - timedelta(days=DAYS)
    fruitless = len(hive().catalogue.usage.fruitless(since, MOST))
    return [
        Task(
            states[State.FAILED],
            "fichiers illisibles",
            url_for("files.show", etat=State.FAILED.value),
            "Tous les fichiers ont pu être lus.",
        ),
        Task(
            hive().catalogue.doubts.waiting(),
            "documents où vérifier des données personnelles",
            url_for("doubts.show"),
            "Aucune donnée personnelle à vérifier.",
        ),
        Task(
            fruitless,
            "recherches sans résultat",
            url_for("fruitless.show"),
            "Toutes les recherches récentes ont trouvé quelque chose.",
        ),
    ]
