"""Administration of groups, and of the folders that only some groups may see."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.accounts import (
    FolderRule,
    FolderRuleUnknownError,
    Group,
    GroupInUseError,
    GroupUnknownError,
    normalise_folder,
)
from index.catalogue import BUILT_IN_GROUPS, WiderRuleError
from index.model import normalise_path
from index.text import fold_accents
from index.vocabulary import slugify
from webapp.admin.view_as import list_view_choices
from webapp.auth import current_account_id, current_groups, restrict_to_administrators
from webapp.deposits import list_folders
from webapp.server import format_count, quote_text, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from index.catalogue import RuleEffect

group_blueprint = restrict_to_administrators(Blueprint("groups", __name__, url_prefix="/administration/groupes"))

MAX_LABEL_LENGTH = 80


@group_blueprint.get("")
def show() -> str:
    """List the groups with their number of members, and the folder rules."""
    catalogue = services().catalogue
    custom_groups = catalogue.access.rules.list_groups()
    rules, folders = catalogue.access.rules.list_folder_rules(), _list_all_folders()
    there = {"", *map(normalise_path, folders)}
    return render_template(
        "administration/groups.html",
        groups=custom_groups,
        members=Counter(group for account in catalogue.access.accounts.list_all() for group in account.groups),
        rules=rules,
        lost=catalogue.folders.list_lost_rules(),
        absent={each.folder for each in rules if normalise_path(each.folder) not in there},
        choices=[*custom_groups, *BUILT_IN_GROUPS],
        labels=_list_labels(),
        folders=_list_folder_choices(folders),
        tree=_build_tree(folders),
        views=list_view_choices(),
        missing=len(_list_missing_territories()),
    )


@group_blueprint.post("")
def keep() -> Response:
    """Create a group, or rename one."""
    label = " ".join(request.form.get("nom", "").split())[:MAX_LABEL_LENGTH]
    # Renaming keeps the slug: memberships and folder rules refer to it.
    name = request.form.get("groupe") or slugify(label)
    if not label or not name:
        return _redirect_with_message("Donnez un nom au groupe.", "error")
    known = {each.name for each in services().catalogue.access.rules.list_groups()}
    if request.form.get("groupe") and name not in known:
        # Saving would make it anew.
        return _redirect_with_message("Ce groupe n’existe pas, ou n’existe plus.", "error")
    # Saving would silently rename the group that already has this slug.
    if not request.form.get("groupe") and name in known:
        return _redirect_with_message(f"Un groupe porte déjà ce nom ou presque\u00a0: {quote_text(label)}.", "error")
    try:
        services().catalogue.access.rules.save_group(Group(name, label), current_account_id())
    except GroupInUseError as error:
        return _redirect_with_message(str(error), "error")
    return _redirect_with_message(f"Le groupe {quote_text(label)} est enregistré.")


@group_blueprint.post("/territoires")
def create_for_territories() -> Response:
    """Create the groups that are missing, one for each territory of the vocabulary."""
    missing = _list_missing_territories()
    for each in missing:
        services().catalogue.access.rules.save_group(each, current_account_id())
    return _redirect_with_message(
        f"{format_count(len(missing), 'groupe est créé', 'groupes sont créés')}, sans personne pour l’instant."
        if missing
        else "Chaque territoire a déjà son groupe."
    )


def _list_missing_territories() -> list[Group]:
    known = {each.name for each in services().catalogue.access.rules.list_groups()}
    # A built-in group may bear the name of a place, and is none of these.
    known |= {each.name for each in BUILT_IN_GROUPS}
    territories = services().vocabulary.territories
    return [Group(name, each.label[:MAX_LABEL_LENGTH]) for name, each in territories.items() if name not in known]


@group_blueprint.post("/retrait")
def drop() -> Response:
    """Delete a group for which no folder is reserved."""
    try:
        services().catalogue.access.rules.delete_group(request.form.get("groupe", ""), current_account_id())
    except (GroupInUseError, GroupUnknownError) as error:
        return _redirect_with_message(str(error), "error")
    return _redirect_with_message("Le groupe est supprimé\u00a0; ses membres gardent leur compte.")


@group_blueprint.post("/dossiers")
def keep_folder() -> Response | str:
    """Reserve a folder for some groups, once who makes a rule that shows more has confirmed it.

    `ancien` is the folder of a rule that has lost it, and now applies to this one.
    """
    given, replaced = request.form.get("dossier", "").strip(), request.form.get("ancien", "")
    # An empty path would mean the whole library, and may be a field left blank: « / » says it on purpose.
    if not given:
        return _redirect_with_message(
            "Choisissez le dossier\u00a0; «\u00a0/\u00a0» désigne toute la bibliothèque.", "error"
        )
    folder = _find_folder(normalise_folder(given))
    if folder is None:
        # A mistyped name would protect nothing, and nobody would know.
        return _redirect_with_message(
            f"Aucun dossier ne s’appelle {quote_text(normalise_folder(given))}\u00a0: choisissez-le dans la liste. "
            "La règle n’est pas enregistrée.",
            "error",
        )
    rule = FolderRule(folder, frozenset(request.form.getlist("visible")))
    if not rule.groups:
        return _redirect_with_message("Choisissez au moins un groupe qui verra ce dossier.", "error")
    rules = services().catalogue.access.rules
    try:
        effect = rules.save_folder_rule(rule, current_account_id(), replaced, request.form.get("effet", ""))
    except WiderRuleError as error:
        return _ask_confirmation(rule, error.effect, replaced)
    except GroupUnknownError as error:
        return _redirect_with_message(str(error), "error")
    return _redirect_with_message(f"Règle enregistrée\u00a0: {_describe_effect(effect)}.")


@group_blueprint.post("/dossiers/retrait")
def drop_folder() -> Response | str:
    """Remove a folder's rule, once it is confirmed where that shows more: the rule of its parent then applies."""
    folder, rules = request.form.get("dossier", ""), services().catalogue.access.rules
    try:
        effect = rules.delete_folder_rule(folder, current_account_id(), request.form.get("effet", ""))
    except WiderRuleError as error:
        return _ask_confirmation(FolderRule(folder, frozenset()), error.effect)
    except FolderRuleUnknownError as error:
        # A page of before: its rule has followed the folder, and is still in force there.
        return _redirect_with_message(str(error), "error")
    return _redirect_with_message(f"Règle retirée\u00a0: {_describe_effect(effect)}.")


