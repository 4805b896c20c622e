"""What persons had decided before a change to many documents, as forms carry it, so that undoing restores it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.catalogue import Decisions, MetadataField
from index.model import MANUAL_FACETS, Facet
from webapp.animation import form_choices
from webapp.auth import current_account_id, current_groups
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.catalogue import DocumentDecisions, Transaction

FACETS_BY_NAME = {facet.value: facet for facet in (*MANUAL_FACETS, Facet.EVENT)}
"""What can be changed for many documents at once, by its name in forms."""


def _encode_earlier(known: DocumentDecisions, facet: Facet, value: str) -> str:
    """Return what was decided about a value: `+` chosen, `-` declined, `@event`, or "" for nothing."""
    if facet is Facet.EVENT:
        decision = known.fields.get(MetadataField.EVENT)
        return f"@{decision.value}" if decision else ""
    for each in known.tags:
        if (each.facet, each.value) == (facet, value):
            return "+" if each.chosen else "-"
    return ""


def _build_undo(facet: Facet, value: str, before: str) -> Decisions:
    """Return the decisions that restore an earlier state, as `_encode_earlier` gives it."""
    if facet is Facet.EVENT:
        return Decisions(fields={MetadataField.EVENT: before.removeprefix("@") if before.startswith("@") else None})
    if before == "+":
        return Decisions(choose=form_choices.build_animator_tags(facet, [value]))
    if before == "-":
        return Decisions(decline=((facet, value),))
    return Decisions(undecide=((facet, value),))


def list_earlier_decisions(document_id: str, decisions: Decisions) -> list[str]:
    """Return what decisions are about to replace: « id facet:value=before », one for each."""
    known = services().catalogue.decisions.find(document_id)
    changed = [*((tag.facet, tag.value) for tag in decisions.choose), *decisions.decline]
    changed += [(Facet.EVENT, said or "") for name, said in decisions.fields.items() if name is MetadataField.EVENT]
    return [f"{document_id} {facet.value}:{value}={_encode_earlier(known, facet, value)}" for facet, value in changed]


def restore_earlier_decisions(transaction: Transaction, encoded: Iterable[str]) -> None:
    """Undo changes, of documents that the person may see; what a form has spoilt is passed over."""
    for each in encoded:
        id_, _, change = each.partition(" ")
        named, _, before = change.rpartition("=")
        facet_name, _, value = named.partition(":")
        facet = FACETS_BY_NAME.get(facet_name)
        # The ids come from a form: the person must be allowed to see each of them, and the event it names.
        if facet and _is_known(facet, value, before) and services().catalogue.documents.find(id_, current_groups()):
            transaction.decisions.decide([id_], _build_undo(facet, value, before), current_account_id())


def _is_known(facet: Facet, value: str, before: str) -> bool:
    if facet is Facet.EVENT:
        return before in {"", "@"} or before.removeprefix("@") in dict(form_choices.list_event_choices())
    return value in services().vocabulary.entries_of(facet)
