"""The animators' home page: what waits for someone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template, url_for

from index.accounts import AuditAction, AuditEntry
from index.catalogue import FileState
from webapp.animation.file_states import count_hidden_files
from webapp.animation.zero_result_searches import MAX_SEARCHES, PERIOD_DAYS
from webapp.auth import current_groups, may_administrate, personal_data_groups, restrict_to_animators
from webapp.server import format_count, services

dashboard_blueprint = restrict_to_animators(Blueprint("animation", __name__, url_prefix="/animation"))

_NEWEST_SHOWN = 5

_FOLLOWED_DAYS = 7
"""How long the page says that a rule has followed its folder."""

_FOLLOWED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class AnimatorTask:
    """Something to do: how many, the noun for one and for several, where, and what to say when there is none.

    `note` says what the number leaves out.
    """

    count: int
    singular: str
    plural: str
    address: str
    empty_message: str
    note: str = ""


@dashboard_blueprint.get("")
def show() -> str:
    """Show what there is to do, and the newest documents."""
    return render_template(
        "animation/home.html",
        tasks=_list_tasks(),
        lost_rules=sorted(services().catalogue.folders.list_lost_rules()),
        followed=_list_followed_folders(),
        administrates=may_administrate(),
        readable=services().catalogue.documents.count_readable(current_groups()),
        newest=services().catalogue.documents.list_latest(current_groups(), _NEWEST_SHOWN),
    )


def _list_followed_folders() -> list[AuditEntry]:
    """List the renames of the last days that a folder rule followed, of folders that the person may know of."""
    since = datetime.now().astimezone() - timedelta(days=_FOLLOWED_DAYS)
    entries = services().catalogue.access.audit.list_latest(_FOLLOWED_SHOWN, act=AuditAction.FOLDER_FOLLOWED)
    recent = [each for each in entries if each.at > since]
    if may_administrate():
        return recent
    # Rules are asked about files: « … » stands for any file of the folder. Both names are told.
    inside = [f"{folder}/…" for each in recent for folder in (each.on, each.detail)]
    visible = frozenset(services().catalogue.files.filter_visible(inside, current_groups()))
    return [each for each in recent if {f"{each.on}/…", f"{each.detail}/…"} <= visible]


def _note_hidden_failures(count: int) -> str:
    if not count:
        return ""
    told = format_count(count, "fichier illisible est", "fichiers illisibles sont")
    return f"{told} dans des dossiers réservés que vous ne voyez pas."


def _list_tasks() -> list[AnimatorTask]:
    states = services().catalogue.file_statuses.count_by_state(groups=current_groups())
    indexer = services().catalogue.indexer.read_state()
    # The period and the limit of the page that the task leads to.
    since = datetime.now().astimezone().date() - timedelta(days=PERIOD_DAYS)
    fruitless = len(services().catalogue.usage.list_fruitless(since, MAX_SEARCHES))
    held = AnimatorTask(
        indexer.held if indexer else 0,
        "suppression à confirmer",
        "suppressions à confirmer",
        url_for("files.show"),
        "",
    )
    waiting = AnimatorTask(
        services().catalogue.holds.count_undecided(current_groups()),
        "document retenu, à montrer ou à garder réservé",
        "documents retenus, à montrer ou à garder réservés",
        url_for("held_documents.show"),
        "",
    )
    return [
        # Held deletions are rare: their line is there only when there are some.
        *([held] if held.count else []),
        AnimatorTask(
            states.get(FileState.FAILED, 0),
            "fichier illisible",
            "fichiers illisibles",
            url_for("files.show", etat=FileState.FAILED.value),
            "Tous les fichiers que vous pouvez voir ont pu être lus.",
            _note_hidden_failures(count_hidden_files(states)[FileState.FAILED]),
        ),
        AnimatorTask(
            services().catalogue.personal_data.count_undecided(personal_data_groups()),
            "document où vérifier des données personnelles",
            "documents où vérifier des données personnelles",
            url_for("personal_data.show"),
            "Aucune donnée personnelle à vérifier dans les documents que vous pouvez voir.",
        ),
        *([waiting] if waiting.count else []),
        AnimatorTask(
            services().catalogue.decisions.count_doubtful(current_groups()),
            "document à vérifier",
            "documents à vérifier",
            url_for("gathering_review.show"),
            "Tous les documents que vous pouvez voir sont décrits.",
        ),
        AnimatorTask(
            fruitless,
            "recherche sans résultat",
            "recherches sans résultat",
            url_for("zero_results.show"),
            "Toutes les recherches récentes ont trouvé quelque chose.",
        ),
    ]
