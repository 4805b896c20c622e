"""A line that an animator said is no decision stays dismissed, whatever becomes of its file."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from index.catalogue.gathering_resolutions import ResolutionFilter
from index.generations.rebuild import rebuild_live_index
from index.text.resolutions import fingerprint_resolution
from tests.indexer.conftest import EVERYONE

if TYPE_CHECKING:
    from tests.indexer.conftest import Bench

FOLDER = "Mensuelles/2024-01-15 - Mensuelle de janvier"
MINUTES = "# Compte rendu\n\n## Décisions\n\n- Louer une salle\n- Relire la trame\n"


def _decided(bench: Bench, *, dismissed: bool = False) -> list[str]:
    wanted = ResolutionFilter(frozenset({"markdown"}), dismissed=dismissed)
    return [each.resolution.text for each in bench.catalogue.resolutions.list_visible(EVERYONE, wanted)]


def test_what_was_dismissed_stays_so(bench: Bench) -> None:
    """After a new version, a move, a deletion and a return, a rebuild; other words are another line."""
    file = bench.put(f"{FOLDER}/Compte rendu.md", MINUTES)
    bench.step()
    assert _decided(bench) == ["Louer une salle", "Relire la trame"]
    (id_,) = bench.catalogue.documents.list_ids()
    bench.catalogue.resolutions.dismiss([id_], fingerprint_resolution("Louer une salle"), "anne")
    assert (_decided(bench), _decided(bench, dismissed=True)) == (["Relire la trame"], ["Louer une salle"])
    bench.put(
        f"{FOLDER}/Compte rendu.md", MINUTES.replace("Louer une salle", "Louer une SALLE.") + "- Inviter la CAF\n"
    )
    bench.step()
    assert _decided(bench) == ["Relire la trame", "Inviter la CAF"]
    moved = file.rename(file.with_name("CR de janvier.md"))
    bench.step()
    assert _decided(bench) == ["Relire la trame", "Inviter la CAF"]
    # Out of the library, and back.
    aside = bench.library.parent / "ailleurs.md"
    shutil.move(moved, aside)
    bench.step()
    assert _decided(bench) == []
    shutil.move(aside, moved)
    bench.step()
    # From the catalogue alone.
    rebuild_live_index(bench.index, bench.catalogue)
    assert bench.catalogue.documents.list_ids() == (id_,)
    assert _decided(bench) == ["Relire la trame", "Inviter la CAF"]
    bench.put(f"{FOLDER}/CR de janvier.md", MINUTES.replace("Louer une salle", "Louer deux salles"))
    bench.step()
    assert _decided(bench) == ["Louer deux salles", "Relire la trame"]
    bench.catalogue.resolutions.restore([id_], fingerprint_resolution("Louer une salle"), "anne")
    assert [each.act.value for each in bench.catalogue.access.audit.list_latest(2)] == [
        "decision-remise",
        "decision-ecartee",
    ]
