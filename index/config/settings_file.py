"""Reads an installation's settings: from `ruche.toml`, which `RUCHE_*` environment variables override.

The command line and `create_app` read them; everything else receives arguments. They are in this package because both
the web and the indexer may import it.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from index.config import oidc_settings, secrets_policy
from index.config.reading_settings import check_services
from index.config.setting_errors import explain_setting_error
from index.config.settings import Settings
from index.engines import CLUSTERED_ENGINES
from index.model import ExplainedError

SETTINGS_FILE_NAME = "ruche.toml"
ENVIRONMENT_PREFIX = "RUCHE_"
CONFIG_VARIABLE = "RUCHE_CONFIG"
"""The variable that names another settings file."""


class SettingsError(ExplainedError):
    """The settings cannot be used; the message is one line in French that says which and why."""


def find_settings_file(named: Path | None = None) -> Path | None:
    """Return the settings file: the one named, else that of RUCHE_CONFIG, else `ruche.toml` here if it exists."""
    variable = os.environ.get(CONFIG_VARIABLE)
    chosen = named or (Path(variable) if variable else None)
    here = Path(SETTINGS_FILE_NAME)
    return chosen or (here if here.exists() else None)


def has_settings(file: Path | None = None) -> bool:
    """Whether anybody has said where an installation is: a settings file, or the environment by its folders."""
    named = {f"{ENVIRONMENT_PREFIX}{folder}" for folder in ("DATA", "LIBRARY")}
    return find_settings_file(file) is not None or bool(named & os.environ.keys())


def load_settings(file: Path | None = None, folder: Path | None = None) -> Settings:
    """Load the settings of a file (found as `find_settings_file` says), overridden by environment variables.

    Relative paths start from `folder`, else from the folder of the file. Raises SettingsError when a named file is
    absent, a name is unknown, or a value is wrong.
    """
    named = find_settings_file(file)
    source = (named or Path(SETTINGS_FILE_NAME)).resolve()
    values = _read_settings_file(source, required=named is not None)
    try:
        settings = Settings(**values | _read_environment())
    except ValidationError as error:
        # The first error only: the message is one line.
        raise SettingsError(explain_setting_error(error.errors()[0], source, ENVIRONMENT_PREFIX)) from error
    anchored = _resolve_paths(settings, folder or source.parent)
    # After paths are resolved: the secret of the single sign-on may be in a file of its own.
    try:
        secrets_policy.check_secrets_private(values, source)
        check_services(anchored.model_dump())
        anchored = anchored.model_copy(update=oidc_settings.read_oidc_secret(anchored.model_dump()))
    except ValueError as error:
        raise SettingsError(str(error)) from error
    if anchored.data.is_relative_to(anchored.library) or anchored.library.is_relative_to(anchored.data):
        # Ruche would index its own files, or write into the library, which it must never do.
        raise SettingsError(
            f"Les dossiers « library » ({anchored.library}) et « data » ({anchored.data}) sont l’un dans l’autre : "
            "séparez-les."
        )
    # Found out now, rather than when the indexer opens the index.
    if anchored.engine in CLUSTERED_ENGINES and anchored.cluster is None:
        raise SettingsError(
            "Le moteur « opensearch » demande le réglage « opensearch_url » : l’adresse de ses machines."
        )
    return anchored


def _read_settings_file(source: Path, *, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if required:
            raise SettingsError(f"Fichier de réglages introuvable : {source}. « ruche init » en écrit un.") from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"Fichier de réglages illisible : {source} ({error}).") from error


def _read_environment() -> dict[str, str]:
    """Return the settings of environment variables, as text. Raises SettingsError where one names no setting."""
    known = {f"{ENVIRONMENT_PREFIX}{name}".upper(): name for name in Settings.model_fields}
    # CONFIG_VARIABLE has the prefix, but names the file and is no setting.
    given = [name for name in sorted(os.environ) if name.startswith(ENVIRONMENT_PREFIX) and name != CONFIG_VARIABLE]
    if unknown := [name for name in given if name not in known]:
        raise SettingsError(
            f"Variable d’environnement inconnue : {unknown[0]}. Les réglages sont dans docs/reglages.md."
        )
    return {known[name]: os.environ[name] for name in given}


def _resolve_paths(settings: Settings, folder: Path) -> Settings:
    """Return the settings with their paths made absolute, relative ones from `folder`."""
    # Everything else works with absolute paths: a service may be started from any folder.
    paths = {name: value for name, value in settings if isinstance(value, Path)}
    return settings.model_copy(update={name: (folder / value.expanduser()).resolve() for name, value in paths.items()})
