"""Deposits, counts and mails with the service as it runs: the web and the indexer in their own processes."""

from __future__ import annotations

import re
import subprocess
import urllib.request
from contextlib import closing
from datetime import date
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING

from index.catalogue.catalogue import Catalogue
from index.config.installation import create_installation
from tests.service.installation import ruche

if TYPE_CHECKING:
    from pathlib import Path

    from tests.service.installation import Service

_EDGE = "----limite"


def _form(fields: dict[str, str], name: str, content: bytes) -> bytes:
    parts = [
        f'--{_EDGE}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()
    ]
    file = f'--{_EDGE}\r\nContent-Disposition: form-data; name="fichiers"; filename="{name}"\r\n\r\n'
    return "".join(parts).encode() + file.encode() + content + f"\r\n--{_EDGE}--\r\n".encode()


def test_a_deposit_is_found_by_search(service: Service) -> None:
    """Through the real server: a file larger than any other request, with what its depositor says of it."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    address = f"{service.url}animation/depot"
    with browser.open(address, timeout=30) as page:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
    assert token
    content = ("# La chauve-souris\n\n" + "Des mots, encore des mots.\n" * 40_000).encode()
    fields = {"csrf_token": token[1], "dossier": ".", "nouveau": "Fiches", "theme": "rgpd"}
    request = urllib.request.Request(  # noqa: S310 - a fixed address
        address,
        data=_form(fields, "Chauve-souris.md", content),
        headers={"Content-Type": f"multipart/form-data; boundary={_EDGE}", "Accept": "application/json"},
    )
    with browser.open(request, timeout=60) as answer:
        assert b'"depose"' in answer.read()
    assert (service.library / "Fiches/Chauve-souris.md").read_bytes() == content
    found, _ = service.wait_for("chauve-souris", lambda told: told["total"] == 1, 60)
    tags = {(tag["facet"], tag["value"], tag["source"]) for tag in found["results"][0]["tags"]}
    assert ("theme", "rgpd", "animateur") in tags


def test_what_was_counted_is_written_before_the_end(service: Service) -> None:
    """Counts that waited in memory survive an orderly stop."""
    with urllib.request.urlopen(f"{service.url}recherche?q=zanzibar", timeout=30) as page:  # noqa: S310 - a fixed address
        page.read()
    service.process.terminate()
    assert service.process.wait(60) == 0
    with closing(Catalogue.open(f"sqlite:///{service.library.parent / 'donnees' / 'catalogue.sqlite'}")) as catalogue:
        assert [each.text for each in catalogue.usage.list_fruitless(date(2000, 1, 1), 9)] == ["zanzibar"]


def test_a_digest_without_a_mail_server_says_what_lacks(tmp_path: Path) -> None:
    """One line, which names the settings, and a code that a timer notices."""
    create_installation(tmp_path)
    told = subprocess.run(  # noqa: S603 - our own command
        ruche("digest"), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert told.returncode == 1
    assert re.fullmatch(r"ruche : Aucun courriel ne peut partir.*« smtp_host ».*\n", told.stderr)
