"""Documents that would be shown to more people than before, for someone who sees them to agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.catalogue import BUILT_IN_GROUPS, HoldReason
from webapp.auth import current_account_id, current_groups, may_administrate, restrict_to_animators
from webapp.server import format_count, services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response

    from index.catalogue import HeldDocument

held_blueprint = restrict_to_animators(Blueprint("held_documents", __name__, url_prefix="/animation/retenus"))

_MAX_DOCUMENTS = 200
"""Documents on the page, and in one decision: those decided make room for the next."""

_AGREE, _KEEP = "montrer", "garder"


@held_blueprint.get("")
def show() -> str:
    """List the documents that wait for someone of the person's groups."""
    holds = services().catalogue.holds
    found = holds.list_held(current_groups(), _MAX_DOCUMENTS)
    return render_template(
        "animation/held_documents.html",
        waiting=[each for each in found if not each.kept],
        kept=[each for each in found if each.kept],
        total=holds.count_undecided(current_groups()),
        others=holds.count_others(current_groups()) if may_administrate() else {},
        name_groups=_name_groups,
        explain=_explain,
        open_to_me=services().catalogue.documents.find_each([each.id for each in found], current_groups()),
        decisions={"agree": _AGREE, "keep": _KEEP},
    )


@held_blueprint.post("")
def decide() -> Response:
    """Show the chosen documents, or record that they stay reserved."""
    # Ids come from a form: documents of other groups are left alone, as if they did not exist.
    chosen, mine = request.form.getlist("document")[:_MAX_DOCUMENTS], current_groups()
    with services().catalogue.transaction() as transaction:
        decision = request.form.get("decision")
        if decision == _AGREE:
            count = transaction.holds.agree(chosen, mine, current_account_id())
            done = f"{format_count(count, 'document est montré', 'documents sont montrés')}."
        elif decision == _KEEP:
            count = transaction.holds.keep(chosen, mine, current_account_id())
            kept = format_count(count, "document reste réservé", "documents restent réservés")
            done = f"{kept}. Remettez chaque fichier dans le dossier d’où il vient, ou supprimez sa copie."
        else:
            count, done = 0, ""
    if count:
        flash(done, "success")
    else:
        flash("Rien n’a changé\u00a0: cochez au moins un document.", "error")
    return redirect(url_for("held_documents.show"), 303)


def _name_groups(groups: Iterable[str]) -> str:
    """Return groups as people read them: « Conseil, l’équipe d’animation »."""
    custom = services().catalogue.access.rules.list_groups()
    labels = {each.name: each.label for each in (*custom, *BUILT_IN_GROUPS)}
    return ", ".join(sorted((labels.get(each, each) for each in groups), key=str.casefold))


def _explain(held: HeldDocument) -> str:
    """Return why a document waits, in French; a place that the person does not see is not named."""
    to = f"vers «\u00a0{held.path}\u00a0»" if held.path else "vers un dossier que vous ne voyez pas"
    match held.reason:
        case HoldReason.MOVED:
            seen = services().catalogue.files.filter_visible([held.origin], current_groups())
            origin = f"de «\u00a0{held.origin}\u00a0»" if seen else "d’un dossier que vous ne voyez pas"
            return f"déplacé {origin} {to}"
        case HoldReason.COPY:
            place = (
                f"mise dans «\u00a0{held.path}\u00a0»" if held.path else "mise dans un dossier que vous ne voyez pas"
            )
            return f"copie d’un document réservé à {_name_groups(held.groups)}, {place}"
        case HoldReason.RULE:
            place = f"«\u00a0{held.path}\u00a0»" if held.path else "son dossier"
            return f"la règle qui réservait {place} ne s’applique plus"
