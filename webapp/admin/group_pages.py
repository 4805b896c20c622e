"""Administration of groups, and of the folders that only some groups may see."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.accounts import FolderRule, Group, GroupInUseError, GroupUnknownError, normalise_folder
from index.catalogue import BUILT_IN_GROUPS
from index.vocabulary import slugify
from webapp.auth import current_account_id, restrict_to_administrators
from webapp.deposits import list_folders
from webapp.server import format_count, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

group_blueprint = restrict_to_administrators(Blueprint("groups", __name__, url_prefix="/administration/groupes"))

MAX_LABEL_LENGTH = 80


@group_blueprint.get("")
def show() -> str:
    """List the groups with their number of members, and the folder rules."""
    catalogue = services().catalogue
    custom_groups = catalogue.access.rules.list_groups()
    return render_template(
        "administration/groups.html",
        groups=custom_groups,
        members=Counter(group for account in catalogue.access.accounts.list_all() for group in account.groups),
        rules=catalogue.access.rules.list_folder_rules(),
        choices=[*custom_groups, *BUILT_IN_GROUPS],
        labels={each.name: each.label for each in (*custom_groups, *BUILT_IN_GROUPS)},
        folders=list_folders(),
    )


@group_blueprint.post("")
def keep() -> Response:
    """Create a group, or rename one."""
    label = " ".join(request.form.get("nom", "").split())[:MAX_LABEL_LENGTH]
    # Renaming keeps the slug: memberships and folder rules refer to it.
    name = request.form.get("groupe") or slugify(label)
    if not label or not name:
        return _redirect_with_message("Donnez un nom au groupe.", "error")
    # Saving would silently rename the group that already has this slug.
    if not request.form.get("groupe") and name in {
        each.name for each in services().catalogue.access.rules.list_groups()
    }:
        return _redirect_with_message(f"Un groupe porte déjà ce nom ou presque\u00a0: «\u00a0{label}\u00a0».", "error")
    try:
        services().catalogue.access.rules.save_group(Group(name, label), current_account_id())
    except GroupInUseError as error:
        return _redirect_with_message(str(error), "error")
    return _redirect_with_message(f"Le groupe «\u00a0{label}\u00a0» est enregistré.")


@group_blueprint.post("/retrait")
def drop() -> Response:
    """Delete a group for which no folder is reserved."""
    try:
        services().catalogue.access.rules.delete_group(request.form.get("groupe", ""), current_account_id())
    except (GroupInUseError, GroupUnknownError) as error:
        return _redirect_with_message(str(error), "error")
    return _redirect_with_message("Le groupe est supprimé\u00a0; ses membres gardent leur compte.")


@group_blueprint.post("/dossiers")
def keep_folder() -> Response:
    """Reserve a folder for some groups."""
    given = request.form.get("dossier", "").strip()
    # An empty path would mean the whole library, and may be a field left blank: « / » says it on purpose.
    if not given:
        return _redirect_with_message(
            "Écrivez le chemin du dossier\u00a0; «\u00a0/\u00a0» désigne toute la bibliothèque.", "error"
        )
    rule = FolderRule(normalise_folder(given), frozenset(request.form.getlist("visible")))
    try:
        changed = services().catalogue.access.rules.save_folder_rule(rule, current_account_id())
    except GroupUnknownError as error:
        return _redirect_with_message(str(error), "error")
    if rule.folder and rule.folder not in list_folders():
        # A mistyped name would protect nothing, and nobody would know.
        return _redirect_with_message(
            f"Règle enregistrée, mais aucun dossier ne s’appelle «\u00a0{rule.folder}\u00a0».", "warning"
        )
    return _redirect_with_message(f"Règle enregistrée\u00a0: {_describe_audience_change(changed)}.")


@group_blueprint.post("/dossiers/retrait")
def drop_folder() -> Response:
    """Remove a folder's rule: the rule of its parent then applies."""
    changed = services().catalogue.access.rules.delete_folder_rule(
        request.form.get("dossier", ""), current_account_id()
    )
    return _redirect_with_message(f"Règle retirée\u00a0: {_describe_audience_change(changed)}.")


def _describe_audience_change(changed: int) -> str:
    if not changed:
        return "aucun document ne change de lecteurs"
    return f"{format_count(changed, 'document change', 'documents changent')} de lecteurs dès maintenant"


def _redirect_with_message(message: str, category: str = "success") -> Response:
    flash(message, category)
    return redirect(url_for("groups.show"), HTTPStatus.SEE_OTHER)
