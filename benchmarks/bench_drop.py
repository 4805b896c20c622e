"""From the end of a copy to the first search that finds the slide, against the running service.

`python -m benchmarks.bench_drop [--drops N]` starts `ruche serve` over an empty library, drops N decks one after
another, and prints how many seconds they took to be found.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from pptx import Presentation

from index.catalogue import Catalogue
from index.settings import Settings


def _deck(path: Path, number: int) -> None:
    deck = Presentation()
    for text in ("Ouverture", f"Diapositive témoin{number}"):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = text
    path.parent.mkdir(parents=True, exist_ok=True)
    deck.save(str(path))


def _total(url: str, words: str) -> int:
    with urllib.request.urlopen(f"{url}api/v1/search?{urlencode({'q': words})}", timeout=10) as answer:  # noqa: S310 - loopback
        return int(json.load(answer)["total"])


def _seconds_to_find(url: str, words: str) -> float:
    started = time.monotonic()
    while _total(url, words) == 0:
        time.sleep(0.02)
    return time.monotonic() - started


def measure(drops: int, root: Path) -> list[float]:
    """Seconds from the end of each copy into the library of an installation to its first finding."""
    environment = os.environ | {"RUCHE_PORT": "0", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "ruche", "serve"],
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as service:
        try:
            return _drops(service, root, drops)
        finally:
            service.terminate()


def told(seconds: list[float]) -> str:
    """The figures in words."""
    return (
        f"{len(seconds)} drops: median {statistics.median(seconds):.2f} s, "
        f"fastest {min(seconds):.2f} s, slowest {max(seconds):.2f} s"
    )


def _drops(service: subprocess.Popen[str], root: Path, drops: int) -> list[float]:
    started = datetime.now(UTC)
    address = re.search(r"http://\S+/", service.stdout.readline() if service.stdout else "")
    if not address:
        sys.exit("the service did not start")
    _wait_for_the_indexer(root, started)
    seconds = []
    for number in range(drops):
        _deck(root / "bibliotheque" / f"Webinaire {number}" / "deck.pptx", number)
        seconds.append(_seconds_to_find(address.group(), f"témoin{number}"))
    return seconds


def _wait_for_the_indexer(root: Path, started: datetime) -> None:
    """Until the first look at the library is over: what it costs is no part of a drop."""
    with closing(Catalogue.open(Settings(data=root / "donnees").catalogue_url)) as catalogue:
        while not ((state := catalogue.indexer_state()) and state.compared and state.compared > started):
            time.sleep(0.05)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drops", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bibliotheque").mkdir()
        print(told(measure(arguments.drops, Path(folder))))


if __name__ == "__main__":
    main()
