"""An unmounted, emptied or half-seen library never empties the index."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index.catalogue.file_statuses import FileState, StatusFilter
from indexer.reconcile.removals import Losses
from tests.indexer.conftest import Bench, only

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("losses", "stopped"),
    [
        (Losses(missing=0, recent=0, known=0), False),
        (Losses(missing=0, recent=9, known=1), False),
        (Losses(missing=5, recent=0, known=5), False),
        (Losses(missing=6, recent=0, known=6), True),
        (Losses(missing=6, recent=0, known=20), True),
        (Losses(missing=6, recent=0, known=21), False),
        (Losses(missing=1, recent=29, known=71), True),
        (Losses(missing=1, recent=28, known=72), False),
    ],
)
def test_when_losses_are_too_many(losses: Losses, *, stopped: bool) -> None:
    """Six files at least, and three in ten of those there were; what was lost lately counts too."""
    assert losses.is_suspicious(0.3) is stopped


@pytest.fixture
def eight(bench: Bench) -> Bench:
    """A library of eight files, indexed."""
    for number in range(8):
        bench.put(f"dossier/{number}.txt", f"la CAF numéro {number}")
    bench.step()
    return bench


def test_losses_are_held_back_and_told(eight: Bench, tmp_path: Path) -> None:
    """Nothing is forgotten, each file says so, and all goes on by itself once the files are back."""
    shutil.move(eight.library / "dossier", tmp_path / "ailleurs")
    assert "8 fichiers ne sont plus dans la bibliothèque" in eight.step().guard_message
    assert len(eight.found("caf")) == 8
    state = eight.catalogue.indexer.read_state()
    assert state is not None
    assert (state.held, bool(state.guard)) == (8, True)
    assert "suspendu" in eight.catalogue.file_statuses.find()[0].reason
    shutil.move(tmp_path / "ailleurs", eight.library / "dossier")
    outcome = eight.step()
    assert (outcome.changes, outcome.guard_message) == (0, "")
    assert eight.catalogue.files.find_held_removals() == {}


def test_what_arrives_meanwhile_is_indexed(eight: Bench) -> None:
    """New files and moved ones do no harm: they are seen to while removals wait."""
    (eight.library / "0.txt").write_bytes((eight.library / "dossier" / "0.txt").read_bytes())
    shutil.rmtree(eight.library / "dossier")
    eight.put("nouveau.txt", "la MSA")
    assert "7 fichiers" in eight.step().guard_message
    only(eight, "msa")
    assert {path for each in eight.found("caf") for path in each.paths} >= {"0.txt", "dossier/1.txt"}


def test_a_person_agrees(eight: Bench) -> None:
    """What was confirmed is forgotten; what goes after is not."""
    shutil.rmtree(eight.library / "dossier")
    for number in range(8):
        eight.put(f"autre/{number}.txt", f"la MSA numéro {number}")
    eight.step()
    with eight.catalogue.transaction() as transaction:
        assert transaction.files.confirm_removals("Ada") == 8
    shutil.rmtree(eight.library / "autre")
    assert "8 fichiers" in eight.step().guard_message
    assert eight.found("caf") == []
    assert len(eight.found("msa")) == 8


def test_an_agreement_outlives_the_indexer(eight: Bench) -> None:
    """Neither what is held back nor what was agreed to is lost when the indexer starts again."""
    shutil.rmtree(eight.library / "dossier")
    eight.step()
    eight.restart()
    assert eight.step().guard_message
    with eight.catalogue.transaction() as transaction:
        transaction.files.confirm_removals()
    with closing(eight.indexer):
        eight.restart()
    eight.step()
    assert eight.found("caf") == []
    assert eight.catalogue.files.find_held_removals() == {}


def test_a_slow_loss_is_sudden_too(eight: Bench) -> None:
    """A tree that goes file after file, look after look, is stopped at the same share."""
    for number in range(8):
        (eight.library / f"dossier/{number}.txt").unlink()
        eight.step()
    assert len(eight.found("caf")) == 3
    assert eight.catalogue.indexer.read_state()
    held = eight.catalogue.file_statuses.find(StatusFilter(frozenset({FileState.INDEXED})))
    assert [each.path for each in held if "suspendu" in each.reason] == [
        f"dossier/{number}.txt" for number in (5, 6, 7)
    ]


def test_a_renamed_library_is_no_loss(eight: Bench) -> None:
    """All files known are gone, and all are found again under another folder: nothing is held back."""
    (eight.library / "dossier").rename(eight.library / "renommé")
    outcome = eight.step()
    assert (outcome.guard_message, outcome.changes, outcome.read) == ("", 8, 0)
    assert len(eight.found("caf")) == 8
