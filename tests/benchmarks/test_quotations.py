"""The scripted answers, short, over a small library: nothing is shown that is not the documents' own."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from benchmarks.bench_quotations import SCRIPTS, SHOWABLE, is_founded, list_reserved_sentences, run_scripts
from index.accounts import CONSOLE, FolderRule, Group
from index.assistant import Quotation
from index.catalogue import Catalogue
from index.generations import IndexSynchroniser
from index.model import Locator, Passage, Unit
from index.search import DocumentPassage, Fragment, Question, open_search
from tests.composition import load_vocabulary
from tests.index.assistant.sources import document
from tests.webapp.small_library import Entry, build

if TYPE_CHECKING:
    from pathlib import Path

_TEXTS = {
    "ouvert/Guide.pdf": "La CAF de l’Essonne ne verse pas cette aide. Elle reçoit 120 foyers chaque mois au guichet.",
    "reserve/Note.pdf": "La note réservée parle du guichet et des foyers de la rue Neuve. Elle ne sort pas d’ici.",
}


def test_nothing_is_shown_that_is_not_the_documents_own(tmp_path: Path) -> None:
    """Of answers of all kinds, only those that hold words of what was sent show any, and nothing reserved is sent."""
    entries = [
        Entry(path, "pdf", path, (Passage(0, Locator(Unit.PAGE, 1), text),), content=path.encode())
        for path, text in _TEXTS.items()
    ]
    settings = build(tmp_path, more=entries).settings
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        catalogue.access.rules.save_group(Group("reserve", "Réservé"), CONSOLE)
        catalogue.access.rules.save_folder_rule(FolderRule("reserve", frozenset({"reserve"})), CONSOLE)
        with IndexSynchroniser(settings.index_folder, catalogue) as synchroniser:
            synchroniser.synchronise()
        search, groups = open_search(settings, catalogue, load_vocabulary()), Question().groups
        hidden = list_reserved_sentences(catalogue, groups)
        tallies, sent = run_scripts(search, groups, hidden, ["guichet foyers", "aide"], 2 * len(SCRIPTS))
    assert hidden == ["La note réservée parle du guichet et des foyers de la rue Neuve."]
    assert not [each for each in hidden if each in sent]
    assert {kind for kind, each in tallies.items() if each.shown} == SHOWABLE
    assert {each.unfounded for each in tallies.values()} == {0}
    assert {kind for kind, each in tallies.items() if not each.refused} == SHOWABLE | {"prose"}


def test_the_measure_itself_can_fail() -> None:
    """A sentence that was altered stands in no passage."""
    passage = DocumentPassage(document("Guide"), Passage(0, Locator(Unit.PAGE, 1), "Elle reçoit 120\nfoyers."))
    for words, founded in (("Elle reçoit 120 foyers.", True), ("Elle reçoit 126 foyers.", False)):
        quotation = Quotation(passage.document, passage.passage.locator, "", (Fragment(words),))
        assert is_founded(quotation, [passage]) is founded
