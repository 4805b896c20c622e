"""Settings: one file, the environment above it, and one clear line for a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.config.settings import Settings
from index.config.settings_file import SettingsError, load_settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults_without_a_file(tmp_path: Path) -> None:
    """Ruche starts without a settings file, with what it holds beside it."""
    settings = load_settings()
    assert settings.library == tmp_path / "bibliotheque"
    assert settings.catalogue_url == f"sqlite:///{tmp_path / 'donnees' / 'catalogue.sqlite'}"


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable overrides the file."""
    (tmp_path / "ruche.toml").write_text("port = 9000\nsite_name = 'Essai'", encoding="utf-8")
    monkeypatch.setenv("RUCHE_PORT", "9001")
    settings = load_settings()
    assert (settings.port, settings.site_name) == (9001, "Essai")


def test_paths_start_from_the_file(tmp_path: Path) -> None:
    """The same file means the same folders from wherever the command is run."""
    folder = tmp_path / "ailleurs"
    folder.mkdir()
    (folder / "ruche.toml").write_text('library = "partage"', encoding="utf-8")
    assert load_settings(Path("ailleurs/ruche.toml")).library == folder / "partage"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('port = "abc"', "« port » incorrect .*un nombre entier"),
        ("port = 99999", "65535 au plus"),
        ("prot = 1", "Réglage inconnu : « prot »"),
        ('host = "0.0.0.0"', "auth = aucune"),
        ('host = "exemple.fr"', "auth = aucune"),
        ("library = 3", "un chemin de dossier"),
        ('site_name = ""', "vide"),
        ("port = 1.5", "un nombre entier"),
        ("x = = 1", "illisible"),
        ('library = "donnees/depot"\ndata = "donnees"', "l’un dans l’autre"),
    ],
)
def test_a_wrong_value_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    """A mistake is told in one line that names the setting and says what is expected."""
    (tmp_path / "ruche.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said) as caught:
        load_settings()
    assert "\n" not in str(caught.value)


def test_a_misspelt_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that does nothing would be looked for a long time."""
    monkeypatch.setenv("RUCHE_PROT", "1")
    with pytest.raises(SettingsError, match="RUCHE_PROT"):
        load_settings()


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names the variable where the value came from one."""
    monkeypatch.setenv("RUCHE_WORKERS", "beaucoup")
    with pytest.raises(SettingsError, match="variable RUCHE_WORKERS"):
        load_settings()


def test_a_named_file_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for a file that is not there is a mistake, not a wish for defaults."""
    monkeypatch.setenv("RUCHE_CONFIG", str(tmp_path / "absent.toml"))
    with pytest.raises(SettingsError, match="introuvable"):
        load_settings()


def test_every_setting_says_what_it_is() -> None:
    """Each setting has its sentence in French, which « ruche init » writes into the file."""
    assert all((field.description or "").endswith(".") for field in Settings.model_fields.values())


def test_a_setting_of_a_former_version_says_what_replaces_it(tmp_path: Path) -> None:
    """Whoever updates reads what became of it, rather than that nobody knows it."""
    file = tmp_path / "ruche.toml"
    file.write_text('judged_questions = "questions.yaml"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="ruche evaluer --importer"):
        load_settings(file)
