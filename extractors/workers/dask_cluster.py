"""Reading files on a Dask cluster, whose machines mount the library at the same path. Why: docs/adr/0022."""

from __future__ import annotations

import asyncio
import logging
import pickle
import threading
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

from distributed import Client, KilledWorker

from extractors.errors import UnreadableFileError
from extractors.extraction import EXTRACTOR_VERSION
from extractors.workers import dask_node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Coroutine, Mapping
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

    from distributed import Future as Task

    from extractors.model import Extraction, Limits

log = logging.getLogger(__name__)

# The Dask resource that a file asks for: the scheduler never gives it to a reader of another version.
_VERSION_RESOURCE = f"{dask_node.RESOURCE_PREFIX}{EXTRACTOR_VERSION}"
_CONNECT_SECONDS = 10.0
_CHECK_SECONDS = 1.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 60.0
_CLOSE_SECONDS = 10.0


class _TaskLostError(Exception):
    """A file was not read, and the file is not to blame: it is to be asked for again."""


class _SchedulerLink:
    """A connection to the scheduler; `lost` is set when it ends."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.lost = asyncio.Event()


class DaskPool:
    """Reads files by the readers of a Dask scheduler (`host:port`); close it, or use it as a context manager.

    An event loop in a thread of its own keeps the connection. A file whose reader or scheduler is lost is asked for
    again, without end: only what a worker process says of a file counts as that file's result or failure.
    """

    def __init__(self, address: str, limits: Limits) -> None:
        self._address = address
        self._limits = limits
        self._refusals: frozenset[str] = frozenset()
        self._mismatched_paths: set[str] = set()
        self.capacity = 1
        self.outage = ""
        _use_root_logging()
        self._loop = asyncio.new_event_loop()
        self._link_future: asyncio.Future[_SchedulerLink] = self._loop.create_future()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cluster", daemon=True)
        self._thread.start()
        # Kept, or the task could be collected while it runs.
        self._link_task = self._run_in_loop(self._keep_connected())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm_up(self, names: Collection[str] = ()) -> None:
        """Do nothing: the readers are running already."""

    def submit(self, path: Path, *, first: bool = False) -> Future[Extraction]:
        """Have a file read; the future fails with UnreadableFileError only, or is cancelled by `close`."""
        if self._loop.is_closed():
            raise RuntimeError("The cluster is closed")
        return self._run_in_loop(self._read_file(str(path), first=first))

    def close(self) -> None:
        """Disconnect; files that are not read yet are cancelled."""
        if self._loop.is_closed():
            return
        with suppress(TimeoutError):
            self._run_in_loop(self._cancel_tasks()).result(_CLOSE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()

    def _run_in_loop(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _cancel_tasks(self) -> None:
        """Cancel all tasks of the loop, and with them the futures of waiting files."""
        own = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not own]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _keep_connected(self) -> None:
        """Stay connected to the scheduler; while it does not answer, try again at growing intervals."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                async with _open_client(self._address) as client:
                    # It answered: the next loss begins with short intervals again.
                    pause = _FIRST_PAUSE_SECONDS
                    await self._watch_scheduler(client)
            except OSError as error:
                log.info("%s: %s", self._address, error)
            self._report_outage(
                f"L’ordonnanceur Dask {self._address} ne répond pas : rien n’est lu en attendant. "
                "Vérifiez qu’il tourne et que le réseau y mène ; l’indexeur réessaie de lui-même."
            )
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _watch_scheduler(self, client: Client) -> None:
        """Give the connection to the files that wait for it, then check the workers until the scheduler is lost."""
        link = _SchedulerLink(client)
        self._link_future.set_result(link)
        try:
            while client.status == "running":
                scheduler: Any = client.scheduler
                # -1 asks for all workers.
                self._check_workers((await scheduler.identity(n_workers=-1))["workers"])
                await asyncio.sleep(_CHECK_SECONDS)
        finally:
            # Files that `lost` wakes up wait for the next connection by this new future.
            self._link_future = self._loop.create_future()
            link.lost.set()

    def _check_workers(self, workers: Mapping[str, Mapping[str, Any]]) -> None:
        """Update capacity and outage from the scheduler's list of workers; log each refused worker once."""
        fit = [each for each in workers.values() if _VERSION_RESOURCE in each["resources"]]
        self.capacity = max(1, sum(int(each["nthreads"]) for each in fit))
        refused = frozenset(
            _refusal_message(name, each) for name, each in workers.items() if _VERSION_RESOURCE not in each["resources"]
        )
        for refusal in refused - self._refusals:
            log.warning("%s", refusal)
        self._refusals = refused
        if not fit:
            self._report_outage(" ".join(sorted(refused)) or self._no_reader_message())
        elif self._mismatched_paths:
            self._report_outage(
                "Des lecteurs du cluster ne voient pas la bibliothèque comme l’indexeur la voit : ce qu’ils refusent "
                "attend. Vérifiez que le partage est monté chez eux, au même chemin, et qu’ils ont le droit de le lire."
            )
        else:
            self._report_outage("")

    def _no_reader_message(self) -> str:
        return (
            f"Aucun lecteur n’est relié à l’ordonnanceur Dask {self._address} : rien n’est lu en attendant. "
            "Lancez « ruche-lecteur » sur une machine au moins."
        )

    def _report_outage(self, trouble: str) -> None:
        """Set the outage ("" where there is none), and log it if it is new."""
        if trouble and trouble != self.outage:
            log.warning("%s", trouble)
        self.outage = trouble

    async def _read_file(self, path: str, *, first: bool) -> Extraction:
        """Read a file, however many times its reader or the scheduler is lost meanwhile."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                answer = await self._ask_reader(path, first=first)
            except _TaskLostError as lost:
                log.warning("a file is to be read again: %s", lost)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            else:
                given = pickle.loads(answer)  # noqa: S301 - our own node wrote it  # nosec B301
                if isinstance(given, UnreadableFileError):
                    raise given
                extraction: Extraction = given
                return extraction

    async def _ask_reader(self, path: str, *, first: bool) -> bytes:
        """Have one reader read the file, and return its pickled answer; _TaskLostError where it gives none."""
        # Shielded: a file that is cancelled must not cancel the future for which all files wait.
        link = await asyncio.shield(self._link_future)
        size = await asyncio.to_thread(dask_node.read_file_size, path)
        # Impure: otherwise Dask would answer for a path that was read before with the result of its former content.
        task = link.client.submit(
            dask_node.read_file,
            path,
            size,
            self._limits,
            pure=False,
            resources={_VERSION_RESOURCE: 1},
            priority=int(first),
        )
        answer = await _await_unless_lost(link.lost, _await_result(task))
        if answer == dask_node.READER_STOPPED:
            raise _TaskLostError("its reader has stopped")
        if answer == dask_node.FILE_MISMATCH:
            self._mismatched_paths.add(path)
            raise _TaskLostError("its reader does not see it as the indexer does")
        self._mismatched_paths.discard(path)
        return answer


async def _await_unless_lost(lost: asyncio.Event, outcome: Coroutine[Any, Any, bytes]) -> bytes:
    """Await the outcome; _TaskLostError if the connection is lost first."""
    asking, losing = asyncio.ensure_future(outcome), asyncio.ensure_future(lost.wait())
    try:
        await asyncio.wait({asking, losing}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            raise _TaskLostError("the scheduler is gone")
        return asking.result()
    finally:
        asking.cancel()
        losing.cancel()


@asynccontextmanager
async def _open_client(address: str) -> AsyncIterator[Client]:
    """A connected client; OSError if the scheduler does not answer."""
    client = Client(  # type: ignore[no-untyped-call]
        address, asynchronous=True, set_as_default=False, timeout=_CONNECT_SECONDS
    )
    try:
        yield await client
    finally:
        # Client's own context manager would not close a client that failed to connect.
        await client.close()  # type: ignore[no-untyped-call]


async def _await_result(task: Task[bytes]) -> bytes:
    """Await a reader's answer; _TaskLostError where Dask reports an error instead.

    Readers raise nothing: any error means that a worker, the scheduler or the connection was lost.
    """
    error = await task.exception()  # type: ignore[no-untyped-call]
    if error is not None:
        raise _TaskLostError(f"{type(error).__name__}: {error}")
    try:
        answer: bytes = await task
    except (CancelledError, KilledWorker, OSError) as lost:
        raise _TaskLostError(f"{type(lost).__name__}: {lost}") from lost
    return answer


def _refusal_message(name: str, worker: Mapping[str, Any]) -> str:
    """Why a Dask worker gets no files, in French: it is none of Ruche's, or of another version."""
    versions = [
        skill.removeprefix(dask_node.RESOURCE_PREFIX)
        for skill in worker["resources"]
        if skill.startswith(dask_node.RESOURCE_PREFIX)
    ]
    if not versions:
        return f"Le lecteur {name} est refusé : il a été lancé sans « --preload extractors.workers.dask_node »."
    return (
        f"Le lecteur {name} est refusé : il lit par la version {versions[0]} des extracteurs, et l’indexeur par la "
        f"version {EXTRACTOR_VERSION}. Mettez Ruche à la même version sur les deux machines."
    )


def _use_root_logging() -> None:
    """Remove the handlers that Dask installs at import: its messages then go where all others go."""
    for name in ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application", "bokeh"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
