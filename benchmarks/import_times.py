"""What the web process imports until its first page of results, by `-X importtime`: milliseconds by package."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

from benchmarks.report import Table, figure

if TYPE_CHECKING:
    from index.config.settings import Settings

_SHOWN = 8
_FIRST_PAGE = """
from extractors.formats import FORMATS
from index.config import load_settings
from webapp.app import create_app
assert create_app(load_settings(), FORMATS).test_client().get("/recherche?q=droits").status_code == 200
"""
_IMPORTED = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*([\w.]+)")


def measure_imports(settings: Settings) -> Table:
    """A line for each package that costs most, what one module of it imports of another counted once."""
    told = {"RUCHE_LIBRARY": str(settings.library), "RUCHE_DATA": str(settings.data), "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-X", "importtime", "-c", _FIRST_PAGE]
    # The first time, what is not compiled is: only the second tells what a start costs.
    for _ in range(2):
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | told)  # noqa: S603
    milliseconds, modules = Counter[str](), Counter[str]()
    for microseconds, module in _IMPORTED.findall(done.stderr):
        package = _find_package(module)
        milliseconds[package] += int(microseconds) / 1_000
        modules[package] += 1
    shown = milliseconds.most_common(_SHOWN)
    others = (
        milliseconds.total() - sum(each for _, each in shown),
        modules.total() - sum(modules[name] for name, _ in shown),
    )
    return Table(
        "Imports until the first page of results, by `-X importtime`",
        ("", "modules", "ms"),
        (
            *((f"`{name}`" if name != _STANDARD else name, str(modules[name]), figure(each)) for name, each in shown),
            ("others", str(others[1]), figure(others[0])),
            ("all", str(modules.total()), figure(milliseconds.total())),
        ),
        "Timing each import slows them all: the shares say more than the sum.",
    )


_STANDARD = "the standard library"


def _find_package(module: str) -> str:
    package = module.partition(".")[0]
    return _STANDARD if package in sys.stdlib_module_names else package
