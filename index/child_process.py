"""A process that runs beside this one: its life, and how it learns that its parent has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class ChildProcess:
    """A command that is started here, and runs until it ends or is stopped.

    Its standard input is a pipe that closes when this process ends, even killed: `call_when_readable` tells the child.
    Until then nothing is written to it but `request`, a line that other users cannot list, unlike an argument.
    """

    def __init__(
        self, command: Sequence[str], *, request: str = "", captured: bool = False, descriptors: Sequence[int] = ()
    ) -> None:
        """Start the command, its output `captured` for `wait`. Raises OSError where it cannot start.

        It inherits open `descriptors`, under the same numbers.
        """
        # A process group of its own: Ctrl-C in a terminal reaches the parent alone, which then stops its child.
        self._process = subprocess.Popen(  # noqa: S603 - our own command lines, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if captured else None,
            text=True,
            process_group=0,
            pass_fds=descriptors,
        )
        if request and self._process.stdin:
            # A child that died at once does not read its request. Past the buffer, which `close` would write again.
            with suppress(BrokenPipeError):
                os.write(self._process.stdin.fileno(), f"{request}\n".encode())

    def is_running(self) -> bool:
        """Whether the child has not ended."""
        return self._process.poll() is None

    def wait(self) -> tuple[int, str]:
        """Wait for the child's end, once; return its exit code, and its output where that is captured."""
        # Not `communicate`: it closes standard input first, which would tell the child to end.
        with self._process as process:
            output = process.stdout.read() if process.stdout else ""
            return process.wait(), output

    def ask_to_end(self) -> None:
        """Ask the child to end, and do not wait; nothing happens where it has ended."""
        self._process.terminate()

    def stop(self, patience: float) -> bool:
        """Ask the child to end, and kill it after `patience` seconds; return whether it ended by itself."""
        with self._process as process:
            process.terminate()
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                # The whole group: a child that is killed cannot stop its own workers.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                return False
            return True


def call_when_readable(descriptor: int, action: Callable[[], object]) -> None:
    """Call `action`, from a thread, as soon as a byte comes from a pipe or its other end is closed.

    For a child, the end of its standard input is that of its parent.
    """

    def wait() -> None:
        # From the descriptor itself: a daemon thread inside a buffered read breaks the interpreter's shutdown.
        os.read(descriptor, 1)
        action()

    threading.Thread(target=wait, daemon=True, name="pipe").start()
