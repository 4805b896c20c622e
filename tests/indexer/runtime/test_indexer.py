"""The indexer over a real folder, with real workers: catalogue and index equal the library."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from pypdf import PdfWriter
from reportlab.pdfgen.canvas import Canvas

from extractors import EXTRACTOR_VERSION, NO_RECOGNITION_WARNING, Reason
from extractors.programs import LIBREOFFICE
from extractors.rendering import list_installed_programs
from index.accounts.audiences import EVERY_ANIMATOR
from index.catalogue import PROGRAMS_MEMO, Failure
from index.catalogue.file_statuses import FileState, StatusFilter
from index.catalogue.metadata_layers import Decisions
from index.generations.synchroniser import IndexSynchroniser
from index.model import Facet, Tag, TagSource
from index.personal_data.doubts import Verdict
from indexer.describe.rules import DescriptionRules
from indexer.errors import LibraryUnavailableError
from indexer.reconcile import extraction_results
from indexer.runtime.indexer import Indexer, IndexerOptions
from tests.composition import load_vocabulary
from tests.extractors.compound_files import build_compound_file
from tests.indexer.conftest import EVERYONE, Bench, only, write_deck

if TYPE_CHECKING:
    from pathlib import Path


def encrypted(path: Path) -> None:
    """A PDF that asks for a password."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret")
    writer.write(path)


def test_a_deck_is_found_at_its_slide(bench: Bench) -> None:
    """The job itself: a deck dropped in a folder, its slide found, tagged by its folder."""
    write_deck(bench.library / "Webinaires/2024-01-25 - L'aller vers/deck.pptx", "Ouverture", "Le bus des droits")
    bench.step()
    (document,) = bench.found("bus des droits")
    assert document.event is not None
    assert document.event.id == "webinaire-2024-01-25"
    assert document.facet_values(Facet.YEAR) == ("2024",)
    assert bench.catalogue.documents.list_passages(document.id)[1].locator.label == "diapositive 2"


def test_nothing_new_is_nothing_done(bench: Bench) -> None:
    """A second look at the same library reads nothing and changes nothing."""
    bench.put("a.txt", "la CAF")
    bench.step()
    revision = bench.catalogue.revisions.read_last()
    assert bench.step().changes == 0
    assert bench.catalogue.revisions.read_last() == revision


def test_a_new_version_keeps_the_identity(bench: Bench) -> None:
    """Saving a file again is the same document with another text; what a person tagged stays."""
    bench.put("a.txt", "la CAF")
    bench.step()
    before = only(bench, "caf")
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.decide(
            [before], Decisions(choose=(Tag(Facet.THEME, "rural", TagSource.ANIMATOR, "choix de l’animation"),))
        )
    bench.put("a.txt", "maintenant la MSA")
    bench.step()
    assert bench.found("caf") == []
    assert only(bench, "msa") == before
    assert bench.found("msa")[0].facet_values(Facet.THEME) == ("rural",)


def test_a_renamed_folder_keeps_identities(bench: Bench) -> None:
    """Moving files reads nothing again; what the old folder said goes, what the new one says comes."""
    bench.put("Grigny/a.txt", "la CAF")
    bench.step()
    before = only(bench, "caf")
    (bench.library / "Grigny").rename(bench.library / "Rennes")
    outcome = bench.step()
    assert (outcome.changes, outcome.read) == (1, 0)
    (document,) = bench.found("caf")
    assert (document.id, document.paths) == (before, ("Rennes/a.txt",))
    assert document.facet_values(Facet.TERRITORY) == ("rennes",)


def test_deleting_and_restoring(bench: Bench) -> None:
    """What is deleted is not found; the same content that comes back, even elsewhere, is the same document."""
    file = bench.put("a.txt", "la CAF")
    bench.step()
    before = only(bench, "caf")
    kept = file.read_bytes()
    file.unlink()
    bench.step()
    assert bench.found("caf") == []
    (bench.library / "b.txt").write_bytes(kept)
    bench.step()
    assert only(bench, "caf") == before


