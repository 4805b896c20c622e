"""Sidecars: what a team writes beside its documents, and what it is told of its mistakes."""

from __future__ import annotations

import pytest

from index.model.documents import PartialDate
from index.model.facets import Facet
from indexer.describe.sidecars import Sidecar, merge_metadata, parse_sidecar
from tests.composition import load_vocabulary

VOCABULARY = load_vocabulary()

WHOLE = """
titre: L'aller-vers
date: 2024-01-25
rendez-vous: Webinaire
thèmes: [Aller-vers, Ruralité]
territoires: Grigny, Essonne
auteurs: [DGCS, Magellan consulting]
description: Ce que l’on a appris
  de l’aller-vers.
fichiers:
  deck.pptx:
    titre: Le support
    thème: Santé
"""


def sidecar(text: str, path: str = "Divers/_fiche.yaml") -> Sidecar:
    """A sidecar read with the shipped vocabulary."""
    return parse_sidecar(path, text, VOCABULARY)


def test_all_that_can_be_said() -> None:
    """Each key is taken up, for the folder's documents and for a single file."""
    whole = sidecar(WHOLE)
    assert whole.problems == ()
    said = merge_metadata("Divers/notes.docx", {"Divers": whole})
    assert (said.title, said.event_title, said.date, said.type) == (
        "",
        "L'aller-vers",
        PartialDate(2024, 1, 25),
        "webinaire",
    )
    assert [(tag.facet, tag.value) for tag in said.tags] == [
        (Facet.THEME, "aller-vers"),
        (Facet.THEME, "rural"),
        (Facet.TERRITORY, "grigny"),
        (Facet.DEPARTMENT, "essonne"),
    ]
    assert {tag.reason for tag in said.tags} == {"fiche du dossier « Divers »"}
    assert said.authors == ("DGCS", "Magellan consulting")
    assert said.summary == "Ce que l’on a appris de l’aller-vers."


def test_a_files_own_entry_first() -> None:
    """A file's entry prevails, key by key, over what is said of all; capitals and composed accents do not matter."""
    said = merge_metadata("Divers/DECK.pptx", {"Divers": sidecar(WHOLE)})
    assert (said.title, said.type) == ("Le support", "webinaire")
    assert [tag.value for tag in said.tags if tag.facet is Facet.THEME] == ["sante"]
    assert [tag.value for tag in said.tags if tag.facet is Facet.TERRITORY] == ["grigny"]


def test_the_nearest_sidecar_first() -> None:
    """A sidecar speaks of the folders within, as far as theirs say nothing of it."""
    sidecars = {
        "": sidecar("auteurs: DGCS\nthemes: Santé\n", "_fiche.yaml"),
        "a/b": sidecar("themes: [Jeunes]\n", "a/b/_fiche.yaml"),
    }
    said = merge_metadata("a/b/c/note.txt", sidecars)
    assert (said.authors, [tag.value for tag in said.tags]) == (("DGCS",), ["jeunes"])
    above = merge_metadata("a/note.txt", sidecars)
    assert [(tag.value, tag.reason) for tag in above.tags] == [("sante", "fiche de la bibliothèque")]
    assert merge_metadata("a/note.txt", {}).sidecar_label == ""


@pytest.mark.parametrize(
    "written", ["2024-01-25", "25/01/2024", "25 janvier 2024", '"2024-01-25"', "2024-01-25 10:00:00", "25.01.2024"]
)
def test_dates_as_people_write_them(written: str) -> None:
    """YAML's dates and people's are one."""
    read = sidecar(f"date: {written}")
    assert (read.defaults.date, read.problems) == (PartialDate(2024, 1, 25), ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("titre: [", "pas du YAML correct à la ligne 1"),
        ("date: 2024-13-45", "date incomprise « 2024-13-45 »"),
        ("- une liste", "des lignes « clé : valeur » sont attendues"),
        ("theme:\n  - Aller vert", "thème inconnu « Aller vert » ; vouliez-vous dire « Aller-vers » ?"),
        ("territoires: Grignyy", "territoire inconnu « Grignyy » ; vouliez-vous dire « Grigny » ?"),
        ("theme: Spatial", "thème inconnu « Spatial » : choisissez un mot du vocabulaire"),
        ("type: goûter", "type de rendez-vous inconnu « goûter » ; connus : Webinaire"),
        ("date: bientôt", "date incomprise « bientôt »"),
        ("date: 2024", "date incomprise « 2024 »"),
        ("auteur: {nom: X}", "« auteurs » doit être un texte"),
        ("tritre: X", "clé inconnue « tritre » ; vouliez-vous dire « titre » ?"),
        ("date: 2024-01\ntype: webinaire\nrendez-vous: atelier", "« rendez-vous » est dit deux fois"),
        ("titre: Seul", "« titre » en tête nomme le rendez-vous du dossier"),
        ("fichiers: deck.pptx", "« fichiers » attend des noms de fichiers"),
        ("fichiers:\n  a.pdf: Titre", "fichier « a.pdf » : des lignes « clé : valeur »"),
        ("fichiers:\n  a.pdf: {date: hier}", "fichier « a.pdf » : date incomprise « hier »"),
    ],
)
def test_mistakes_are_named(text: str, told: str) -> None:
    """Each mistake is told by its name and its place, with a proposal where there is one."""
    assert told in " | ".join(sidecar(text).problems)


