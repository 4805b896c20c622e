"""Reads the documents of the demonstration from the YAML files beside this module."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

import yaml

from indexer.demo.markup import Section, parse
from indexer.demo.vocabulary import Territory, glossary, identity_card, territories

_CONTENT = files("indexer.demo").joinpath("content")


@dataclass(frozen=True)
class Document:
    """One file to write: its path, what its cover says, what it contains."""

    path: PurePosixPath
    title: str
    occasion: str
    day: date
    sections: tuple[Section, ...]

    @property
    def moment(self) -> datetime:
        """Noon of its day, in UTC: the only date that any part of the file may show."""
        return datetime.combine(self.day, time(12), UTC)


def demo_documents() -> tuple[Document, ...]:
    """Load every document of the demonstration library, in the order of their paths."""
    documents = [*_gatherings(), *_territory_sheets(), _glossary()]
    return tuple(sorted(documents, key=lambda document: document.path.parts))


def _gatherings() -> Iterator[Document]:
    for folder in ("evenements", "outils"):
        for source in _sources(folder):
            for entry in source["fichiers"]:
                yield _document(source, entry)


def _document(source: Mapping[str, Any], entry: Mapping[str, Any]) -> Document:
    path = PurePosixPath(source["dossier"], entry["nom"])
    return Document(path, entry["titre"], source["rendez_vous"], source["date"], parse(entry["texte"]))


def _territory_sheets() -> Iterator[Document]:
    known = territories()
    for source in _sources("territoires"):
        territory = known[source["territoire"]]
        yield Document(
            _sheet_path(territory, source["format"]),
            f"Fiche territoire : {territory.name}",
            f"{territory.carrier}, vague {territory.wave}",
            source["date"],
            (identity_card(territory), *parse(source["texte"])),
        )


def _sheet_path(territory: Territory, suffix: str) -> PurePosixPath:
    return PurePosixPath("Territoires", territory.name, f"Fiche territoire - {territory.name}.{suffix}")


def _glossary() -> Document:
    path = PurePosixPath("Boîte à outils", "Glossaire des sigles.md")
    return Document(path, "Glossaire des sigles de l'accès aux droits", "Boîte à outils", date(2025, 1, 15), glossary())


def _sources(folder: str) -> Iterator[dict[str, Any]]:
    # A folder lists its files in any order: two runs must write the same library.
    found = sorted(_CONTENT.joinpath(folder).iterdir(), key=lambda source: source.name)
    for source in found:
        yield yaml.safe_load(source.read_text(encoding="utf-8"))
