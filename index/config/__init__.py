"""An installation's settings, checked as a whole."""

from index.config.installation import VOCABULARY_NAME, create_installation
from index.config.oidc_settings import DISCOVERY_PATH, is_confidential_url
from index.config.reading_settings import SPEECH_MODEL_FOLDER
from index.config.secrets_policy import read_private_file
from index.config.settings import INDEXER_LOCK_NAME, LogFormat, Settings
from index.config.settings_file import (
    CONFIG_VARIABLE,
    SETTINGS_FILE_NAME,
    SettingsError,
    find_settings_file,
    has_settings,
    load_settings,
)

__all__ = [
    "CONFIG_VARIABLE",
    "DISCOVERY_PATH",
    "INDEXER_LOCK_NAME",
    "SETTINGS_FILE_NAME",
    "SPEECH_MODEL_FOLDER",
    "VOCABULARY_NAME",
    "LogFormat",
    "Settings",
    "SettingsError",
    "create_installation",
    "find_settings_file",
    "has_settings",
    "is_confidential_url",
    "load_settings",
    "read_private_file",
]
