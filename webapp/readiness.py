"""Whether members find what the library holds; where not, what is in the way, in French."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webapp.hive import Hive


@dataclass(frozen=True, slots=True)
class Control:
    """One thing that must hold, whether it does, and one sentence about it that says what to do where it does not."""

    name: str
    passed: bool
    message: str


def controls(sources: Hive) -> tuple[Control, ...]:
    """All that must hold; without a catalogue nothing else can be told."""
    catalogue = _catalogue(sources)
    return (catalogue, _index(sources)) if catalogue.passed else (catalogue,)


def _catalogue(sources: Hive) -> Control:
    if sources.catalogue.answers():
        return Control("catalogue", passed=True, message="Le catalogue répond.")
    return Control(
        "catalogue",
        passed=False,
        message="Le catalogue ne répond pas\u00a0: vérifiez la place sur le disque et les droits du dossier "
        "«\u00a0data\u00a0», ou la base que nomme le réglage «\u00a0catalogue\u00a0».",
    )


def _index(sources: Hive) -> Control:
    if sources.search.revision is not None:
        return Control("index", passed=True, message="L’index est ouvert.")
    return Control(
        "index",
        passed=False,
        message="Il n’y a pas encore d’index, ou il vient d’une autre version\u00a0: l’indexeur le construit. "
        "Si cela dure, lisez son journal.",
    )
