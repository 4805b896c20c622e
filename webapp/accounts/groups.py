"""Administration of groups, and of the folders that only some groups may see."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.accounts import FolderRule, Group, GroupInUseError, GroupUnknownError, folder_of
from index.catalogue.people.rules import BUILT_IN
from index.vocabulary import slug_of
from webapp.animation.deposit import every_folder
from webapp.hive import hive
from webapp.identity import only_for_administrators, who
from webapp.typography import count

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = only_for_administrators(Blueprint("groups", __name__, url_prefix="/administration/groupes"))

LONGEST_LABEL = 80


@blueprint.get("")
def show() -> str:
    """List the groups with their number of members, and the folder rules."""
    catalogue = hive().catalogue
    made = catalogue.rules.groups()
    return render_template(
        "administration/groups.html",
        groups=made,
        members=Counter(group for account in catalogue.accounts.all() for group in account.groups),
        rules=catalogue.rules.folders(),
        choices=[*made, *BUILT_IN],
        labels={each.name: each.label for each in (*made, *BUILT_IN)},
        folders=every_folder(),
    )


@blueprint.post("")
def keep() -> Response:
    """Create a group, or rename one."""
    label = " ".join(request.form.get("nom", "").split())[:LONGEST_LABEL]
    # Renaming keeps the slug: memberships and folder rules refer to it.
    name = request.form.get("groupe") or slug_of(label)
    if not label or not name:
        return _back("Donnez un nom au groupe.", "error")
    # Saving would silently rename the group that already has this slug.
    if not request.form.get("groupe") and name in {each.name for each in hive().catalogue.rules.groups()}:
        return _back(f"Un groupe porte déjà ce nom ou presque\u00a0: «\u00a0{label}\u00a0».", "error")
    try:
        hive().catalogue.rules.keep_group(Group(name, label), who())
    except GroupInUseError as error:
        return _back(str(error), "error")
    return _back(f"Le groupe «\u00a0{label}\u00a0» est enregistré.")


@blueprint.post("/retrait")
def drop() -> Response:
    """Delete a group for which no folder is reserved."""
    try:
        hive().catalogue.rules.drop_group(request.form.get("groupe", ""), who())
    except (GroupInUseError, GroupUnknownError) as error:
        return _back(str(error), "error")
    return _back("Le groupe est supprimé\u00a0; ses membres gardent leur compte.")


@blueprint.post("/dossiers")
def keep_folder() -> Response:
    """Reserve a folder for some groups."""
    given = request.form.get("dossier", "").strip()
    # An empty path would mean the whole library, and may be a field left blank: « / » says it on purpose.
    if not given:
        return _back("Écrivez le chemin du dossier\u00a0; «\u00a0/\u00a0» désigne toute la bibliothèque.", "error")
    rule = FolderRule(folder_of(given), frozenset(request.form.getlist("visible")))
    try:
        changed = hive().catalogue.rules.keep_folder(rule, who())
    except GroupUnknownError as error:
        return _back(str(error), "error")
    if rule.folder and rule.folder not in every_folder():
        # A mistyped name would protect nothing, and nobody would know.
        return _back(f"Règle enregistrée, mais aucun dossier ne s’appelle «\u00a0{rule.folder}\u00a0».", "warning")
    return _back(f"Règle enregistrée\u00a0: {_documents(changed)}.")


@blueprint.post("/dossiers/retrait")
def drop_folder() -> Response:
    """Remove a folder's rule: the rule of its parent then applies."""
    changed = hive().catalogue.rules.drop_folder(request.form.get("dossier", ""), who())
    return _back(f"Règle retirée\u00a0: {_documents(changed)}.")


def _documents(changed: int) -> str:
    if not changed:
        return "aucun document ne change de lecteurs"
    return f"{count(changed, 'document change', 'documents changent')} de lecteurs dès maintenant"


def _back(told: str, category: str = "success") -> Response:
    flash(told, category)
    return redirect(url_for("groups.show"), HTTPStatus.SEE_OTHER)