def test_two_files_one_document(bench: Bench) -> None:
    """A copy is a second place; removing one keeps the other."""
    file = bench.put("a.txt", "la CAF")
    shutil.copy(file, bench.library / "b.txt")
    bench.step()
    assert bench.found("caf")[0].paths == ("a.txt", "b.txt")
    file.unlink()
    bench.step()
    assert bench.found("caf")[0].paths == ("b.txt",)


def test_a_copy_that_changes_becomes_a_document(bench: Bench) -> None:
    """Editing one of two copies leaves the other what it was."""
    bench.put("a.txt", "la CAF")
    bench.put("b.txt", "la CAF")
    bench.step()
    first = only(bench, "caf")
    bench.put("b.txt", "la MSA")
    bench.step()
    assert only(bench, "caf") == first
    assert only(bench, "msa") != first


def test_failures_are_named_and_not_retried(bench: Bench) -> None:
    """A file that cannot be read costs itself only: the others are found, it is named with its reason, once."""
    encrypted(bench.library / "secret.pdf")
    bench.put("vide.txt", "")
    bench.put("a.txt", "la CAF")
    outcome = bench.step()
    assert (outcome.read, outcome.failed) == (1, 2)
    only(bench, "caf")
    reasons = {
        each.path: each.reason for each in bench.catalogue.file_statuses.find() if each.state is FileState.FAILED
    }
    assert reasons == {"secret.pdf": "protégé par mot de passe", "vide.txt": "fichier vide (0 octet)"}
    assert bench.step().changes == 0


def test_a_version_that_cannot_be_read(bench: Bench) -> None:
    """A document whose new version fails is not found any more, and is the same document once mended."""
    bench.put("a.txt", "la CAF")
    bench.step()
    before = only(bench, "caf")
    encrypted(bench.library / "a.txt")
    bench.step()
    assert bench.found("caf") == []
    assert bench.catalogue.file_statuses.find()[0].reason == "protégé par mot de passe"
    bench.put("a.txt", "la CAF de nouveau")
    bench.step()
    assert only(bench, "caf") == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_closed_file(bench: Bench) -> None:
    """A file that may not be opened is told, and read as soon as it may."""
    file = bench.put("a.txt", "la CAF")
    file.chmod(0)
    bench.step()
    assert bench.catalogue.file_statuses.find()[0].reason == "accès refusé ou lecture impossible"
    assert bench.step().changes == 0
    file.chmod(0o600)
    bench.step()
    only(bench, "caf")


def test_an_unmounted_library_empties_nothing(bench: Bench, tmp_path: Path) -> None:
    """A share that fails to mount must not wipe the index."""
    for number in range(8):
        bench.put(f"{number}.txt", f"la CAF numéro {number}")
    bench.step()
    away = tmp_path / "ailleurs"
    bench.library.rename(away)
    with pytest.raises(LibraryUnavailableError, match="monté"):
        bench.step()
    bench.library.mkdir()
    assert "8 fichiers ne sont plus dans la bibliothèque" in bench.step().guard_message
    assert len(bench.found("caf")) == 8
    bench.library.rmdir()
    away.rename(bench.library)
    assert bench.step().changes == 0


def test_a_closed_folder_forgets_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a folder that cannot be listed for now are neither gone nor changed."""
    bench.put("ouvert/a.txt", "la MSA")
    bench.put("ferme/b.txt", "la CAF")
    bench.step()
    real = os.scandir

    def scandir(path: Path) -> object:
        if str(path).endswith("ferme"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert bench.step().changes == 0
    only(bench, "caf")


def test_a_file_that_changes_while_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that belongs to an older state of the file is not kept: the next look reads it again."""
    file = bench.put("a.txt", "la CAF")
    digest = extraction_results.hash_file

    def changed_just_after(path: Path) -> str:
        before = digest(path)
        file.write_text("la MSA, plus longue", encoding="utf-8")
        return before

    monkeypatch.setattr("indexer.pipeline.hashing.hash_file", changed_just_after)
    bench.step()
    assert bench.found("caf OU msa") == []
    monkeypatch.undo()
    bench.step()
    only(bench, "msa")


