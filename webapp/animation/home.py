"""The animators' home page: what waits for someone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template, url_for

from index.catalogue import State
from webapp.animation.access import deciding_groups, only_for_animators
from webapp.animation.fruitless import DAYS, MOST
from webapp.hive import groups, hive

blueprint = only_for_animators(Blueprint("animation", __name__, url_prefix="/animation"))

_NEWEST = 5


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do: how many, the noun for one and for several, where, and what to say when there is none."""

    count: int
    one: str
    several: str
    address: str
    none: str


@blueprint.get("")
def show() -> str:
    """Show what there is to do, and the newest documents."""
    return render_template(
        "animation/home.html",
        tasks=_tasks(),
        readable=hive().catalogue.readable(groups()),
        newest=hive().catalogue.latest(groups(), _NEWEST),
    )


def _tasks() -> list[Task]:
    states = hive().catalogue.status_counts(groups=groups())
    indexer = hive().catalogue.indexer_state()
    # The period and the limit of the page that the task leads to.
    since = datetime.now().astimezone().date() - timedelta(days=DAYS)
    fruitless = len(hive().catalogue.usage.fruitless(since, MOST))
    held = Task(
        indexer.held if indexer else 0,
        "suppression à confirmer",
        "suppressions à confirmer",
        url_for("files.show"),
        "",
    )
    return [
        # Held deletions are rare: their line is there only when there are some.
        *([held] if held.count else []),
        Task(
            states.get(State.FAILED, 0),
            "fichier illisible",
            "fichiers illisibles",
            url_for("files.show", etat=State.FAILED.value),
            "Tous les fichiers ont pu être lus.",
        ),
        Task(
            hive().catalogue.doubts.waiting(deciding_groups()),
            "document où vérifier des données personnelles",
            "documents où vérifier des données personnelles",
            url_for("doubts.show"),
            "Aucune donnée personnelle à vérifier.",
        ),
        Task(
            # One document is the least that can be asked for along with the total.
            hive().catalogue.to_qualify(groups(), 1, 1).total,
            "document à qualifier",
            "documents à qualifier",
            url_for("qualifying.show"),
            "Tous les documents sont qualifiés.",
        ),
        Task(
            fruitless,
            "recherche sans résultat",
            "recherches sans résultat",
            url_for("fruitless.show"),
            "Toutes les recherches récentes ont trouvé quelque chose.",
        ),
    ]
