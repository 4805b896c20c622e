"""Where secrets may lie: in the environment, or in a file that nobody else on the machine may read."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ENDINGS = ("_key", "_password", "_secret", "_token")
"""How settings that are secrets are named."""

_URL_WITH_PASSWORD = re.compile(r"://[^/@]*:[^/@]+@")


def refuse_shared(values: Mapping[str, Any], source: Path) -> None:
    """Look at the settings of a file. Raises ValueError where it holds a secret that others may read."""
    for name, value in values.items():
        if value and isinstance(value, str) and is_secret(name, value):
            kept_apart(source, name)


def kept_apart(file: Path, name: str) -> str:
    """The text of a file that holds the secret of a setting. Raises ValueError where others may read or replace it."""
    try:
        shared = os.name == "posix" and file.stat().st_mode & 0o077
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"Réglage «\u00a0{name}\u00a0»\u00a0: {file} ne se lit pas ({error}).") from error
    if shared:
        raise ValueError(
            f"Réglage «\u00a0{name}\u00a0»\u00a0: le secret est dans {file}, que d’autres comptes de la machine "
            f"peuvent lire. Faites «\u00a0chmod 600 {file}\u00a0»."
        )
    return text


def is_secret(name: str, value: str) -> bool:
    """Whether a setting's value must be told to nobody."""
    return name.endswith(_ENDINGS) or bool(_URL_WITH_PASSWORD.search(value))