def test_another_vocabulary_describes_anew(bench: Bench, tmp_path: Path) -> None:
    """A territory that an administrator adds tags the documents that are there already, without reading them again."""
    bench.put("Brest/a.txt", "la CAF")
    bench.step()
    assert bench.found("caf")[0].facet_values(Facet.TERRITORY) == ()
    extra = tmp_path / "vocabulaire.yaml"
    extra.write_text("territoires:\n- {id: brest, nom: Brest}\n", encoding="utf-8")
    with IndexSynchroniser(tmp_path / "autre", bench.catalogue) as follower:
        pace = IndexerOptions(settle_seconds=0)
        rules = DescriptionRules(bench.catalogue, load_vocabulary(extra), bench.library)
        Indexer(bench.library, bench.catalogue, follower, rules, bench.pool, options=pace).run_once()
    document = bench.catalogue.documents.find(bench.catalogue.documents.list_ids()[0], EVERYONE)
    assert document is not None
    assert document.facet_values(Facet.TERRITORY) == ("brest",)


def test_what_may_be_personal_waits_for_an_animator(bench: Bench) -> None:
    """A number with its key keeps a document from members' searches; an animator's word gives it to them."""
    bench.put("a.txt", "la CAF, dossier 1 85 05 78 006 084 91")
    bench.step()
    assert bench.found("caf") == []
    (doubtful,) = bench.catalogue.personal_data.list_undecided(10, EVERY_ANIMATOR)
    with bench.catalogue.transaction() as transaction:
        transaction.personal_data.decide([each.number for each in doubtful.doubts], Verdict.NOTHING, "Ada")
    bench.step()
    assert only(bench, "caf") == doubtful.document.id


@pytest.mark.skipif(len(list_installed_programs()) < 2, reason="needs LibreOffice and Tesseract")
def test_programs_that_arrive(bench: Bench) -> None:
    """What waited for LibreOffice or Tesseract is read again by the first comparison after it was installed."""
    (bench.library / "ancien.doc").write_bytes(build_compound_file({"WordDocument": b""}))
    canvas = Canvas(str(bench.library / "scan.pdf"))
    canvas.drawInlineImage(Image.new("L", (1000, 1000), "white"), 0, 0, 500, 500)
    canvas.save()
    bench.step()
    places = bench.catalogue.files.find_in_extent()
    # As a machine without them leaves it: workers have the PATH of the process that forks them, set long before.
    with bench.catalogue.transaction() as transaction:
        transaction.indexer.write_memo(PROGRAMS_MEMO, "[]")
        reason = Reason.NO_CONVERTER
        transaction.queue.save_failure(
            Failure(places["ancien.doc"].digest, EXTRACTOR_VERSION, reason.value, reason.message, "", LIBREOFFICE)
        )
        scan = places["scan.pdf"].document_id or ""
        unread = replace(transaction.documents.find_content(scan), warnings=(NO_RECOGNITION_WARNING,))
        transaction.documents.replace_reading(scan, unread)
    assert explain(bench, "ancien.doc") == (FileState.FAILED, "convertisseur absent")
    assert explain(bench, "scan.pdf")[1] == NO_RECOGNITION_WARNING
    bench.step()
    assert explain(bench, "ancien.doc") == (FileState.FAILED, "fichier abîmé ou incomplet")
    assert NO_RECOGNITION_WARNING not in explain(bench, "scan.pdf")[1]
    assert bench.step().changes == 0


def explain(bench: Bench, path: str) -> tuple[FileState, str]:
    """What has become of a file, and why."""
    (status,) = [each for each in bench.catalogue.file_statuses.find(StatusFilter()) if each.path == path]
    return status.state, status.reason
