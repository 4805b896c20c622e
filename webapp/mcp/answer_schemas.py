"""Answers of the assistant's tools. Docstrings and descriptions are part of the schema it reads, hence in French."""

from __future__ import annotations

from pydantic import BaseModel, Field


class PassageAnswer(BaseModel):
    """Un passage d’un document."""

    place: str = Field(description="Où il se trouve, comme on le cite : « diapositive 12 », « page 3 », « 34:10 ».")
    anchor: str = Field(description="Le même endroit, tel que « ouvrir » et « citer » le comprennent.")
    title: str = Field(description="Titre de la diapositive ou de la section ; vide s’il n’y en a pas.")
    text: str = Field(description="Ses mots ; « … » marque ce qui est coupé, et que « ouvrir » donne en entier.")
    url: str = Field(description="Adresse qui ouvre le document à cet endroit.")


class ReadPassageAnswer(PassageAnswer):
    """Un passage lu dans son document."""

    notes: str = Field(description="Notes de la personne qui présentait ; vide s’il n’y en a pas.")


class DocumentAnswer(BaseModel):
    """Ce qui distingue un document."""

    id: str = Field(description="Identifiant du document, à donner à « ouvrir » et à « citer ».")
    title: str = Field(description="Titre.")
    format: str = Field(description="Format : « Diaporama », « PDF », « Transcription de replay »…")
    date: str = Field(description="Date de ce dont il parle, en toutes lettres ; vide si elle n’est pas connue.")
    event: str = Field(description="Rendez-vous dont il vient, avec sa date ; vide s’il n’y en a pas.")
    themes: list[str] = Field(description="Thèmes.")
    territories: list[str] = Field(description="Territoires.")
    target_groups: list[str] = Field(description="Publics visés.")
    transcribed: bool = Field(
        description="Vrai si un programme a écrit ses mots d’après le son : il se trompe, dites-le en le citant."
    )
    url: str = Field(description="Adresse de sa page.")


class FoundDocumentAnswer(DocumentAnswer):
    """Un document qui répond à la question."""

    missing: list[str] = Field(description="Mots de la question que ce document ne contient pas.")
    passages: list[PassageAnswer] = Field(description="Ses meilleurs passages, trois au plus, le meilleur d’abord.")


class SearchAnswer(BaseModel):
    """Les documents qui répondent à la question."""

    total: int = Field(description="Nombre de documents qui répondent.")
    page: int = Field(description="Page de la liste, à partir de 1.")
    pages: int = Field(description="Nombre de pages de la liste.")
    remarks: list[str] = Field(description="Comment la question a été comprise : corrections, sigles développés.")
    documents: list[FoundDocumentAnswer] = Field(description="Documents, le plus pertinent d’abord.")


class OpenedDocumentAnswer(DocumentAnswer):
    """Un document, ou une partie."""

    summary: str = Field(description="Ce que l’équipe d’animation en dit ; vide si elle n’en dit rien.")
    extent: str = Field(
        description="De quel endroit à quel endroit va le document entier ; vide s’il n’a pas de texte."
    )
    passages: list[ReadPassageAnswer] = Field(description="Passages lus, dans l’ordre du document.")
    cursor: str = Field(description="S’il n’est pas vide : à donner à « ouvrir » pour lire la suite.")


class CitationAnswer(BaseModel):
    """Une référence prête à être écrite."""

    reference: str = Field(
        description="Référence complète (ISO 690) : auteurs, titre, rendez-vous, date, endroit, adresse."
    )
    short: str = Field(description="Référence courte, pour le corps d’un texte.")
    url: str = Field(description="Adresse permanente, qui ouvre le document à l’endroit cité.")
