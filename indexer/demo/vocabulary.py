"""Takes sourced territories and acronyms for the demonstration from the project's vocabulary."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

import yaml

from indexer.demo.markup import Bullets, Paragraph, Section, Table

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
class Territory:
    """A territory of the experiment whose carrier is attested by a public source."""

    slug: str
    name: str
    carrier: str
    department: str
    region: str
    wave: int
    perimeter: str


def territories() -> dict[str, Territory]:
    """Load the territories that have a source, by slug."""
    return {entry["id"]: _territory(entry) for entry in _vocabulary()["territoires"] if entry.get("sources")}


def _territory(entry: dict[str, Any]) -> Territory:
    return Territory(
        slug=entry["id"],
        name=entry["nom"],
        carrier=entry["porteur"],
        department=f"{entry['departement']} ({entry['code_departement']})",
        region=entry["region"],
        wave=int(entry["vague"]),
        perimeter=entry.get("perimetre", ""),
    )


def identity_card(territory: Territory) -> Section:
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
    return Section("Carte d'identité", (Table(tuple(rows)),))


def glossary() -> tuple[Section, ...]:
    """Make the sections of the glossary: the acronyms by category, each under its own title."""
    entries = sorted(_vocabulary()["sigles"], key=lambda entry: (_category(entry), entry["sigle"].casefold()))
    introduction = Paragraph("Ce glossaire reprend les sigles du vocabulaire de la communauté, classés par famille.")
    sections = [
        Section(title, (Bullets(tuple(_definition(entry) for entry in group)),))
        for title, group in groupby(entries, key=_category)
    ]
    return (Section("Mode d'emploi", (introduction,)), *sections)


def _category(entry: dict[str, Any]) -> str:
    category = str(entry["categorie"])
    return _CATEGORIES.get(category, category.capitalize())


def _definition(entry: dict[str, Any]) -> str:
    # An expansion given from memory must show that someone has yet to check it, here as in the vocabulary.
    reserve = " (à faire relire)" if entry.get("confiance") == "usage" else ""
    return f"{entry['sigle']} : {entry['expansion']}{reserve}"


@cache
def _vocabulary() -> dict[str, Any]:
    text = files("index").joinpath("data/vocabulaire.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content
