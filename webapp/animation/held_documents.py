"""Documents that would be shown to more people than before, for someone who sees them to agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.catalogue import BUILT_IN_GROUPS, Decided, HoldReason
from webapp.auth import current_account_id, current_groups, may_administrate, restrict_to_animators
from webapp.server import format_count, quote_text, services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response

    from index.catalogue import HeldDocument

held_blueprint = restrict_to_animators(Blueprint("held_documents", __name__, url_prefix="/animation/retenus"))

_MAX_DOCUMENTS = 200
"""Documents on the page, and in one decision: those decided make room for the next."""

_MAX_AGREED = 20
"""Documents shown lately: the audit has the others."""

_HIDDEN_PLACE = "un dossier que vous ne voyez pas"
_NOTHING_CHOSEN = "Rien n’a changé\u00a0: cochez au moins un document."


@held_blueprint.get("")
def show() -> str:
    """List the documents that wait for someone of the person's groups."""
    holds = services().catalogue.holds
    found, agreed = holds.list_held(current_groups(), _MAX_DOCUMENTS), holds.list_agreed(current_groups(), _MAX_AGREED)
    return render_template(
        "animation/held_documents.html",
        waiting=[each for each in found if not each.kept],
        kept=[each for each in found if each.kept],
        agreed=agreed,
        total=holds.count_undecided(current_groups()),
        others=holds.count_others(current_groups()) if may_administrate() else {},
        name_groups=_name_groups,
        explain=_explain,
        open_to_me=services().catalogue.documents.find_each(
            [*(each.id for each in found), *(each.id for each in agreed)], current_groups()
        ),
    )


@held_blueprint.post("")
def decide() -> Response:
    """Show the chosen documents, or record that they stay reserved: those that still are as the page showed them."""
    shown = dict(each.split("=", 1) for each in _read_chosen() if "=" in each)
    mine, me = current_groups(), current_account_id()
    with services().catalogue.transaction() as transaction:
        # Ids come from a form: documents of other groups are left alone, as if they did not exist.
        match request.form.get("decision"):
            case "montrer":
                decided = transaction.holds.agree(shown, mine, me)
                done = f"{format_count(decided.done, 'document est montré', 'documents sont montrés')}."
            case "garder":
                decided = transaction.holds.keep(shown, mine, me)
                kept = format_count(decided.done, "document reste réservé", "documents restent réservés")
                done = f"{kept}. Remettez chaque fichier dans le dossier d’où il vient, ou supprimez sa copie."
            case _:
                decided, done = Decided(0, 0), ""
    if decided.done:
        flash(done, "success")
    if decided.changed:
        flash(_describe_changed(decided.changed), "error")
    elif not decided.done:
        flash(_NOTHING_CHOSEN, "error")
    return redirect(url_for("held_documents.show"), 303)


@held_blueprint.post("/reprise")
def withdraw() -> Response:
    """Hold again the chosen documents, which someone agreed to show."""
    with services().catalogue.transaction() as transaction:
        count = transaction.holds.withdraw(_read_chosen(), current_groups(), current_account_id())
    if count:
        again = format_count(count, "document est retenu de nouveau", "documents sont retenus de nouveau")
        flash(f"{again}\u00a0; qui l’a lu entre-temps l’a lu.", "success")
    else:
        flash(_NOTHING_CHOSEN, "error")
    return redirect(url_for("held_documents.show"), 303)


def _read_chosen() -> list[str]:
    return request.form.getlist("document")[:_MAX_DOCUMENTS]


def _describe_changed(count: int) -> str:
    about = format_count(count, "document n’est plus", "documents ne sont plus")
    return (
        f"{about} comme la page le montrait\u00a0: le contenu, le nom, la place ou les lecteurs à venir ont changé, "
        "ou quelqu’un a déjà décidé. Rien n’a été fait pour ce qui a changé\u00a0: relisez la liste avant de décider."
    )


def _name_groups(groups: Iterable[str]) -> str:
    """Return groups as people read them: « Conseil, l’équipe d’animation »."""
    custom = services().catalogue.access.rules.list_groups()
    labels = {each.name: each.label for each in (*custom, *BUILT_IN_GROUPS)}
    return ", ".join(sorted((labels.get(each, each) for each in groups), key=str.casefold))


def _explain(held: HeldDocument) -> str:
    """Return why a document waits, in French; a place that the person does not see is not named."""
    places = " et ".join(map(quote_text, held.paths))
    match held.reason:
        case HoldReason.MOVED:
            seen = services().catalogue.files.filter_visible([held.origin], current_groups())
            origin = f"de {quote_text(held.origin)}" if seen else f"d’{_HIDDEN_PLACE}"
            return f"déplacé {origin} vers {places or _HIDDEN_PLACE}"
        case HoldReason.PART:
            return f"{places or 'un fichier'}\u00a0: un autre fichier de ce replay, réservé, n’est plus avec lui"
        case HoldReason.COPY:
            return f"copie d’un document réservé à {_name_groups(held.groups)}, mise dans {places or _HIDDEN_PLACE}"
        case HoldReason.RULE:
            return f"la règle qui réservait {places or 'son dossier'} ne s’applique plus"
