"""Reads the documents of the demonstration from the YAML files beside this module."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

import yaml

from indexer.demo.markup import DemoSection, parse_markup
from indexer.demo.vocabulary import DemoTerritory, load_territories, make_glossary, make_identity_card

_CONTENT = files("indexer.demo").joinpath("content")


@dataclass(frozen=True)
class DemoDocument:
    """One file to write: its path, what its cover says, what it contains."""

    path: PurePosixPath
    title: str
    occasion: str
    day: date
    sections: tuple[DemoSection, ...]

    @property
    def timestamp(self) -> datetime:
        """Noon of its day, in UTC: the only date that any part of the file may show."""
        return datetime.combine(self.day, time(12), UTC)


def load_demo_documents() -> tuple[DemoDocument, ...]:
    """Load every document of the demonstration library, in the order of their paths."""
    documents = [*_load_event_documents(), *_load_territory_sheets(), _make_glossary_document()]
    return tuple(sorted(documents, key=lambda document: document.path.parts))


def _load_event_documents() -> Iterator[DemoDocument]:
    for folder in ("evenements", "outils"):
        for source in _read_sources(folder):
            for entry in source["fichiers"]:
                yield _make_document(source, entry)


def _make_document(source: Mapping[str, Any], entry: Mapping[str, Any]) -> DemoDocument:
    path = PurePosixPath(source["dossier"], entry["nom"])
    return DemoDocument(path, entry["titre"], source["rendez_vous"], source["date"], parse_markup(entry["texte"]))


def _load_territory_sheets() -> Iterator[DemoDocument]:
    known = load_territories()
    for source in _read_sources("territoires"):
        territory = known[source["territoire"]]
        yield DemoDocument(
            _sheet_path(territory, source["format"]),
            f"Fiche territoire : {territory.name}",
            f"{territory.carrier}, vague {territory.wave}",
            source["date"],
            (make_identity_card(territory), *parse_markup(source["texte"])),
        )


def _sheet_path(territory: DemoTerritory, suffix: str) -> PurePosixPath:
    return PurePosixPath("Territoires", territory.name, f"Fiche territoire - {territory.name}.{suffix}")


def _make_glossary_document() -> DemoDocument:
    path = PurePosixPath("Boîte à outils", "Glossaire des sigles.md")
    return DemoDocument(
        path, "Glossaire des sigles de l'accès aux droits", "Boîte à outils", date(2025, 1, 15), make_glossary()
    )


def _read_sources(folder: str) -> Iterator[dict[str, Any]]:
    # A folder lists its files in any order: two runs must write the same library.
    found = sorted(_CONTENT.joinpath(folder).iterdir(), key=lambda source: source.name)
    for source in found:
        yield yaml.safe_load(source.read_text(encoding="utf-8"))
