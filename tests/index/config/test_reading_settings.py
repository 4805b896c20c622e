"""The settings of services of models: what is wrong is told in a line, and no key is sent in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.config.settings_file import SettingsError, load_settings

if TYPE_CHECKING:
    from pathlib import Path

SERVICE = "https://transcription.example.fr/v1"


def write(folder: Path, **values: str) -> Path:
    """A settings file that nobody else may read."""
    file = folder / "ruche.toml"
    file.write_text("".join(f'{name} = "{value}"\n' for name, value in values.items()), encoding="utf-8")
    file.chmod(0o600)
    return file


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"transcription": "locale"},
        {"transcription": SERVICE, "transcription_model": "m"},
        {"transcription": SERVICE, "transcription_model": "m", "transcription_key": "k"},
        {"transcription": "http://127.0.0.1:8000/v1", "transcription_model": "m", "transcription_key": "k"},
        {"transcription": "http://10.0.0.5:8000/v1", "transcription_model": "m"},
        {"embedding": SERVICE, "embedding_model": "m", "embedding_key": "k"},
        {"embedding": "paquet.module:Classe"},
        {"embedding": "paquet:Classe.depuis", "embedding_model": "/dossier"},
        {"reranker": SERVICE, "reranker_model": "m", "reranker_key": "k"},
    ],
)
def test_what_is_accepted(values: dict[str, str], tmp_path: Path) -> None:
    """Nothing, this machine, or a service; without TLS only on this machine, or without a key."""
    settings = load_settings(write(tmp_path, **values))
    assert settings.transcription == values.get("transcription", "")
    assert "_key=" not in repr(settings)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"transcription": "oui"}, "« locale » est attendu"),
        ({"transcription": "https://transcription.example.fr"}, "« locale » est attendu"),
        ({"transcription": "https://cle@transcription.example.fr/v1"}, "« locale » est attendu"),
        ({"transcription": SERVICE}, "« transcription_model » dit quel modèle"),
        (
            {"transcription": "http://10.0.0.5/v1", "transcription_model": "m", "transcription_key": "cle-secrete"},
            "en clair",
        ),
        ({"embedding": "une fonction"}, "« paquet.module:Classe » est attendu"),
        ({"embedding": "paquet.module"}, "« paquet.module:Classe » est attendu"),
        ({"embedding": SERVICE}, "« embedding_model » dit quel modèle"),
        ({"reranker": "paquet.module:Classe"}, "l’adresse d’un service"),
        ({"reranker": SERVICE}, "« reranker_model » dit quel modèle"),
        ({"reranker": "http://10.0.0.5/v1", "reranker_model": "m", "reranker_key": "cle-secrete"}, "en clair"),
    ],
)
def test_what_is_refused(values: dict[str, str], message: str, tmp_path: Path) -> None:
    """In one line, which names the setting and does not repeat the key."""
    with pytest.raises(SettingsError, match=message) as refused:
        load_settings(write(tmp_path, **values))
    assert "\n" not in str(refused.value)
    assert "cle-secrete" not in str(refused.value)
