"""Reads the documents of the demonstration from the YAML files beside this module."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from index.plain_yaml import load_yaml
from indexer.demo.notation import Bullets, DemoSection, PlainParagraph, Table, parse_markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CONTENT = files("indexer.demo").joinpath("content")


@dataclass(frozen=True)
class DemoDocument:
    """One file to write: its path, what its cover says, what it contains, and whether as an image of a page."""

    path: PurePosixPath
    title: str
    occasion: str
    day: date
    sections: tuple[DemoSection, ...]
    scanned: bool = False

    @property
    def timestamp(self) -> datetime:
        """Noon of its day, in UTC: the only date that any part of the file may show."""
        return datetime.combine(self.day, time(12), UTC)


def load_demo_documents() -> tuple[DemoDocument, ...]:
    """Load every document of the demonstration library, in the order of their paths."""
    documents = [*_load_event_documents(), *_load_territory_sheets(), _make_glossary_document()]
    return tuple(sorted(documents, key=lambda document: document.path.parts))


def find_deck(document: DemoDocument) -> DemoDocument | None:
    """Return the deck of the event of a document, which lies in the same folder."""
    beside = (each for each in _load_event_documents() if each.path.parent == document.path.parent)
    return next((each for each in beside if each.path.suffix == ".pptx"), None)


def _load_event_documents() -> Iterator[DemoDocument]:
    for folder in ("evenements", "outils"):
        for source in _read_sources(folder):
            for entry in source["fichiers"]:
                yield _make_document(source, entry)


def _make_document(source: Mapping[str, Any], entry: Mapping[str, Any]) -> DemoDocument:
    path = PurePosixPath(source["dossier"], entry["nom"])
    return DemoDocument(
        path,
        entry["titre"],
        source["rendez_vous"],
        date.fromisoformat(source["date"]),
        parse_markup(entry["texte"]),
        scanned=entry.get("numerise", False),
    )


def _load_territory_sheets() -> Iterator[DemoDocument]:
    known = load_territories()
    for source in _read_sources("territoires"):
        territory = known[source["territoire"]]
        yield DemoDocument(
            _sheet_path(territory, source["format"]),
            f"Fiche territoire : {territory.name}",
            f"{territory.carrier}, vague {territory.wave}",
            date.fromisoformat(source["date"]),
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
        yield cast("dict[str, Any]", load_yaml(source.read_text(encoding="utf-8")))


_CATEGORIES = {
    "accompagnement": "Accompagnement des personnes",
    "administration": "Administrations",
    "collectivite": "Collectivités",
    "donnees": "Données et identifiants",
    "droit": "Droit et protection des données",
    "hebergement": "Hébergement et urgence sociale",
    "numerique": "Numérique",
    "organisme": "Organismes et caisses",
    "pilotage": "Pilotage et conventions",
    "pratique": "Pratiques professionnelles",
    "prestation": "Prestations",
    "programme": "Programme",
    "recherche": "Recherche",
    "sante": "Santé",
    "systeme": "Systèmes d'information",
    "territoire": "Territoires",
    "texte": "Textes de référence",
}


@dataclass(frozen=True)
class DemoTerritory:
    """A territory of the experiment whose carrier is attested by a public source."""

    slug: str
    name: str
    carrier: str
    department: str
    region: str
    wave: int
    perimeter: str


def load_territories() -> dict[str, DemoTerritory]:
    """Load the territories that have a source, by slug."""
    return {entry["id"]: _to_territory(entry) for entry in _load_vocabulary()["territoires"] if entry.get("sources")}


def _to_territory(entry: dict[str, Any]) -> DemoTerritory:
    return DemoTerritory(
        slug=entry["id"],
        name=entry["nom"],
        carrier=entry["porteur"],
        department=f"{entry['departement']} ({entry['code_departement']})",
        region=entry["region"],
        wave=int(entry["vague"]),
        perimeter=entry.get("perimetre", ""),
    )


def make_identity_card(territory: DemoTerritory) -> DemoSection:
    """Make the only section of a sheet that states facts: those of the vocabulary."""
    rows = [
        ("Rubrique", "Renseignement"),
        ("Porteur", territory.carrier),
        ("Département", territory.department),
        ("Région", territory.region),
        ("Vague", str(territory.wave)),
    ]
    if territory.perimeter:
        rows.append(("Périmètre", territory.perimeter))
    return DemoSection("Carte d'identité", (Table(tuple(rows)),))


def make_glossary() -> tuple[DemoSection, ...]:
    """Make the sections of the glossary: the acronyms by category, each under its own title."""
    entries = sorted(
        _load_vocabulary()["sigles"], key=lambda entry: (_category_label(entry), entry["sigle"].casefold())
    )
    introduction = PlainParagraph(
        "Ce glossaire reprend les sigles du vocabulaire de la communauté, classés par famille."
    )
    sections = [
        DemoSection(title, (Bullets(tuple(_format_definition(entry) for entry in group)),))
        for title, group in groupby(entries, key=_category_label)
    ]
    return (DemoSection("Mode d'emploi", (introduction,)), *sections)


def _category_label(entry: dict[str, Any]) -> str:
    category = str(entry["categorie"])
    return _CATEGORIES.get(category, category.capitalize())


def _format_definition(entry: dict[str, Any]) -> str:
    # An expansion given from memory must show that someone has yet to check it, here as in the vocabulary.
    reserve = " (à faire relire)" if entry.get("confiance") == "usage" else ""
    return f"{entry['sigle']} : {entry['expansion']}{reserve}"


@cache
def _load_vocabulary() -> dict[str, Any]:
    text = files("index").joinpath("data/vocabulaire.yaml").read_text(encoding="utf-8")
    return cast("dict[str, Any]", load_yaml(text))
