"""What SIGTERM and SIGINT do to the commands that index: they set an event, and the work ends in good order."""

from __future__ import annotations

import os
import signal
import threading

from index.child_process import call_when_readable


class StopEvent(threading.Event):
    """An event that a signal sets; `signal_number` is that of the signal, 0 before one came."""

    signal_number = 0

    def receive(self, number: int, descriptor: int) -> None:
        """Take up a signal, from its handler: write one byte, which a thread reads."""
        self.signal_number = number
        os.write(descriptor, b".")


def stop_on_signal() -> StopEvent:
    """Have SIGTERM and SIGINT set the event that is returned."""
    stop, (read_end, write_end) = StopEvent(), os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        # A handler may interrupt anything, even a wait for this event, whose lock is then held: setting it here could
        # block for ever. Writing one byte to a pipe cannot, and a thread reads it.
        signal.signal(number, lambda received, _: stop.receive(received, write_end))
    call_when_readable(read_end, stop.set)
    return stop
