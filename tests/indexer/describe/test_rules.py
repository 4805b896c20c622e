"""Sidecars, the calendar, the vocabulary and decisions over a real folder: documents follow, none is read again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.catalogue.decisions import Deposit
from index.catalogue.file_statuses import FileState
from index.catalogue.metadata_layers import ANIMATOR_REASON, Decisions, MetadataField
from index.model.documents import Document, PartialDate, Tag, TagSource
from index.model.facets import Facet
from index.vocabulary.overrides import VocabularyOverrides
from index.vocabulary.vocabulary import EntryKind, Territory, VocabularyEntry
from indexer.describe.rules import DescriptionRules
from indexer.describe.sidecars import Sidecar
from indexer.watch.scan import scan_library
from tests.composition import load_vocabulary
from tests.indexer.conftest import EVERYONE, Bench

if TYPE_CHECKING:
    from collections.abc import Collection


def only(bench: Bench, words: str) -> Document:
    """The one document found."""
    (document,) = bench.found(words)
    return document


def told(bench: Bench) -> dict[str, tuple[FileState, str]]:
    """What is said of each notice."""
    return {
        each.path: (each.state, each.reason)
        for each in bench.catalogue.file_statuses.find()
        if each.state in {FileState.METADATA_FILE, FileState.WRONG_METADATA_FILE}
    }


def test_a_sidecar_speaks_of_its_folder_and_is_no_document(bench: Bench) -> None:
    """What it says reaches the documents of its folder and the search; it is itself neither found nor failed."""
    bench.put("Divers/a.txt", "la CAF")
    bench.put("Ailleurs/b.txt", "la MSA")
    bench.put("Divers/_fiche.yaml", "themes: [Santé]\nterritoires: [Grigny]\ndescription: Une note.\n")
    outcome = bench.step()
    assert (outcome.read, outcome.failed) == (2, 0)
    document = only(bench, "thème:santé")
    assert (document.paths, document.summary) == (("Divers/a.txt",), "Une note.")
    assert only(bench, "note") == document
    assert document.facet_values(Facet.REGION) == ("ile-de-france",)
    assert told(bench) == {"Divers/_fiche.yaml": (FileState.METADATA_FILE, "")}
    assert only(bench, "msa").facet_values(Facet.THEME) == ()


def test_a_sidecar_that_changes_is_followed(bench: Bench) -> None:
    """Documents there already follow its coming, its changes and its going, without being read again."""
    bench.put("Divers/a.txt", "la CAF")
    bench.put("Ailleurs/b.txt", "la MSA")
    bench.step()
    elsewhere = bench.catalogue.decisions.find(only(bench, "msa").id)
    for themes, expected in (("Santé", ("sante",)), ("Jeunes", ("jeunes",))):
        sidecar = bench.put("Divers/_fiche.yaml", f"themes: [{themes}]\n")
        assert bench.step().read == 0
        assert only(bench, "caf").facet_values(Facet.THEME) == expected
    known = bench.catalogue.revisions.read_last()
    bench.step()
    assert bench.catalogue.revisions.read_last() == known
    sidecar.unlink()
    bench.step()
    assert only(bench, "caf").facet_values(Facet.THEME) == ()
    assert bench.catalogue.metadata_files.find_all() == {}
    assert bench.catalogue.decisions.find(only(bench, "msa").id) == elsewhere


def test_mistakes_stand_in_the_status(bench: Bench) -> None:
    """A mistake is told with its file until it is mended; what is right counts meanwhile."""
    bench.put("Divers/a.txt", "la CAF")
    bench.put("Divers/_fiche.yaml", "themes: [Santé, Santey]\nfichiers:\n  b.txt: {titre: B}\n")
    bench.step()
    state, reason = told(bench)["Divers/_fiche.yaml"]
    assert state is FileState.WRONG_METADATA_FILE
    assert "thème inconnu « Santey »" in reason
    assert "aucun fichier « b.txt » dans ce dossier" in reason
    assert only(bench, "caf").facet_values(Facet.THEME) == ("sante",)
    bench.put("Divers/b.txt", "la MSA")
    bench.put("Divers/_fiche.yaml", "themes: [Santé]\nfichiers:\n  b.txt: {titre: B}\n")
    bench.step()
    assert told(bench) == {"Divers/_fiche.yaml": (FileState.METADATA_FILE, "")}
    assert only(bench, "msa").title == "B"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"titre: caf\xe9", "le texte n’est pas en UTF-8"),
        (b"a: " + b"x" * 600_000, "ce fichier dépasse 512 Kio : raccourcissez-le"),
        (b"titre: [", "ce n’est pas du YAML correct"),
        (bytes(range(256)), "le texte n’est pas en UTF-8"),
    ],
)
def test_a_sidecar_of_any_bytes_stops_nothing(bench: Bench, content: bytes, reason: str) -> None:
    """Whatever a sidecar holds, documents are indexed, the mistake is told, and told still after a restart."""
    bench.put("a.txt", "la CAF")
    (bench.library / "_fiche.yaml").write_bytes(content)
    bench.step()
    only(bench, "caf")
    assert reason in told(bench)["_fiche.yaml"][1]
    bench.restart()
    bench.step()
    assert reason in told(bench)["_fiche.yaml"][1]


def test_a_closed_sidecar_says_what_it_last_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sidecar that may not be opened for now is told, and what it said stands until it may."""
    bench.put("a.txt", "la CAF")
    bench.put("_fiche.yaml", "themes: [Santé]\n")
    bench.step()
    bench.put("_fiche.yaml", "themes: [Jeunes]\n")
    real = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "_fiche.yaml":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    bench.step()
    assert only(bench, "caf").facet_values(Facet.THEME) == ("sante",)
    state, reason = told(bench)["_fiche.yaml"]
    assert state is FileState.WRONG_METADATA_FILE
    assert "vérifiez les droits du fichier" in reason
    monkeypatch.undo()
    bench.step()
    assert only(bench, "caf").facet_values(Facet.THEME) == ("jeunes",)