def _ask_confirmation(rule: FolderRule, effect: RuleEffect, replaced: str = "") -> str:
    return render_template(
        "administration/folder_rule.html",
        rule=rule,
        replaced=replaced,
        effect=_describe_effect(effect),
        agreed_to=effect.etag,
        # The person had agreed to something else: documents came or went since.
        again="effet" in request.form,
        labels=_list_labels(),
    )


def _list_labels() -> dict[str, str]:
    custom_groups = services().catalogue.access.rules.list_groups()
    return {each.name: each.label for each in (*custom_groups, *BUILT_IN_GROUPS)}


def _list_all_folders() -> list[str]:
    """List the library's folders, empty and excluded ones too: a rule may be made before files come."""
    # Part by part, so that subfolders follow their parent.
    return sorted(
        {*list_folders(), *services().catalogue.folders.list_present()},
        key=lambda path: [fold_accents(part) for part in path.split("/")],
    )


@dataclass(frozen=True, slots=True)
class _FolderNode:
    """A folder of the tree, with its number in the page.

    `documents` counts those that the administrator sees, `seen_by` names the groups that see the folder.
    """

    number: int
    path: str
    name: str
    documents: int
    seen_by: tuple[str, ...]
    ruled: bool
    children: tuple[_FolderNode, ...]


def _build_tree(folders: list[str]) -> tuple[_FolderNode, ...]:
    """Build the tree of the library's folders; `folders` has each folder after those that it is in."""
    catalogue, labels = services().catalogue, _list_labels()
    # Of what this person may see: a number must tell nobody what they may not read.
    counts, audiences = catalogue.folders.count_documents(current_groups()), catalogue.files.read_place_audiences()
    ruled = {normalise_path(each.folder) for each in catalogue.access.rules.list_folder_rules()}
    # By parent: each folder is looked at once, however deep the tree.
    inside: dict[str, list[str]] = {}
    for path in folders:
        inside.setdefault(path.rpartition("/")[0], []).append(path)

    # Names of elements of the page may hold no space.
    numbers = {path: number for number, path in enumerate(folders)}

    def build(path: str) -> _FolderNode:
        # Rules are asked about files: « … » stands for any file of the folder.
        groups = audiences.find(f"{path}/…" if path else "…")
        return _FolderNode(
            numbers[path],
            path,
            path.rpartition("/")[2],
            counts.get(path, 0),
            tuple(sorted(labels.get(each, each) for each in groups)),
            normalise_path(path) in ruled,
            tuple(build(each) for each in inside.get(path, ())),
        )

    # A folder whose parent is not known stands at the top.
    known = set(folders)
    tops = [path for path in folders if path.rpartition("/")[0] not in known]
    return tuple(build(path) for path in tops)


def _list_folder_choices(folders: list[str]) -> list[tuple[str, str]]:
    # Of what this person may see: a number must tell nobody what they may not read.
    counts = services().catalogue.folders.count_documents(current_groups())
    names = [("/", "/ (toute la bibliothèque)", ""), *((path, path, path) for path in folders)]
    choices = [(value, f"{name}\u00a0– {format_count(counts.get(path, 0), 'document')}") for value, name, path in names]
    return [("", "Choisissez un dossier"), *choices]


def _find_folder(given: str) -> str | None:
    """Return a folder as the library spells it; None where there is none of this name."""
    if not given:
        return given
    folders = _list_all_folders()
    alike = {normalise_path(path): path for path in reversed(folders)}
    return given if given in folders else alike.get(normalise_path(given))


def _describe_effect(effect: RuleEffect) -> str:
    """Return how many documents change readers, and for whom."""
    if not effect.changed:
        return "aucun document ne change de lecteurs"
    labels = _list_labels()
    more = [(count, "de plus pour", group) for group, count in sorted(effect.gained.items())]
    less = [(count, "de moins pour", group) for group, count in sorted(effect.lost.items())]
    changes = ", ".join(
        f"{count}\u00a0{sense} {quote_text(labels.get(group, group))}" for count, sense, group in (*less, *more)
    )
    changed = format_count(effect.changed, "document change", "documents changent")
    return f"{changed} de lecteurs ({changes})" if changes else f"{changed} de lecteurs"


def _redirect_with_message(message: str, category: str = "success") -> Response:
    flash(message, category)
    return redirect(url_for("groups.show"), HTTPStatus.SEE_OTHER)
