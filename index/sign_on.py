"""The settings of the single sign-on, looked at as a whole: what is missing, what would travel or lie in the open."""

from __future__ import annotations

import ipaddress
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

    from index.settings import Settings

DISCOVERY = "/.well-known/openid-configuration"
"""How the address ends where a provider of identities tells of itself (OpenID Connect Discovery 1.0)."""

_SECRET_VARIABLE = "RUCHE_OIDC_CLIENT_SECRET"  # noqa: S105 - the name of a variable
_NEEDED = ("oidc_discovery", "oidc_client_id", "oidc_client_secret", "public_address")
_SIRET = re.compile(r"[0-9]{14}")


def completed(settings: Settings, source: Path) -> Settings:
    """The settings of a file, with the provider's secret read from where it is kept.

    Raises ValueError, with a line in French, where something is missing or where others may read the secret.
    """
    if settings.auth != "oidc":
        return settings
    whole = _with_secret(settings, source)
    if complaint := _complaint(whole):
        raise ValueError(complaint)
    return whole


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_private(address: str) -> bool:
    """Whether what is sent to a web address goes encrypted, or never leaves the machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def _with_secret(settings: Settings, source: Path) -> Settings:
    if path := settings.oidc_client_secret_file:
        return settings.model_copy(update={"oidc_client_secret": _kept_apart(path, "oidc_client_secret_file")})
    if settings.oidc_client_secret and _SECRET_VARIABLE not in os.environ:
        _kept_apart(source, "oidc_client_secret")
    return settings


def _kept_apart(file: Path, name: str) -> str:
    """The text of a file that holds a secret, where nobody else on the machine may read it."""
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


def _complaint(settings: Settings) -> str:
    """What keeps the single sign-on from working; nothing where all is there."""
    for name in _NEEDED:
        if not getattr(settings, name):
            return f"Avec «\u00a0auth = oidc\u00a0», le réglage «\u00a0{name}\u00a0» est nécessaire."
    for name in ("oidc_discovery", "public_address"):
        if not is_private(getattr(settings, name)):
            return (
                f"Réglage «\u00a0{name}\u00a0» incorrect\u00a0: une adresse en https:// est attendue, "
                "hormis sur la machine même."
            )
    if not settings.oidc_discovery.endswith(DISCOVERY):
        return f"Réglage «\u00a0oidc_discovery\u00a0» incorrect\u00a0: l’adresse attendue finit par {DISCOVERY}."
    if "openid" not in settings.oidc_scopes.split():
        return "Réglage «\u00a0oidc_scopes\u00a0» incorrect\u00a0: «\u00a0openid\u00a0» doit y être."
    wrong = [each for each in settings.oidc_sirets.split() if not _SIRET.fullmatch(each)]
    return f"Réglage «\u00a0oidc_sirets\u00a0» incorrect\u00a0: {wrong[0]} n’a pas 14 chiffres." if wrong else ""
