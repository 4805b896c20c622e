"""The command line, as an administrator uses it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import unicodedata
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from index.catalogue import HEAD, check_catalogue
from index.catalogue.database import MIGRATIONS, begin_migration
from tests.indexer.conftest import write_deck
from tests.service.installation import ruche

if TYPE_CHECKING:
    from pathlib import Path


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`ruche` in a folder, in a terminal of 200 columns, with these variables of the environment."""
    return subprocess.run(  # noqa: S603 - our own command
        ruche(*arguments),
        cwd=folder,
        env=os.environ | {"COLUMNS": "200"} | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )


@pytest.fixture(scope="module")
def new_installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new installation with one deck and one file that cannot be read, of which tests have copies."""
    folder = tmp_path_factory.mktemp("new")
    assert run(folder, "init").returncode == 0
    write_deck(folder / "bibliotheque" / "Webinaires" / "2024-01-25 - L'aller vers" / "deck.pptx", "Le bus des droits")
    (folder / "bibliotheque" / "vide.pdf").touch()
    return folder


@pytest.fixture(scope="module")
def read_installation(new_installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, whose files were read."""
    folder = shutil.copytree(new_installation, tmp_path_factory.mktemp("read"), dirs_exist_ok=True)
    assert run(folder, "index").returncode == 0
    return folder


@pytest.fixture
def installation(new_installation: Path, tmp_path: Path) -> Path:
    """A new installation with one deck and one file that cannot be read."""
    return shutil.copytree(new_installation, tmp_path, dirs_exist_ok=True)


@pytest.fixture
def indexed(read_installation: Path, tmp_path: Path) -> Path:
    """One whose files were read, and which was moved here since."""
    return shutil.copytree(read_installation, tmp_path, dirs_exist_ok=True)


def test_init_writes_a_commented_installation(tmp_path: Path) -> None:
    """`ruche init` writes settings that Ruche accepts as they are, and never over those that exist."""
    first = run(tmp_path, "init", "ruche")
    assert first.returncode == 0
    text = (tmp_path / "ruche" / "ruche.toml").read_text(encoding="utf-8")
    assert '# library = "bibliotheque"' in text
    assert 'vocabulary = "vocabulaire.yaml"' in text
    assert run(tmp_path, "--config", "ruche/ruche.toml", "status").returncode == 0
    (tmp_path / "ruche" / "ruche.toml").write_text("port = 9000", encoding="utf-8")
    again = run(tmp_path, "init", "ruche")
    assert again.returncode == 1
    assert "existe déjà" in again.stderr
    assert (tmp_path / "ruche" / "ruche.toml").read_text(encoding="utf-8") == "port = 9000"


def test_the_command_that_init_proposes_can_be_pasted(tmp_path: Path) -> None:
    """A path that a shell would split or read otherwise is quoted."""
    assert "« ruche serve »" in run(tmp_path, "init").stdout
    assert "« ruche --config ruche/ruche.toml serve »" in run(tmp_path, "init", "ruche").stdout
    assert "« ruche --config 'la $ruche/ruche.toml' serve »" in run(tmp_path, "init", "la $ruche").stdout


