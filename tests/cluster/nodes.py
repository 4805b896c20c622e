"""Nodes of OpenSearch on the loopback: each a process that is started, killed and stopped by its id."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from index.engines.protocol import SearchCluster
from tests.cluster.installation import installed, java

VARIABLE = "TEST_CLUSTER"
"""Names the folder of the nodes that the tests may use."""

_NOBODY = 10_920
"""OpenSearch refuses to run as root; an account needs no name for this."""

_PATIENCE = 180.0

_STARTED: list[subprocess.Popen[bytes]] = []
"""Kept: a process that runs on must not be taken for one that was forgotten. Its id in a file is what ends it."""

_JVM = """
-Xss1m -Djava.awt.headless=true -Dfile.encoding=UTF-8 -Djna.nosys=true -XX:-OmitStackTraceInFastThrow
-Dio.netty.noUnsafe=true -Dio.netty.noKeySetOptimization=true -Dio.netty.recycler.maxCapacityPerThread=0
-Dio.netty.allocator.numDirectArenas=0 -Dlog4j.shutdownHookEnabled=false -Dlog4j2.disable.jmx=true
-XX:+UseSerialGC -XX:TieredStopAtLevel=1
""".split()  # noqa: SIM905 - shorter so

_JVM_2 = [
    "-Djava.locale.providers=SPI,COMPAT",
    "-Djava.util.concurrent.ForkJoinPool.common.threadFactory=org.opensearch.secure_sm.SecuredForkJoinWorkerThreadFactory",
]
_JVM_3 = [
    "-Djava.locale.providers=SPI,CLDR",
    "--add-modules=jdk.incubator.vector",
    "--add-opens=java.base/java.nio=org.apache.arrow.memory.core,ALL-UNNAMED",
]

_LOG = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] [%node_name]%marker %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes that make one cluster: what they keep is in `folder`, node N is at the ports of place N."""

    folder: str
    version: str
    http: tuple[int, ...]
    transport: tuple[int, ...]
    heap: str

    @classmethod
    def prepare(cls, folder: Path, count: int, version: str, heap: str) -> Nodes:
        """Choose free ports for so many nodes; nothing runs yet."""
        ports = _free_ports(2 * count)
        nodes = cls(str(folder), version, ports[:count], ports[count:], heap)
        # Other accounts must get through to it.
        folder.chmod(0o755)
        (folder / "noeuds.json").write_text(json.dumps(asdict(nodes)), encoding="utf-8")
        return nodes

    @classmethod
    def running(cls) -> Nodes | None:
        """The nodes that the environment names, if any, once they have all started."""
        folder = os.environ.get(VARIABLE)
        return _wait_for_start(folder) if folder else None

    @property
    def numbers(self) -> range:
        """The nodes' numbers."""
        return range(len(self.http))

    def cluster(self, name: str = "essai", *, shards: int = 1, replicas: int = 1) -> SearchCluster:
        """These nodes as Ruche's settings tell of them."""
        urls = tuple(f"http://127.0.0.1:{port}" for port in self.http)
        return SearchCluster(urls, name=name, shards=shards, replicas=replicas)

    def start(self, number: int) -> None:
        """Start a node; it joins the others when it is ready."""
        home = self._home(number)
        (home / "config").mkdir(parents=True, exist_ok=True)
        (home / "tmp").mkdir(exist_ok=True)
        (home / "config" / "opensearch.yml").write_text(self._settings(number), encoding="utf-8")
        (home / "config" / "log4j2.properties").write_text(_LOG, encoding="utf-8")
        # Itself, where it is not root: for root's children alone, another account can be named.
        account = _NOBODY if os.geteuid() == 0 else None
        if account:
            for path in (home, *home.rglob("*")):
                os.chown(path, _NOBODY, _NOBODY)
        with (home / "audit.txt").open("a", encoding="utf-8") as journal:
            process = subprocess.Popen(  # noqa: S603 - a Java
                self._command(home),
                cwd=installed(self.version),
                env={"HOME": str(home), "PATH": os.environ["PATH"]},
                stdin=subprocess.DEVNULL,
                stdout=journal,
                stderr=journal,
                start_new_session=True,
                user=account,
                group=account,
                extra_groups=[] if account else None,
            )
        _STARTED.append(process)
        (home / "pid").write_text(str(process.pid), encoding="utf-8")

    def end(self, number: int, how: signal.Signals = signal.SIGTERM) -> None:
        """End a node, with `SIGKILL` as a power cut would, and wait until it has gone."""
        pid = self._pid(number)
        if pid is None:
            return
        os.kill(pid, how)
        deadline = time.monotonic() + _PATIENCE
        while self._pid(number) is not None and time.monotonic() < deadline:
            time.sleep(0.05)

    def stop(self) -> None:
        """End all nodes."""
        for number in self.numbers:
            self.end(number, signal.SIGKILL)

    def wait(self, count: int, **wanted: str) -> dict[str, Any]:
        """Wait for so many nodes, and for what else a cluster's health may be asked to have; gives that health."""
        asked = "&".join(
            f"{key}={value}" for key, value in {"wait_for_nodes": count, "timeout": "1s", **wanted}.items()
        )
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            for port in self.http:
                health: dict[str, Any] | None = ask(port, f"/_cluster/health?{asked}")
                if health and not health["timed_out"]:
                    return health
            time.sleep(0.2)
        raise TimeoutError("\n".join(self._ends_of_journals()))

    def manager(self) -> int:
        """The number of the node that manages the cluster."""
        answers = (ask(port, "/_cat/cluster_manager?format=json") for port in self.http)
        return next(int(answer[0]["node"].removeprefix("noeud")) for answer in answers if answer)

    def memory(self) -> int:
        """MiB that the nodes take together, the largest that each has had."""
        states = [
            Path(f"/proc/{pid}/status").read_text(encoding="utf-8") for pid in map(self._pid, self.numbers) if pid
        ]
        return sum(int(state.split("VmHWM:")[1].split()[0]) for state in states) // 1024

    def processor(self) -> float:
        """Seconds of processor that the nodes have taken together."""
        fields = [
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            for pid in map(self._pid, self.numbers)
            if pid
        ]
        return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")

    def _home(self, number: int) -> Path:
        return Path(self.folder) / f"noeud{number}"

    def _pid(self, number: int) -> int | None:
        """A node's process, if it runs and is a node of ours."""
        home = self._home(number)
        if not (home / "pid").exists():
            return None
        pid = int((home / "pid").read_text(encoding="utf-8"))
        with suppress(ChildProcessError):
            # A child of this very process stays in the table until it is waited for.
            os.waitpid(pid, os.WNOHANG)
        try:
            return pid if str(home) in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8") else None
        except (FileNotFoundError, ProcessLookupError):
            return None

    def _ends_of_journals(self) -> list[str]:
        return [(self._home(number) / "audit.txt").read_text(encoding="utf-8")[-1500:] for number in self.numbers]

    def _settings(self, number: int) -> str:
        seeds = json.dumps([f"127.0.0.1:{port}" for port in self.transport])
        names = json.dumps([f"noeud{each}" for each in self.numbers])
        return (
            f"cluster.name: essai\nnode.name: noeud{number}\nnetwork.host: 127.0.0.1\n"
            f"path.data: {self._home(number)}/data\npath.logs: {self._home(number)}/logs\n"
            f"http.port: {self.http[number]}\ntransport.port: {self.transport[number]}\n"
            f"discovery.seed_hosts: {seeds}\ncluster.initial_cluster_manager_nodes: {names}\n"
            # The disk of whoever runs the tests may be full as long as they pass.
            "cluster.routing.allocation.disk.threshold_enabled: false\n"
        )

    def _command(self, home: Path) -> list[str]:
        installation = installed(self.version)
        newer = not self.version.startswith("2.")
        agent = [f"-javaagent:{installation}/agent/opensearch-agent.jar"] if newer else []
        scratch = home / "tmp"
        return [
            java(self.version),
            *(_JVM + (_JVM_3 if newer else _JVM_2) + agent),
            *(f"-Xms{self.heap}", f"-Xmx{self.heap}", f"-Djava.io.tmpdir={scratch}", f"-Djna.tmpdir={scratch}"),
            *(f"-Dopensearch.path.home={installation}", f"-Dopensearch.path.conf={home}/config"),
            *("-Dopensearch.distribution.type=zip", "-Dopensearch.bundled_jdk=false"),
            *("-cp", f"{installation}/lib/*", "org.opensearch.bootstrap.OpenSearch"),
        ]


@cache
def _wait_for_start(folder: str) -> Nodes:
    """The nodes of a folder, waited for once: tests stop some of them afterwards. Raises TimeoutError."""
    told = json.loads((Path(folder) / "noeuds.json").read_text(encoding="utf-8"))
    nodes = Nodes(**told | {"http": tuple(told["http"]), "transport": tuple(told["transport"])})
    nodes.wait(len(nodes.http))
    return nodes


def cluster_here() -> SearchCluster | None:
    """The cluster that the tests may use: as many shards as nodes, for an index of one must not be all they try."""
    nodes = Nodes.running()
    return nodes.cluster(shards=len(nodes.http)) if nodes else None


def ask(port: int, path: str) -> Any:
    """A node's answer, None where it gives none."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return json.load(answer)
    except OSError:
        return None


def _free_ports(count: int) -> tuple[int, ...]:
    held = [socket.socket() for _ in range(count)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = tuple(each.getsockname()[1] for each in held)
    for each in held:
        each.close()
    return ports