def test_what_is_right_counts() -> None:
    """A mistake costs itself alone."""
    read = sidecar("date: 2024-01-25\nthemes: [Santé, Inconnu]\n")
    assert [tag.value for tag in read.defaults.tags] == ["sante"]
    assert len(read.problems) == 1


def test_an_empty_sidecar_says_nothing() -> None:
    """An empty file, or comments alone, is no mistake."""
    assert sidecar("# rien encore\n") == Sidecar("Divers")


def test_a_title_at_the_head_is_the_events() -> None:
    """Where the folder's own name gives date and kind, a title needs neither."""
    read = sidecar("titre: L’aller-vers", "Webinaires/2024-01-25 - aller vers/_fiche.yaml")
    assert (read.problems, read.defaults.event_title) == ((), "L’aller-vers")


def test_entries_that_name_no_file() -> None:
    """A file's name with a slip is told, with the name that is near; entries may name files of folders within."""
    read = sidecar("fichiers:\n  dek.pptx: {titre: X}\n  sous/notes.txt: {titre: Y}\n")
    (problem,) = read.list_missing_files(["Divers/deck.pptx", "Divers/sous/notes.txt", "dek.pptx"])
    assert problem == "« fichiers » : aucun fichier « dek.pptx » dans ce dossier ; vouliez-vous dire « deck.pptx » ?"
    assert merge_metadata("Divers/sous/notes.txt", {"Divers": read}).title == "Y"


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 5_000, "&a [*a, *a]", "? {x: y}\n: z", "!!python/object:os.system x", "\0"]
)
def test_hostile_yaml_is_a_mistake_like_others(text: str) -> None:
    """No text makes reading fail, nor runs anything."""
    assert sidecar(text).problems


def _entries(line: str, count: int) -> str:
    return "fichiers:\n" + "".join(f"  f{number}: {line}\n" for number in range(count))


@pytest.mark.parametrize(
    "text",
    [
        "titre: " + "a " * 250_000,
        "date: " + "2" * 500_000,
        "date: " + "1 " * 250_000,
        "type: " + "web " * 125_000,
        "theme: " + "é" * 250_000,
        "titre: 0x" + "F" * 500_000,
        "titre: " + "1:" * 250_000 + "1",
        "date: 9999-99-99",
        "".join(f"clef{number}: x\n" for number in range(20_000)),
        _entries("{theme: '" + ",".join(f"u{number}" for number in range(99)) + "'}", 900),
        _entries("{type: gouter, date: hier}", 9_000),
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.timeout(60)
def test_no_sidecar_holds_up_the_indexer(text: str) -> None:
    """The longest values, and the most mistakes, are told in a few lines; 89,000 unknown themes took 218 seconds."""
    read = sidecar(text)
    told = (*read.problems, *read.list_missing_files([f"Divers/{number}.pdf" for number in range(2_000)]))
    assert 0 < len(told) < 80
    assert max(map(len, told)) <= 400


def test_texts_are_not_taken_for_numbers() -> None:
    """A number for a title is its text, and a mapping for one is a mistake; nothing raises."""
    assert sidecar("fichiers:\n  a.pdf: {titre: 2024}").files["a.pdf"].title == "2024"
    assert sidecar("fichiers: {a.pdf: {date: 1998-05-06T10:00:00}}").files["a.pdf"].date == PartialDate(1998, 5, 6)
    wrong = (
        "titre: {a: b}",
        "date: [2024-01-25]",
        "themes: {a: b}",
        "type: [webinaire]",
        "fichiers: [a]",
        "date: 1024-01-25",
    )
    assert all(sidecar(text).problems for text in wrong)
