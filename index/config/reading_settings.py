"""Checks the settings that say what reads files, hears recordings, answers questions and helps to rank."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.config.oidc_settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

SPEECH_MODEL_FOLDER = Path(sys.prefix) / "share" / "ruche" / "whisper-base"
"""Where `make install-transcription` puts the model."""

_CLASS = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_SERVICE = re.compile(r"https?://[^\s/?#@]+(/[^\s?#@]*)?/v1/?")


_SENT = {
    "transcription": "les paroles",
    "assistant": "les passages",
    "embedding": "les passages",
    "reranker": "les passages",
}
"""What each setting that names a service has sent to it."""


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


def check_embedding(value: str) -> str:
    """Return the setting. Raises ValueError where it names neither a class nor a service."""
    if value and not _CLASS.fullmatch(value) and not _SERVICE.fullmatch(value):
        raise ValueError(
            "« paquet.module:Classe » est attendu, ou l’adresse d’un service, comme https://albert.example.fr/v1"
        )
    return value


def check_service(value: str) -> str:
    """Return the setting. Raises ValueError where it names no service."""
    if value and not _SERVICE.fullmatch(value):
        raise ValueError("l’adresse d’un service est attendue, comme https://albert.example.fr/v1")
    return value


def check_services(values: Mapping[str, Any]) -> None:
    """Check the settings of the services of models; `values` are all settings by name.

    Raises ValueError, with a line in French, where a model is not named, or a key would be sent in clear.
    """
    # The assistant asks its service which models it has; a model of another kind would be of no use to these.
    for name in ("transcription", "embedding", "reranker"):
        if "://" in values[name] and not values[f"{name}_model"]:
            raise ValueError(f"Le réglage « {name} » nomme un service : « {name}_model » dit quel modèle lui demander.")
    for name, sent in _SENT.items():
        address = urlsplit(values[name])
        if values[f"{name}_key"] and address.scheme == "http" and not is_loopback(address.hostname or ""):
            raise ValueError(
                f"Le réglage « {name} » est une adresse en http : la clé et {sent} y passeraient en clair. "
                "Donnez une adresse en https."
            )
