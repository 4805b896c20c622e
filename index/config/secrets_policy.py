"""Checks where secrets are: in the environment, or in a file that no other account of the machine may read."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# How the names of secret settings end.
_SECRET_ENDINGS = ("_key", "_password", "_secret", "_token")

# An address such as postgresql://account:password@host holds a secret too.

_URL_WITH_PASSWORD = re.compile(r"://[^/@]*:[^/@]+@")


def check_secrets_private(values: Mapping[str, Any], source: Path) -> None:
    """Check the settings of the file `source`. Raises ValueError where it holds a secret and others may read it."""
    for name, value in values.items():
        if value and isinstance(value, str) and is_secret(name, value):
            read_private_file(source, name)


def read_private_file(file: Path, name: str) -> str:
    """Return the text of a file that holds a secret; `name` is its setting.

    Raises ValueError, in French, where other accounts may read or write the file, or where it cannot be read.
    """
    try:
        # Any right of the group or of others; Windows has no such bits.
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
    """Whether a setting's value is secret, by its name or because it is an address with a password."""
    return name.endswith(_SECRET_ENDINGS) or bool(_URL_WITH_PASSWORD.search(value))
