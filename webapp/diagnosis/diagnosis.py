"""A whole diagnosis: the machine, what is served, the services that the settings name."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

from index.catalogue import HEAD, UNWATCHED_MEMO, MailFate, Phase, check_catalogue, sqlite_file
from webapp.diagnosis.check_results import Finding, Level, find_fault, find_fine, find_warning
from webapp.diagnosis.machine_checks import check_machine
from webapp.diagnosis.service_checks import check_services
from webapp.server import check_readiness

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from index.catalogue import MailboxState
    from index.config import Settings
    from webapp.server import AppServices

_SUBJECTS = {
    "catalogue": "Catalogue",
    "index": "Index",
    "indexeur": "Indexeur",
    "regles": "Règles de dossier",
    "bibliotheque": "Bibliothèque vue par l’indexeur",
    "lecteurs": "Lecture des fichiers",
    "suppressions": "Suppressions",
}


def diagnose(settings: Settings, programs: Collection[str], app_services: AppServices | None) -> Iterator[Finding]:
    """Check everything, and yield each finding as it comes: services may take seconds.

    `programs` are the names of the installed programs that read and draw files. Without `app_services`, which need a
    catalogue that opens, what they know is left out.
    """
    unwatched = app_services.catalogue.indexer.read_memo(UNWATCHED_MEMO) if app_services else None
    yield from check_machine(settings, programs, len(json.loads(unwatched or "[]")))
    if app_services:
        yield from _check_service(app_services)
    yield from check_services(settings)


def _check_service(app_services: AppServices) -> Iterator[Finding]:
    state = app_services.catalogue.indexer.read_state()
    is_stopped = state is None or state.phase is Phase.STOPPED
    for each in check_readiness(app_services):
        # A service that somebody has stopped is not broken.
        trouble = Level.WARNING if each.name == "indexeur" and is_stopped else Level.FAULT
        # Their messages say what to do as well.
        yield Finding(_SUBJECTS[each.name], Level.FINE if each.passed else trouble, each.message)
    yield _check_index_revision(app_services)
    if app_services.settings.deposit_mailbox_host:
        yield _check_mailbox_runs(app_services.catalogue.mailed_deposits.read_state())


def _check_mailbox_runs(state: MailboxState) -> Finding:
    subject = "Lecture de la boîte des dépôts"
    if state.checked is None:
        return find_warning(
            subject,
            "Elle n’a pas encore été lue.",
            "Lancez «\u00a0ruche digest\u00a0» chaque quart d’heure, comme pour les alertes.",
        )
    if state.error:
        return find_fault(subject, state.error, "Elle est relue d’elle-même, une heure plus tard au plus.")
    told = [f"{number} {each.label}" for each in MailFate if (number := (state.counts or {}).get(each.value))]
    return find_fine(subject, f"Messages depuis le début\u00a0: {', '.join(told) or 'aucun'}.")


def _check_index_revision(app_services: AppServices) -> Finding:
    subject = "Index et catalogue"
    indexed, last = app_services.search.indexed_revision, app_services.catalogue.revisions.read_last()
    if indexed is not None and indexed > last:
        return find_fault(
            subject,
            "L’index est plus récent que le catalogue, qui a sans doute été restauré.",
            "ruche rebuild",
        )
    if indexed is not None and indexed < last:
        return find_warning(
            subject,
            "L’index n’a pas encore tout ce qui est au catalogue.",
            "Rien, si l’indexeur est à l’œuvre\u00a0: il le rattrape. Sinon, «\u00a0ruche rebuild\u00a0».",
        )
    return find_fine(subject, "L’index suit le catalogue." if indexed is not None else "Pas encore d’index.")


def examine_catalogue(settings: Settings) -> Finding | None:
    """Look at a catalogue's file before it is opened, which would create or migrate it.

    None where it is whole and of this version, and where it lies on a server, which looks after its files itself.
    """
    file = sqlite_file(settings.catalogue_url)
    if file is None:
        return None
    if not file.exists():
        return find_fine("Catalogue", "Pas encore là\u00a0: «\u00a0ruche serve\u00a0» le crée.")
    try:
        revision = check_catalogue(file)
    except (sqlite3.Error, OSError) as error:
        return find_fault(
            "Catalogue",
            f"{file} est abîmé, ou n’est pas un catalogue ({error}).",
            "Mettez ce fichier de côté, puis restaurez une sauvegarde\u00a0: «\u00a0ruche restore\u00a0».",
        )
    if revision > HEAD:
        return find_fault(
            "Catalogue",
            "Il vient d’une version plus récente de Ruche.",
            "Installez-la de nouveau, ou restaurez une sauvegarde de celle-ci\u00a0: «\u00a0ruche restore\u00a0».",
        )
    if revision < HEAD:
        return find_warning(
            "Catalogue",
            "Il vient d’une version plus ancienne\u00a0: le prochain démarrage le met à jour.",
            "ruche upgrade, qui le sauvegarde d’abord.",
        )
    return None
