"""Checks the settings that say what reads files, and what writes down what is said in recordings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.config.oidc_settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

_SERVICE = re.compile(r"https?://[^\s/?#@]+(/[^\s?#@]*)?/v1/?")


def check_extraction(value: str) -> str:
    """Return the setting. Raises ValueError where it names neither this machine nor a cluster."""
    if value != "local" and not re.fullmatch(r"dask://[^\s/?#@]+:\d{1,5}", value):
        raise ValueError("« local » est attendu, ou l’adresse de l’ordonnanceur, comme dask://10.0.0.5:8786")
    return value


def check_transcription(value: str) -> str:
    """Return the setting. Raises ValueError where it names neither this machine nor a service."""
    if value not in {"", "locale"} and not _SERVICE.fullmatch(value):
        raise ValueError("« locale » est attendu, ou l’adresse d’un service, comme https://transcription.example.fr/v1")
    return value


def check_service(values: Mapping[str, Any]) -> None:
    """Check the settings of a transcription service; `values` are all settings by name.

    Raises ValueError, with a line in French, where its model is not named, or its key would be sent in clear.
    """
    address = values["transcription"]
    if "://" not in address:
        return
    if not values["transcription_model"]:
        raise ValueError(
            "Le réglage « transcription » nomme un service : « transcription_model » dit quel modèle lui demander."
        )
    if (
        values["transcription_key"]
        and address.startswith("http:")
        and not is_loopback(urlsplit(address).hostname or "")
    ):
        raise ValueError(
            "Le réglage « transcription » est une adresse en http : la clé et les paroles y passeraient en clair. "
            "Donnez une adresse en https."
        )
