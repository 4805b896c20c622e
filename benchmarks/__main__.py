"""`python -m benchmarks [PART…]` measures, keeps what was found, and writes docs/performance.md from all that is kept.

Without a part, all those of `make bench`. With `--share 0.01` the sizes are a hundredth, to see that a part works; what
is found is then kept in another folder, or not at all.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from benchmarks import report
from benchmarks.workbench import Workbench

PARTS = {
    "recoll": "bench_recoll",
    "engines": "bench_engines",
    "judged": "bench_judged",
    "extract": "bench_extract",
    "limits": "bench_limits",
    "start": "bench_start",
    "pages": "bench_pages",
    "api": "bench_api",
    "profiles": "bench_profiles",
    "personal": "bench_personal",
    "drop": "bench_drop",
    "describing": "bench_describing",
}
"""What `make bench` measures, in its order: by name, the module whose `run` does."""

LONGER = {
    "library": "bench_library",
    "rebuild": "bench_rebuild",
    "commits": "bench_commits",
    "cluster": "bench_cluster",
    "soak": "bench_soak",
    "speech": "bench_speech",
    "alignment": "bench_alignment",
    "vectors": "bench_vectors",
}
"""What is measured when asked for by name."""


def main() -> None:
    """Measure, keep, write."""
    asked = _arguments()
    logging.disable()
    results = asked.results or (report.RESULTS if asked.share == 1 else None)
    with tempfile.TemporaryDirectory(prefix="ruche-bench-") as scratch:
        bench = Workbench(Path(scratch), asked.corpus.resolve(), asked.judged.resolve(), asked.share)
        for part in () if asked.write else asked.parts or PARTS:
            sys.stdout.write(f"\n## {part}\n")
            run = import_module(f"benchmarks.{(PARTS | LONGER)[part]}").run
            command = "make bench" if part in PARTS else f"make bench PARTS={part}"
            told = report.result(part, command, asked.share, run(bench))
            if results:
                report.keep(results, told)
    if results:
        page = asked.page or report.PAGE
        page.write_text(report.page(report.kept(results, PARTS | LONGER)), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    shared = Path(__file__).parents[2] / "shared"
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS | LONGER))
    parser.add_argument("--corpus", type=Path, default=shared / "corpus", help="a folder of real files")
    parser.add_argument("--judged", type=Path, default=shared / "retrieval", help="judged questions")
    parser.add_argument("--share", type=float, default=1.0, help="share of the sizes")
    parser.add_argument("--results", type=Path, help="folder of what was found")
    parser.add_argument("--write", action="store_true", help="measure nothing: write the page from what is kept")
    parser.add_argument("--page", type=Path, help="the page to write")
    asked = parser.parse_args()
    if unknown := [each for each in asked.parts if each not in PARTS | LONGER]:
        parser.error(f"no such part: {', '.join(unknown)}")
    return asked


if __name__ == "__main__":
    main()
