"""`python -m tests.cluster --nodes 3 -- pytest …` runs a command while a cluster is there, and ends it afterwards.

Where Java or Maven is missing, that is said in one line; the command runs all the same, and its tests say what they
skip.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.cluster.installation import VERSION, AbsentError, installed, java
from tests.cluster.nodes import VARIABLE, Nodes
from tests.in_memory import keep_in_memory


def main() -> int:
    """Start the nodes, run the command, end the nodes; gives the command's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--version", default=VERSION)
    parser.add_argument("--heap", default="512m")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    # Ends what was started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with keep_in_memory():
        return _run(asked)


def _run(asked: argparse.Namespace) -> int:
    try:
        java(asked.version)
        began = time.monotonic()
        installed(asked.version)
        _tell(f"OpenSearch {asked.version} is installed ({time.monotonic() - began:.0f} s)")
    except (AbsentError, subprocess.CalledProcessError) as error:
        _tell(f"no tests on OpenSearch {asked.version}: {error}")
        return subprocess.run(asked.command, check=False).returncode  # noqa: S603 - what was typed
    return _with_nodes(asked)


def _with_nodes(asked: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="opensearch-") as folder:
        nodes = Nodes.prepare(Path(folder), asked.nodes, asked.version, asked.heap)
        try:
            for number in nodes.numbers:
                nodes.start(number)
            _tell(f"{asked.nodes} node(s) start at ports {nodes.http}")
            # At once: what wants them waits for them, and all else goes on meanwhile.
            environment = os.environ | {VARIABLE: folder}
            return subprocess.run(asked.command, env=environment, check=False).returncode  # noqa: S603 - idem
        finally:
            nodes.stop()


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
