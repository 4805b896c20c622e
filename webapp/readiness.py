"""Readiness checks: whether members can find the library's documents; where not, what to do, in French."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.catalogue import Phase
from webapp.typography import count

if TYPE_CHECKING:
    from index.catalogue import IndexerState
    from index.search import Search
    from webapp.hive import Hive


@dataclass(frozen=True, slots=True)
class Control:
    """The result of one check: `message` is one French sentence, which says what to do where the check failed."""

    name: str
    passed: bool
    message: str


def controls(sources: Hive) -> tuple[Control, ...]:
    """Run all checks. Without a catalogue only that one is returned: the others would need it."""
    catalogue = _catalogue(answers=sources.catalogue.answers())
    if not catalogue.passed:
        return (catalogue,)
    # The web process only reads what the indexer last wrote of itself; before it ever ran there is nothing.
    state = sources.catalogue.indexer_state()
    found = [catalogue, _index(sources.search), _indexer(state, datetime.now(UTC))]
    return (*found, _library(state), _readers(state), _guard(state)) if state else tuple(found)


def _catalogue(*, answers: bool) -> Control:
    return _control(
        "catalogue",
        "Le catalogue répond.",
        ""
        if answers
        else "Le catalogue ne répond pas\u00a0: vérifiez la place sur le disque et les droits du dossier "
        "«\u00a0data\u00a0», ou la base que nomme le réglage «\u00a0catalogue\u00a0».",
    )


def _index(search: Search) -> Control:
    # No revision: nothing was ever built, or with another schema; the search answers with nothing until it is.
    preparing = (
        "Il n’y a pas encore d’index, ou il vient d’une autre version\u00a0: l’indexeur le construit. "
        "Si cela dure, lisez son journal."
    )
    return _control("index", "L’index répond.", preparing if search.revision is None else search.trouble())


def _indexer(state: IndexerState | None, now: datetime) -> Control:
    return _control("indexeur", "L’indexeur est à l’œuvre.", _silence(state, now))


def _silence(state: IndexerState | None, now: datetime) -> str:
    """Return why the indexer does not work, "" where it does."""
    if state is None:
        return "Aucun indexeur n’a encore travaillé ici\u00a0: lancez «\u00a0ruche serve\u00a0»."
    if state.phase is Phase.STOPPED:
        return "L’indexeur est arrêté\u00a0: rien de nouveau n’est lu. Relancez «\u00a0ruche serve\u00a0»."
    # A heartbeat that is too old: the indexer crashed or hangs, for it writes « stopped » when it ends in order.
    if state.silent(now):
        minutes = count(int((now - state.heartbeat).total_seconds() // 60), "minute")
        return (
            f"L’indexeur ne donne plus signe de vie depuis {minutes}\u00a0: rien de nouveau n’est lu. "
            "Lisez son journal\u00a0; un disque plein est la cause la plus fréquente."
        )
    return ""


# The indexer has one message at a time: it is about the readers or about the library, as its phase says.
def _library(state: IndexerState) -> Control:
    return _control("bibliotheque", "La bibliothèque s’ouvre.", "" if _lacks_readers(state) else state.message)


def _readers(state: IndexerState) -> Control:
    return _control("lecteurs", "Les fichiers peuvent être lus.", state.message if _lacks_readers(state) else "")


def _lacks_readers(state: IndexerState) -> bool:
    return state.phase is Phase.WITHOUT_READERS


def _guard(state: IndexerState) -> Control:
    return _control("suppressions", "Aucune suppression n’attend de confirmation.", state.guard)


def _control(name: str, fine: str, trouble: str) -> Control:
    return Control(name, passed=not trouble, message=trouble or fine)