def test_every_commented_default_is_true(tmp_path: Path) -> None:
    """Taking the « # » away from any line of the settings file changes nothing, and breaks nothing."""
    run(tmp_path, "init")
    file = tmp_path / "ruche.toml"
    text = re.sub(r"^# (\w+ = )", r"\1", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert "\nport = 8420" in text
    file.write_text(text, encoding="utf-8")
    assert run(tmp_path, "status").returncode == 0


def test_index_search_status(installation: Path) -> None:
    """Index once, find a slide, read what became of each file, with the reason and the advice."""
    indexed = run(installation, "index")
    assert indexed.returncode == 0, indexed.stderr
    assert "1 fichier lu, 1 illisible" in indexed.stdout
    found = run(installation, "search", "bus", "des", "droits").stdout
    assert "1 document" in found
    assert "diapositive 1" in found
    status = run(installation, "status").stdout
    assert "en échec : fichier vide (0 octet) (1)" in status
    assert "Que faire : la copie a sans doute été interrompue" in status
    assert "vide.pdf" in status
    assert "deck.pptx" not in status
    assert "deck.pptx" in run(installation, "status", "--tout").stdout


def test_judged_questions(indexed: Path) -> None:
    """They are imported once, evaluated beside the time before, and exported as they came; a fault is one line."""
    without = run(indexed, "evaluer")
    assert (without.returncode, "pas de question de contrôle" in without.stdout) == (1, True)
    path = "Webinaires/2024-01-25 - L'aller vers/deck.pptx"
    (indexed / "questions.yaml").write_text(f'- text: "bus"\n  answers: ["{path}"]\n- text: rien\n', encoding="utf-8")
    first = run(indexed, "evaluer", "--importer", "questions.yaml").stdout
    assert "Questions ajoutées : 1, sur 2 dans le fichier." in first
    assert "réponse à la première place : 1 sur 1" in first
    again = run(indexed, "evaluer").stdout
    assert "1 sur 1, 1 sur 1 la fois d’avant" in again
    assert "Rien ne change" in again
    run(indexed, "evaluer", "--exporter", "sorties.yaml")
    assert "deck.pptx" in (indexed / "sorties.yaml").read_text(encoding="utf-8")
    absent = run(indexed, "evaluer", "--importer", "absent.yaml")
    assert (absent.returncode, absent.stderr.count("\n"), "absent.yaml" in absent.stderr) == (1, 1, True)


def test_rebuild(indexed: Path) -> None:
    """The index is rebuilt from the catalogue, without the files."""
    (indexed / "bibliotheque" / "vide.pdf").unlink()
    rebuilt = run(indexed, "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert "Le nouvel index est en service" in rebuilt.stdout
    assert "1 document" in run(indexed, "search", "bus").stdout


def test_roll_back(indexed: Path) -> None:
    """The index before is put back, with what came since; where there is none, that is said in a line."""
    refused = run(indexed, "rollback")
    assert refused.returncode == 1
    assert refused.stderr.startswith("ruche : Aucun index précédent")
    run(indexed, "rebuild")
    back = run(indexed, "rollback")
    assert back.returncode == 0, back.stderr
    assert "L’index 000001 est de nouveau en service" in back.stdout
    assert "1 document" in run(indexed, "search", "bus").stdout


def test_backup_and_restore(indexed: Path, tmp_path: Path) -> None:
    """A backup restored elsewhere, with its library, finds what was found, without reading a file again."""
    saved = run(indexed, "backup", "sauvegardes")
    assert saved.returncode == 0, saved.stderr
    (archive,) = (tmp_path / "sauvegardes").iterdir()
    refused = run(indexed, "restore", str(archive))
    assert refused.returncode == 1
    assert "existe déjà" in refused.stderr
    (tmp_path / "neuve").mkdir()
    restored = run(tmp_path / "neuve", "restore", str(archive))
    assert restored.returncode == 0, restored.stderr
    assert "Documents du catalogue restauré : 1" in restored.stdout
    shutil.copytree(indexed / "bibliotheque", tmp_path / "neuve" / "bibliotheque")
    assert "0 fichier lu" in run(tmp_path / "neuve", "index").stdout
    assert "diapositive 1" in run(tmp_path / "neuve", "search", "bus").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--config", "absent.toml", "status"), "Fichier de réglages introuvable"),
        (("index", "nulle-part"), "le partage est-il monté"),
        (("rebuild", "--config", "x"), "No such option"),
        (("restore", "absente.zip"), "n’est pas une sauvegarde"),
        (("backup", "ici"), "Aucun catalogue"),
    ],
)
def test_mistakes_are_told_without_a_traceback(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """A mistake is a line that says what to do, and an exit code, never a traceback."""
    run(tmp_path, "init")
    mistaken = run(tmp_path, *arguments)
    assert mistaken.returncode != 0
    assert said in mistaken.stderr
    assert "Traceback" not in mistaken.stderr


def test_another_library_is_refused(indexed: Path, tmp_path: Path) -> None:
    """A catalogue that follows one folder does not forget it because another was named."""
    (tmp_path / "autre").mkdir()
    refused = run(indexed, "index", "autre")
    assert refused.returncode == 1
    assert "Ce catalogue suit le dossier" in refused.stderr
    assert "1 document" in run(indexed, "search", "bus").stdout


@pytest.mark.parametrize("arguments", [("status",), ("index",), ("search", "caf"), ("rebuild",), ("compte", "lister")])
def test_nothing_is_made_where_nothing_was_prepared(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A command that is given in a folder of no installation says so, and leaves the folder as it was."""
    answer = run(tmp_path, *arguments)
    assert answer.returncode != 0
    assert "ruche init" in answer.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "locale", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_any_locale(installation: Path, locale: dict[str, str]) -> None:
    """A terminal or a file that knows no accents gets plain letters, and no error."""
    for arguments in (("index",), ("status", "--tout"), ("search", "bus"), ("--help",), ("doctor",)):
        answer = run(installation, *arguments, **locale)
        assert answer.returncode == 0, answer.stderr
        assert answer.stdout.isascii()
    assert "Que faire : la copie a sans doute ete interrompue" in run(installation, "status", **locale).stdout


def test_controls_are_not_obeyed(installation: Path) -> None:
    """Names and texts with control characters change nothing in a terminal: no colour, no title, no other line."""
    nasty = "a\x1b]0;titre\x07\x9b31m\u202e\nDeux : 3.txt"
    (installation / "bibliotheque" / nasty).write_text("muguet \x1b[2J\x9b2J fin", encoding="utf-8")
    asked = (("index",), ("search", "muguet"), ("status", "--tout"))
    said = "".join(run(installation, *arguments).stdout for arguments in asked)
    assert "muguet" in said
    assert [sign for sign in said if unicodedata.category(sign) in {"Cc", "Cf"} and sign != "\n"] == []
    assert not any(line.startswith("Deux") for line in said.splitlines())


def test_a_demonstration_is_not_written_among_other_files(installation: Path) -> None:
    """Where the environment names a library that holds something, as an image's may, nothing is written anywhere."""
    before = sorted(installation.rglob("*"))
    refused = run(installation, "demo", RUCHE_LIBRARY=str(installation / "bibliotheque"))
    assert (refused.returncode, "n’est pas vide" in refused.stderr) == (1, True)
    assert sorted(installation.rglob("*")) == before


def test_the_library_of_a_demonstration_is_known_by_where_it_is(installation: Path) -> None:
    """A link in the demonstration's folder may lead among somebody's files; a relative path starts from that folder."""
    (installation / "demo").mkdir()
    link = installation / "demo" / "lien"
    link.symlink_to(installation / "bibliotheque")
    refused = run(installation, "demo", RUCHE_LIBRARY=str(link))
    assert (refused.returncode, "n’est pas vide" in refused.stderr) == (1, True)
    # The port stops what the library does not.
    allowed = run(installation, "demo", RUCHE_LIBRARY="bibliotheque", RUCHE_PORT="quatre")
    assert ("n’est pas vide" in allowed.stderr, "RUCHE_PORT" in allowed.stderr) == (False, True)


def test_doctor_names_what_is_broken(installation: Path) -> None:
    """A line a subject, a remedy for each fault, an exit code that a script can read; nothing is created."""
    before = sorted(installation.rglob("*"))
    sound = run(installation, "doctor")
    assert sound.returncode == 0, sound.stdout
    assert "✓ Bibliothèque" in sound.stdout
    assert sorted(installation.rglob("*")) == before
    (installation / "bibliotheque").rename(installation / "ailleurs")
    broken = run(installation, "doctor", RUCHE_TRANSCRIPTION="locale", RUCHE_TRANSCRIPTION_MODEL="nulle-part")
    assert broken.returncode == 1
    assert broken.stdout.count("✗") == 2
    assert "2 pannes" in broken.stdout
    assert broken.stderr == ""
    misread = run(installation, "doctor", RUCHE_PORT="quatre")
    assert misread.returncode == 1
    assert "✗ Réglages" in misread.stdout
    assert "RUCHE_PORT" in misread.stdout


def test_upgrade_says_what_changes_and_keeps_a_copy(installation: Path) -> None:
    """A catalogue of an earlier version is told what changes, copied beside itself, then brought forward."""
    assert "ruche serve" in run(installation, "upgrade").stdout
    run(installation, "index")
    assert "rien à mettre à jour" in run(installation, "upgrade").stdout
    file = installation / "donnees" / "catalogue.sqlite"
    _bring_back(file, "0033")
    assert "ruche upgrade" in run(installation, "doctor").stdout
    told = run(installation, "upgrade")
    assert told.returncode == 0, told.stderr
    assert "« Utile ? »" in told.stdout
    assert "dossiers" not in told.stdout
    assert check_catalogue(file.with_name("catalogue.sqlite.avant-0033")) == "0033"
    assert check_catalogue(file) == HEAD
    assert "1 document" in run(installation, "search", "bus").stdout


def _bring_back(file: Path, revision: str) -> None:
    """Give a catalogue the schema that an earlier version made."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    database = create_engine(f"sqlite:///{file}")
    with begin_migration(database) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    database.dispose()
