"""Explains in French what is wrong with a setting, from pydantic's error."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from index.config import secrets_policy

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails


_GONE = {
    "judged_questions": "les questions de contrôle sont dans le catalogue. Retirez ce réglage, puis importez ce "
    "fichier par « ruche evaluer --importer » ou par la page « Questions de contrôle »."
}
"""Settings of former versions, and what to do where they are still written."""


def explain_setting_error(error: ErrorDetails, source: Path, prefix: str) -> str:
    """Return one line that says which setting is wrong, where, and what was expected.

    `source` is the settings file; `prefix` begins the names of environment variables, which win over the file.
    """
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        if name in _GONE:
            return f"Réglage « {name} » dans {source} : {_GONE[name]}"
        return f"Réglage inconnu : « {name} » dans {source}. Les réglages sont dans docs/reglages.md."
    where = f"variable {prefix}{name.upper()}" if f"{prefix}{name.upper()}" in os.environ else str(source)
    limits, given = error.get("ctx", {}), error["input"]
    # The value is not repeated: it may hold a password.
    if name == "opensearch_url" and "@" in str(given):
        return (
            f"Réglage « {name} » incorrect ({where}) : une adresse n’y dit ni compte ni mot de passe ; "
            "donnez-les par « opensearch_user » et « opensearch_password »."
        )
    wanted = {
        "int_parsing": "un nombre entier est attendu",
        "int_type": "un nombre entier est attendu",
        "int_from_float": "un nombre entier est attendu",
        "float_parsing": "un nombre est attendu",
        "float_type": "un nombre est attendu",
        "string_type": "un texte entre guillemets est attendu",
        "string_too_short": "il ne peut pas être vide",
        "path_type": "un chemin de dossier ou de fichier est attendu",
        "greater_than": f"plus de {limits.get('gt')}",
        "greater_than_equal": f"{limits.get('ge')} au moins",
        "less_than_equal": f"{limits.get('le')} au plus",
        "literal_error": f"valeurs possibles : {limits.get('expected', '').replace(' or ', ' ou ')}",
        "string_pattern_mismatch": "des minuscules, des chiffres et des tirets sont attendus"
        if name == "opensearch_index"
        else "une adresse complète est attendue, comme https://ruche.example.fr",
        "value_error": str(limits.get("error", "")),
    }.get(error["type"], error["msg"])
    # A wrong secret must not end in a terminal or in a log.
    shown = "" if secrets_policy.is_secret(name, str(given)) else f"{given!r} ; "
    return f"Réglage « {name} » incorrect ({where}) : {shown}{wanted}."
