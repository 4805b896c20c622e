"""Checks the settings of the single sign-on (OpenID Connect) as a whole, and reads its secret."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.config.secrets_policy import read_private_file

if TYPE_CHECKING:
    from collections.abc import Mapping

DISCOVERY_PATH = "/.well-known/openid-configuration"
"""The end of the address of an identity provider's metadata (OpenID Connect Discovery 1.0)."""

_REQUIRED_SETTINGS = ("oidc_discovery", "oidc_client_id", "oidc_client_secret", "public_address")
_SIRET = re.compile(r"[0-9]{14}")


def read_oidc_secret(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the client secret that stands in a file, as the setting that it is; nothing where there is no such file.

    `values` are all settings by name. Raises ValueError, with a line in French, where a setting of the single sign-on
    is missing or wrong, or others may read the secret.
    """
    if values["auth"] != "oidc":
        return {}
    path = values["oidc_client_secret_file"]
    secret = {"oidc_client_secret": read_private_file(path, "oidc_client_secret_file")} if path else {}
    if complaint := _find_oidc_error({**values, **secret}):
        raise ValueError(complaint)
    return secret


def is_loopback(host: str) -> bool:
    """Whether a host name or an address is this machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_confidential_url(address: str) -> bool:
    """Whether what is sent to a web address is encrypted, or does not leave the machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def _find_oidc_error(values: Mapping[str, Any]) -> str:
    """Return a line in French on the first setting that is missing or wrong, an empty string where all are right."""
    for name in _REQUIRED_SETTINGS:
        if not values[name]:
            return f"Avec «\u00a0auth = oidc\u00a0», le réglage «\u00a0{name}\u00a0» est nécessaire."
    # Codes and secrets travel to these addresses.
    for name in ("oidc_discovery", "public_address"):
        if not is_confidential_url(values[name]):
            return (
                f"Réglage «\u00a0{name}\u00a0» incorrect\u00a0: une adresse en https:// est attendue, "
                "hormis sur la machine même."
            )
    if not values["oidc_discovery"].endswith(DISCOVERY_PATH):
        return f"Réglage «\u00a0oidc_discovery\u00a0» incorrect\u00a0: l’adresse attendue finit par {DISCOVERY_PATH}."
    # Without this scope the provider speaks OAuth alone and gives no identity.
    if "openid" not in values["oidc_scopes"].split():
        return "Réglage «\u00a0oidc_scopes\u00a0» incorrect\u00a0: «\u00a0openid\u00a0» doit y être."
    wrong = [each for each in values["oidc_sirets"].split() if not _SIRET.fullmatch(each)]
    return f"Réglage «\u00a0oidc_sirets\u00a0» incorrect\u00a0: {wrong[0]} n’a pas 14 chiffres." if wrong else ""
