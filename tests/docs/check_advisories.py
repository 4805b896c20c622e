"""Asks a public source whether a pinned version is known to be dangerous, and keeps the answer: « make advisories »."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from datetime import UTC, datetime
from typing import Any

import requests

from tests import ROOT

LOCK = ROOT / "requirements" / "run.txt"
RECORD = ROOT / "requirements" / "advisories.json"
SOURCE = "https://api.osv.dev/v1/querybatch"
"""OSV tells of advisories, PyPI's and GitHub's among them (https://google.github.io/osv.dev/post-v1-querybatch/)."""

PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
_SECONDS = 10


class SourceUnreachableError(Exception):
    """The source did not answer, or not as it says that it does."""


def read_lock() -> list[tuple[str, str]]:
    """Return the names and versions that the service runs on."""
    return PINNED.findall(LOCK.read_text(encoding="utf-8"))


def digest_lock() -> str:
    """Return what stands for these names and versions, in hexadecimal: comments and hashes change nothing in it."""
    return hashlib.sha256(json.dumps(sorted(read_lock())).encode()).hexdigest()


def ask_advisories() -> dict[str, list[str]]:
    """Return the advisories of each pinned version that has some. Raises SourceUnreachableError."""
    pinned = read_lock()
    asked: Any = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in pinned]
    try:
        answer = requests.post(SOURCE, json={"queries": asked}, timeout=_SECONDS)
        answer.raise_for_status()
        told = answer.json()["results"]
        return {
            f"{name} {version}": [each["id"] for each in advisories["vulns"]]
            for (name, version), advisories in zip(pinned, told, strict=True)
            if advisories.get("vulns")
        }
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise SourceUnreachableError(type(error).__name__) from error


def write_record() -> dict[str, Any]:
    """Ask, and keep the day, the lock and the answer; `answered` is false where the source could not be reached."""
    try:
        found, answered = ask_advisories(), True
    except SourceUnreachableError:
        found, answered = {}, False
    record = {
        "asked": f"{datetime.now(UTC):%Y-%m-%d}",
        "source": SOURCE,
        "lock": digest_lock(),
        "packages": len(read_lock()),
        "answered": answered,
        "advisories": found,
    }
    RECORD.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return record


if __name__ == "__main__":
    kept = write_record()
    sys.stdout.write(f"{json.dumps(kept, ensure_ascii=False)}\n")
    sys.exit(0 if kept["answered"] and not kept["advisories"] else 1)