def test_a_sidecar_that_stays_closed_is_no_news(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look after look it changes nothing, and what it said before is still to be followed."""
    bench.put("_fiche.yaml", "themes: [Santé]\n")
    rules = DescriptionRules(bench.catalogue, load_vocabulary(), bench.library)
    rules.take_metadata_files(scan_library(bench.library))
    assert list(rules.pending_sidecars) == ["_fiche.yaml"]
    bench.put("_fiche.yaml", "themes: [Jeunes]\n")

    def refused(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    rules.take_metadata_files(scan_library(bench.library))
    assert rules.pending_sidecars == {"_fiche.yaml": "themes: [Santé]\n"}
    tagger = rules.tagger
    rules.take_metadata_files(scan_library(bench.library))
    assert rules.tagger is tagger
    monkeypatch.undo()
    rules.take_metadata_files(scan_library(bench.library))
    assert rules.pending_sidecars == {"_fiche.yaml": "themes: [Jeunes]\n"}


def test_at_rest_no_mistake_is_looked_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing has changed, the names that sidecars give are not compared with those of all files."""
    bench.put("_fiche.yaml", "fichiers:\n  b.txt: {titre: B}\n")
    rules = DescriptionRules(bench.catalogue, load_vocabulary(), bench.library)
    compared: list[str] = []
    missing = Sidecar.list_missing_files

    def noted(sidecar: Sidecar, paths: Collection[str]) -> tuple[str, ...]:
        compared.append(sidecar.folder)
        return missing(sidecar, paths)

    monkeypatch.setattr(Sidecar, "list_missing_files", noted)
    rules.take_metadata_files(scan_library(bench.library))
    assert compared == [""]
    rules.refresh()
    rules.take_metadata_files(scan_library(bench.library))
    assert compared == [""]
    bench.put("b.txt", "la CAF")
    rules.take_metadata_files(scan_library(bench.library))
    assert compared == ["", ""]


def test_a_sidecar_edited_while_nobody_looked(bench: Bench) -> None:
    """An indexer that starts follows what changed while none was running, and forgets no sidecar meanwhile."""
    bench.put("a.txt", "la CAF")
    bench.put("_fiche.yaml", "themes: [Santé]\n")
    bench.step()
    bench.put("_fiche.yaml", "themes: [Jeunes]\n")
    bench.restart()
    bench.step()
    assert only(bench, "caf").facet_values(Facet.THEME) == ("jeunes",)


def test_a_calendar_gathers_documents(bench: Bench) -> None:
    """Documents of a day join the event that the calendar tells of; those to come are there without any."""
    bench.put("2024-01-25 - L'aller vers/a.txt", "la CAF")
    bench.step()
    assert only(bench, "caf").event is None
    told_of = "{date: 2024-01-25, type: webinaire, titre: L’aller-vers, lieu: En ligne}"
    file = bench.put("evenements.yaml", f"- {told_of}\n- {{date: 2030-01-01, type: plénière}}\n")
    assert (bench.step().read, told(bench)) == (0, {"evenements.yaml": (FileState.METADATA_FILE, "")})
    event = only(bench, "caf").event
    assert event is not None
    assert (event.title, event.place) == ("L’aller-vers", "En ligne")
    assert only(bench, "caf").facet_values(Facet.EVENT_TYPE) == ("webinaire",)
    assert [each.id for each in bench.catalogue.events.list_all(EVERYONE)] == [event.id, "pleniere-2030-01-01"]
    file.unlink()
    bench.step()
    assert only(bench, "caf").event is None
    assert bench.catalogue.events.list_all(EVERYONE) == ()


def test_a_calendar_beside_the_catalogue(bench: Bench, tmp_path: Path) -> None:
    """The calendar may also lie in the data folder; its changes are seen there too."""
    bench.put("2024-01-25/a.txt", "la CAF")
    calendar = tmp_path / "evenements.yaml"
    bench.calendar = calendar
    bench.restart()
    bench.step()
    assert only(bench, "caf").event is None
    calendar.write_text("- {date: 2024-01-25, type: webinaire, titre: Un}\n- {}\n", encoding="utf-8")
    bench.keep_up()
    assert only(bench, "caf").event is not None
    assert told(bench)[str(calendar)][0] is FileState.WRONG_METADATA_FILE
    bench.step()
    assert only(bench, "caf").event is not None
    calendar.unlink()
    bench.keep_up()
    assert only(bench, "caf").event is None


def test_an_animators_event_draws_documents(bench: Bench) -> None:
    """An event that an animator announces has the documents of its day, as the calendar's do."""
    bench.put("2024-01-25/a.txt", "la CAF")
    bench.step()
    with bench.catalogue.transaction() as transaction:
        made = transaction.events.create("webinaire", "L’aller-vers", PartialDate(2024, 1, 25))
    bench.keep_up()
    assert only(bench, "caf").event == made


def test_vocabulary_changes_are_followed_without_restart(bench: Bench) -> None:
    """A theme or a territory that an animator adds tags the documents that are there, and goes when taken back."""
    bench.put("Brest/covoiturage.txt", "la CAF")
    bench.step()
    brest = Territory("brest", "Brest", department="Finistère", region="Bretagne")
    with bench.catalogue.transaction() as transaction:
        transaction.vocabulary_changes.add(EntryKind.TERRITORY, "brest", brest)
        theme = transaction.vocabulary_changes.add(
            EntryKind.THEME, "mobilite", VocabularyEntry("mobilite", "Mobilité", ("covoiturage",))
        )
    bench.keep_up()
    document = only(bench, "caf")
    assert (document.facet_values(Facet.TERRITORY), document.facet_values(Facet.REGION)) == (("brest",), ("bretagne",))
    assert document.facet_values(Facet.THEME) == ("mobilite",)
    with bench.catalogue.transaction() as transaction:
        transaction.vocabulary_changes.undo(theme)
    bench.keep_up()
    assert only(bench, "caf").facet_values(Facet.THEME) == ()


def test_synonyms_describe_nothing_anew(bench: Bench) -> None:
    """A synonym is for questions: no document is described again for it."""
    bench.put("a.txt", "la CAF")
    bench.step()
    rules = DescriptionRules(bench.catalogue, load_vocabulary(), bench.library)
    known = rules.fingerprint
    with bench.catalogue.transaction() as transaction:
        transaction.vocabulary_changes.add(EntryKind.SYNONYMS, "caf", ("CAF", "guichet"))
    rules.refresh()
    assert (
        "caf"
        in VocabularyOverrides(load_vocabulary(), bench.catalogue.vocabulary_changes).current_vocabulary().synonyms
    )
    assert rules.fingerprint == known


def test_mistakes_follow_the_vocabulary(bench: Bench) -> None:
    """A theme that was unknown is none once it is added."""
    bench.put("a.txt", "la CAF")
    bench.put("_fiche.yaml", "themes: [Mobilité]\n")
    bench.step()
    assert told(bench)["_fiche.yaml"][0] is FileState.WRONG_METADATA_FILE
    with bench.catalogue.transaction() as transaction:
        transaction.vocabulary_changes.add(EntryKind.THEME, "mobilite", VocabularyEntry("mobilite", "Mobilité"))
    bench.keep_up()
    assert told(bench)["_fiche.yaml"] == (FileState.METADATA_FILE, "")
    assert only(bench, "caf").facet_values(Facet.THEME) == ("mobilite",)


def test_a_deposit_reaches_its_document(bench: Bench) -> None:
    """What an animator says while depositing a file is what its document says once it is read."""
    tag = Tag(Facet.TERRITORY, "grigny", TagSource.ANIMATOR, ANIMATOR_REASON)
    with bench.catalogue.transaction() as transaction:
        decisions = Decisions(choose=(tag,), fields={MetadataField.TITLE: "Le bus"})
        transaction.decisions.announce_deposit(Deposit("dépôts/a.txt", decisions, "Anne"))
    bench.put("dépôts/a.txt", "la CAF")
    bench.step()
    document = only(bench, "territoire:grigny")
    assert (document.title, document.facet_values(Facet.REGION)) == ("Le bus", ("ile-de-france",))


def test_a_deposit_waits_for_a_content_that_can_be_read(bench: Bench) -> None:
    """What was said of a file that could not be read follows it to another folder, and reaches its mended version."""
    tag = Tag(Facet.THEME, "rural", TagSource.ANIMATOR, ANIMATOR_REASON)
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.announce_deposit(Deposit("dépôts/a.txt", Decisions(choose=(tag,)), "Anne"))
    file = bench.put("dépôts/a.txt", "")
    assert bench.step().failed == 1
    (bench.library / "notes").mkdir()
    file.rename(bench.library / "notes/b.txt")
    bench.step()
    bench.put("notes/b.txt", "la CAF")
    bench.step()
    assert only(bench, "caf").facet_values(Facet.THEME) == ("rural",)


def test_a_decision_is_found_at_the_next_breath(bench: Bench) -> None:
    """What a person decides on a page is what a search finds, as soon as the indexer has looked up."""
    bench.put("Grigny/a.txt", "la CAF")
    bench.step()
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.decide([only(bench, "caf").id], Decisions(decline=((Facet.TERRITORY, "grigny"),)))
    bench.keep_up()
    assert bench.found("territoire:grigny") == []
    bench.put("Grigny/a.txt", "la CAF et la MSA")
    bench.step()
    assert bench.found("territoire:grigny") == []


def test_a_folder_that_cannot_be_listed_keeps_its_sidecar(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sidecar of a folder that is closed for now is not gone."""
    bench.put("ferme/a.txt", "la CAF")
    bench.put("ferme/_fiche.yaml", "themes: [Santé]\n")
    bench.put("b.txt", "la MSA")
    bench.step()
    real = os.scandir

    def scandir(path: Path) -> object:
        if str(path).endswith("ferme"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    bench.step()
    assert only(bench, "caf").facet_values(Facet.THEME) == ("sante",)
