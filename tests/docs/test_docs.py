"""Documents tell the truth: what exists is documented, what is documented exists."""

from __future__ import annotations

from tests import ROOT

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.main import get_command

from index.catalogue.indexer_state import IndexerState
from index.config.settings import Settings
from ruche import app as command_line
from tests.composition import create_app

PACKAGES = ("extractors", "index", "indexer", "webapp")
MOST_IN_MODULE, MOST_IN_FUNCTION = 400, 60
REFERENCE = (ROOT / "docs/reglages.md").read_text(encoding="utf-8")


def _documented_default(value: object) -> str:
    if value is None:
        return "aucun"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "vide" if value == "" else f"`{value}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    """Each setting has its line, with its true default."""
    default = _documented_default(Settings.model_fields[name].default)
    assert f"| `{name}` | {default} |" in REFERENCE


def test_no_other_setting_is_documented() -> None:
    """A setting that was removed leaves the documents too."""
    documented = re.findall(r"^\| `(\w+)` \|", REFERENCE, flags=re.MULTILINE)
    assert set(documented) == set(Settings.model_fields)


def test_every_command_is_documented() -> None:
    """Each command has its line, and no line names a command that does not exist."""
    documented = re.findall(r"^\| `ruche (\w+)", REFERENCE, flags=re.MULTILINE)
    assert sorted(documented) == sorted(get_command(command_line).commands)  # type: ignore[attr-defined]


def test_every_address_is_documented(tmp_path: Path) -> None:
    """Each route of the application stands in the table of addresses, and nothing else does."""
    application = create_app(Settings(library=tmp_path / "bibliotheque", data=tmp_path / "donnees"))
    table = (ROOT / "docs/addresses.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(/[^`]*)` \|", table, flags=re.MULTILINE))
    assert documented == {rule.rule for rule in application.url_map.iter_rules()}


def test_every_metric_is_documented(tmp_path: Path) -> None:
    """Each of Ruche's own metrics has its line in the guide for administrators, and no other has."""
    settings = Settings(library=tmp_path / "bibliotheque", data=tmp_path / "donnees", metrics_token="jeton")  # noqa: S106 - this test's own
    client = create_app(settings).test_client()
    now = datetime.now(UTC)
    with client.application.extensions["ruche"].catalogue.transaction() as transaction:
        transaction.indexer.write_state(IndexerState(started=now, heartbeat=now))
    told = client.get("/metriques", headers={"Authorization": "Bearer jeton"}).text
    families = {family.name for family in text_string_to_metric_families(told) if family.name.startswith("ruche_")}
    guide = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(ruche_\w+)`", guide, flags=re.MULTILINE))
    # The client library adds when each counter began.
    assert documented == {name for name in families if not name.endswith("_created")}


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")), ids=lambda path: path.name
)
def test_links_lead_somewhere(path: Path) -> None:
    """A link or a picture inside the documents leads to a file that exists."""
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", path.read_text(encoding="utf-8"))
    missing = [link for link in links if not (path.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")), ids=lambda path: path.name
)
def test_links_lead_to_headings_that_are_there(path: Path) -> None:
    """What follows « # » in a link names a heading of that document, as forges name them: a renamed one is no longer found."""
    missing = []
    for file, name in re.findall(r"\]\((?!https?:|mailto:)([^)#]*)#([^)]+)\)", path.read_text(encoding="utf-8")):
        there = (path.parent / file if file else path).read_text(encoding="utf-8")
        headings = re.findall(r"(?m)^#+ (.+)$", there)
        # Letters, digits, hyphens and underscores remain, in lower case, and each space becomes a hyphen.
        names = {re.sub(r"[^\w\- ]", "", each.replace("\u00a0", "")).lower().replace(" ", "-") for each in headings}
        missing += [f"{file}#{name}"] if name not in names else []
    assert missing == []


@pytest.mark.parametrize(
    "lock", ["run.txt", "dev.txt", "dask.txt", "transcription.txt", "assets.txt", "speech-model.txt"]
)
def test_locks_have_hashes_and_no_host(lock: str) -> None:
    """Every pinned package has its hashes, and no address of a registry is written down."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    assert "://" not in text
    blocks = re.split(r"\n(?=[a-zA-Z])", text)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block.split("\n", maxsplit=1)[0])


def test_modules_and_functions_are_short() -> None:
    """No module over 400 lines, no function over 60: one can hold each in one's head."""
    long = []
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
        lengths = {node.lineno: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
        long += [f"{path}:{line}" for line, length in lengths.items() if length > MOST_IN_FUNCTION]
        long += [str(path)] if source.count("\n") > MOST_IN_MODULE else []
    assert long == []
