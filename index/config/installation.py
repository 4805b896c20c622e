"""Creates an installation: a commented settings file, a vocabulary to complete, the watched folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.config.settings import Settings
from index.config.settings_file import SETTINGS_FILE_NAME
from index.model import ExplainedError

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY_NAME = "vocabulaire.yaml"

_SETTINGS_HEADER = """\
# Réglages de Ruche. Une ligne qui commence par « # » est un commentaire : ôtez le « # » pour changer la valeur.
# Chaque réglage peut aussi venir d’une variable d’environnement, par exemple RUCHE_PORT=8080.
# Les chemins relatifs partent du dossier de ce fichier.
"""

_VOCABULARY_TEMPLATE = """\
# Ce fichier complète le vocabulaire livré avec Ruche : une entrée de même « id » (ou de même « sigle ») le remplace.
# Les documents déjà déposés sont étiquetés de nouveau au prochain démarrage.
#
# territoires:
#   - id: ma-commune
#     nom: Ma commune
#     type: ville
#     departement: Mon département
#     code_departement: "00"
#     region: Ma région
#     vague: 2
#     alias: [Autre nom de ma commune]
# themes:
#   - id: mobilite
#     libelle: Mobilité
#     synonymes: [transport, permis de conduire]
# sigles:
#   - sigle: ABC
#     expansion: Ce que veut dire le sigle
"""


class AlreadyInstalledError(ExplainedError):
    """The folder holds an installation already; nothing was written."""


def create_installation(folder: Path, **values: str) -> tuple[Path, ...]:
    """Write a new installation into a folder and return its paths: settings, vocabulary, library.

    `values` are settings to set, as TOML text. Raises AlreadyInstalledError, with nothing written, if there is one.
    """
    settings, vocabulary, library = folder / SETTINGS_FILE_NAME, folder / VOCABULARY_NAME, folder / "bibliotheque"
    if settings.exists():
        raise AlreadyInstalledError(f"{settings} existe déjà : modifiez-le, ou choisissez un autre dossier.")
    library.mkdir(parents=True, exist_ok=True)
    if not vocabulary.exists():
        _write_private(vocabulary, _VOCABULARY_TEMPLATE)
    # Last: it is the settings file that tells an installation.
    _write_private(settings, render_settings_file({"vocabulary": f'"{VOCABULARY_NAME}"', **values}))
    return settings, vocabulary, library


def _write_private(file: Path, text: str) -> None:
    # Closed before anything is in it: an administrator will write secrets there.
    file.touch(0o600)
    file.write_text(text, encoding="utf-8")


def render_settings_file(values: dict[str, str]) -> str:
    """Return the text of a settings file: each setting after its description, commented out unless in `values`.

    Values are TOML text. Settings come in the order of their definition.
    """
    lines = [_SETTINGS_HEADER]
    for name, field in Settings.model_fields.items():
        lines.append(f"# {field.description}")
        lines.append(f"{name} = {values[name]}" if name in values else f"# {name} = {_format_toml(field.default)}")
        lines.append("")
    return "\n".join(lines)


def _format_toml(value: object) -> str:
    if value is None:
        return '""'
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else f'"{value}"'
