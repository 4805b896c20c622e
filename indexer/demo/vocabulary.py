"""Takes sourced territories and acronyms for the demonstration from the project's vocabulary."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

import yaml

from indexer.demo.markup import Bullets, DemoSection, PlainParagraph, Table

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
    content: dict[str, Any] = yaml.safe_load(text)
    return content
