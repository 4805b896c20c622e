"""`ruche compte`, as whoever installs Ruche uses it."""

from __future__ import annotations

import json
import re
from contextlib import closing
from typing import TYPE_CHECKING

from index.accounts.model import Role
from index.catalogue.access.access import Credentials
from index.catalogue.catalogue import Catalogue
from tests.service.test_commands import run

if TYPE_CHECKING:
    from pathlib import Path


def test_the_first_administrator(tmp_path: Path) -> None:
    """Its password is drawn, shown once, and opens; it cannot be erased while it is the last."""
    run(tmp_path, "init")
    made = run(tmp_path, "compte", "creer", "ada@grigny.example", "--nom", "Ada Martin", "--role", "administrateur")
    assert made.returncode == 0, made.stderr
    shown = re.search(r"montré cette seule fois : (\S+)", made.stdout)
    assert shown is not None
    with closing(Catalogue.open(f"sqlite:///{tmp_path / 'donnees/catalogue.sqlite'}")) as catalogue:
        came = catalogue.access.sign_in(Credentials("ada@grigny.example", shown[1], "127.0.0.1"))
    assert came.role is Role.ADMINISTRATOR
    listed = run(tmp_path, "compte", "lister").stdout
    assert ("Ada Martin" in listed, shown[1] in listed) == (True, False)
    refused = run(tmp_path, "compte", "effacer", "ada@grigny.example", "--oui")
    assert refused.returncode == 1
    assert refused.stderr.startswith("ruche : C’est le dernier compte d’administration actif")


def test_an_account_from_first_to_last(tmp_path: Path) -> None:
    """Changed, exported, suspended, erased; what does not exist is told in one line."""
    run(tmp_path, "init")
    run(tmp_path, "compte", "creer", "bo@grigny.example", "--nom", "Bo", "--sans-mot-de-passe")
    assert "animation" in run(tmp_path, "compte", "modifier", "bo@grigny.example", "--role", "animateur").stdout
    told = json.loads(run(tmp_path, "compte", "exporter", "bo@grigny.example").stdout)
    assert (told["compte"]["role"], told["compte"]["has_password"]) == ("animateur", False)
    assert run(tmp_path, "compte", "suspendre", "bo@grigny.example").returncode == 0
    assert run(tmp_path, "compte", "effacer", "bo@grigny.example", "--oui").returncode == 0
    gone = run(tmp_path, "compte", "retablir", "bo@grigny.example")
    assert (gone.returncode, len(gone.stderr.splitlines())) == (1, 1)
    assert "Aucun compte n’a l’adresse" in gone.stderr
