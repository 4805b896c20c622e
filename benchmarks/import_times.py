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
    microseconds, modules = Counter[str](), Counter[str]()
    for own, module in _IMPORTED.findall(done.stderr):
        package = _find_package(module)
        microseconds[package] += int(own)
        modules[package] += 1
    shown = dict(microseconds.most_common(_SHOWN))
    rest = [name for name in microseconds if name not in shown]
    rows = [
        *((name if name == _STANDARD else f"`{name}`", modules[name], own) for name, own in shown.items()),
        ("others", sum(modules[name] for name in rest), sum(microseconds[name] for name in rest)),
        ("all", modules.total(), microseconds.total()),
    ]
    return Table(
        "Imports until the first page of results, by `-X importtime`",
        ("", "modules", "ms"),
        tuple((name, str(count), figure(own / 1_000)) for name, count, own in rows),
        "Timing each import slows them all: the shares say more than the sum.",
    )


_STANDARD = "the standard library"


def _find_package(module: str) -> str:
    package = module.partition(".")[0]
    return _STANDARD if package in sys.stdlib_module_names else package
