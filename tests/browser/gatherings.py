"""Thirty real files of five gatherings, as a team has them on its desk the day after, and what is true of each."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import docx
from pptx import Presentation
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class GatheringFile:
    """A file, and the themes and territories that a person who has read it would want it to have."""

    name: str
    content: bytes
    theme: str
    territory: str = ""


@dataclass(frozen=True)
class Gathering:
    """The files of one gathering, the folder that the team gives them, and the event that they belong to."""

    folder: str
    event: str
    files: tuple[GatheringFile, ...]


def _deck(title: str, lines: list[str]) -> bytes:
    deck: Any = Presentation()
    for text in (title, *lines):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = text
    stream = io.BytesIO()
    deck.save(stream)
    return stream.getvalue()


def _minutes(title: str, lines: list[str]) -> bytes:
    document: Any = docx.Document()
    document.core_properties.title = title
    document.add_heading(title, 0)
    for text in lines:
        document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _note(title: str, lines: list[str]) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.setTitle(title)
    for row, text in enumerate((title, *lines)):
        canvas.drawString(72, 780 - 24 * row, text)
    canvas.save()
    return stream.getvalue()


_WRITERS: dict[str, Callable[[str, list[str]], bytes]] = {"pptx": _deck, "docx": _minutes, "pdf": _note}
_OUTREACH = [
    "Aller-vers : ce que change une équipe mobile.",
    "Le porte-à-porte et la maraude, deux façons d’aller vers.",
]
_DATA = ["Échange de données avec les caisses.", "Le partage de données suit un protocole d’échange."]
_DIGITAL = ["La médiation numérique contre l’illectronisme.", "Un conseiller numérique et la fracture numérique."]
_STAFF = ["Recrutement d’un coordinateur.", "La fiche de poste, les postes, la formation des agents."]
_SCORES = ["Évaluation : des indicateurs partagés.", "Le baromètre, le bilan annuel, la mesure d’impact."]
_NOTHING = ["Merci de votre présence.", "La prochaine rencontre sera annoncée par courriel."]


def _file(name: str, title: str, lines: list[str], theme: str, territory: str = "") -> GatheringFile:
    return GatheringFile(name, _WRITERS[name.rpartition(".")[2]](title, lines), theme, territory)


_LISTED: dict[tuple[str, str], tuple[tuple[Any, ...], ...]] = {
    # The folder says the day, the type, the theme and the place.
    ("2026-03-12 Webinaire Aller vers à Grigny", "webinaire-2026-03-12"): (
        ("Support.pptx", "L’équipe mobile de Grigny", _OUTREACH, "aller-vers", "grigny"),
        ("Compte rendu.docx", "Compte rendu du webinaire", _OUTREACH, "aller-vers", "grigny"),
        ("Fiche pratique.pdf", "Préparer une maraude", _OUTREACH, "aller-vers", "grigny"),
        ("Questions et réponses.docx", "Questions et réponses", _OUTREACH, "aller-vers", "grigny"),
        ("Programme.pdf", "Programme", _NOTHING, "aller-vers", "grigny"),
        ("Annexe.pptx", "Quelques chiffres", _OUTREACH, "aller-vers", "grigny"),
    ),
    # No place, as in every plenary; two files say nothing of a theme.
    ("2026-04-07 Plénière Échange de données", "pleniere-2026-04-07"): (
        ("Support.pptx", "L’échange de données, un an après", _DATA, "echange-donnees"),
        ("Compte rendu.docx", "Compte rendu de la plénière", _DATA, "echange-donnees"),
        ("Synthèse.pdf", "L’essentiel", _DATA, "echange-donnees"),
        ("Discours.docx", "Ouverture", _NOTHING, "echange-donnees"),
        ("Programme.pdf", "Programme", _NOTHING, "echange-donnees"),
        ("Annexe.pptx", "Le protocole", _DATA, "echange-donnees"),
    ),
    # A month, where the day is wanted.
    ("2026-05 Mensuelle", "mensuelle-2026-05"): (
        ("Compte rendu.docx", "Compte rendu de la mensuelle", _STAFF, "rh"),
        ("Support.pptx", "Recruter et former", _STAFF, "rh"),
        ("Fiche de poste.docx", "La fiche de poste commentée", _STAFF, "rh"),
        ("Questions.pdf", "Questions posées", _STAFF, "rh"),
        ("Programme.pdf", "Programme", _NOTHING, "rh"),
        ("Annexe.pptx", "Le calendrier", _STAFF, "rh"),
    ),
    # One file is named after another kind of gathering.
    ("2026-06-18 Webinaire Numérique", "webinaire-2026-06-18"): (
        ("Support.pptx", "Contre l’illectronisme", _DIGITAL, "numerique-inclusion"),
        ("Compte rendu de l’atelier.docx", "Compte rendu", _DIGITAL, "numerique-inclusion"),
        ("Illectronisme - repères.pdf", "Repères", _DIGITAL, "numerique-inclusion"),
        ("Médiation numérique.pptx", "Un métier", _DIGITAL, "numerique-inclusion"),
        ("Questions.docx", "Questions posées", _DIGITAL, "numerique-inclusion"),
        ("Programme.pdf", "Programme", _NOTHING, "numerique-inclusion"),
    ),
    # No date: the event is in the calendar, and the folder does not say that it is this one.
    ("Rencontre de Flers", "2026-09-24-atelier"): (
        ("Support.pptx", "Évaluer à Flers", _SCORES, "evaluation", "flers"),
        ("Compte rendu.docx", "Compte rendu du webinaire", _SCORES, "evaluation", "flers"),
        ("Indicateurs.pdf", "Une grille", _SCORES, "evaluation", "flers"),
        ("Bilan annuel.docx", "Un bilan", _SCORES, "evaluation", "flers"),
        ("Programme.pdf", "Programme", _NOTHING, "evaluation", "flers"),
        ("Annexe.pptx", "Le baromètre", _SCORES, "evaluation", "flers"),
    ),
}


def write_gatherings() -> tuple[Gathering, ...]:
    """Make the five gatherings and their thirty files."""
    return tuple(
        Gathering(folder, event, tuple(_file(*each) for each in files)) for (folder, event), files in _LISTED.items()
    )
