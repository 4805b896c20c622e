"""The OpenAPI document: it is committed, and the running service keeps to it whatever it is sent."""

from __future__ import annotations

import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.webapp.api import api_service as serving
from webapp import write_openapi
from webapp.api import replace_client_types

if TYPE_CHECKING:
    from flask.testing import FlaskClient

EXAMPLES = os.environ.get("API_EXAMPLES", "8")
"""Requests made up for each operation; « make test-api EXAMPLES=1000 » takes its time."""

# A request may fit the document, and name what is not there, or what a newer page replaced. One that does not may be
# refused for its size first. In a form, a number is a text like any other: it fits where a text is due.
_CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "410", "422"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429"]

[[operations]]
include-name = "POST /api/v1/deposits"
[operations.checks.negative_data_rejection]
expected-statuses = ["200", "400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429"]
"""


def test_writing_what_is_committed_again_changes_nothing(client: FlaskClient) -> None:
    """« make openapi » writes the document and the client's types: each change of the contract is seen in them."""
    document = client.get("/api/v1/openapi.json").get_json()
    assert write_openapi.render_document(document) == write_openapi.DOCUMENT_PATH.read_text(encoding="utf-8")
    source = write_openapi.CLIENT_PATH.read_text(encoding="utf-8")
    assert replace_client_types(source, document) == source


def test_the_client_s_types_follow_the_contract(client: FlaskClient) -> None:
    """A new member of a schema gets into the types, with what it refers to; what no method returns does not."""
    document = deepcopy(client.get("/api/v1/openapi.json").get_json())
    members = document["components"]["schemas"]["Passage"]["properties"]
    members["version"] = {"anyOf": [{"$ref": "#/components/schemas/Version"}, {"type": "null"}]}
    members["weights"] = {"type": "array", "items": {"type": ["number", "null"]}}
    source = write_openapi.CLIENT_PATH.read_text(encoding="utf-8")
    written = replace_client_types(source, document)
    assert "    doubtful: bool\n    version: Version | None\n    weights: list[float | None]\n" in written
    assert "class Version(TypedDict):" in written
    assert "class Statistics" not in written
    assert written.partition("# </types>")[2] == source.partition("# </types>")[2]


@pytest.mark.timeout(0)
def test_the_service_keeps_to_its_document(tmp_path: Path) -> None:
    """Whatever schemathesis makes up: no failure of the service, no answer that the document does not tell of."""
    (tmp_path / "schemathesis.toml").write_text(_CONFIG, encoding="utf-8")
    with serving.service(tmp_path / "site") as service:
        command = [
            *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", "schemathesis.toml"),
            *("run", f"{service.address}/api/v1/openapi.json", "--checks", "all", "--max-examples", EXAMPLES),
            *("--header", f"Authorization: Bearer {service.token}", "--seed", "1", "--continue-on-failure"),
            # To keep what it drew for another time, it spends most of its time making that small.
            *("--generation-database", "none"),
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stdout[-8_000:]
    assert "Test cases:" in done.stdout
