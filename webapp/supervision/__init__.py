"""The processes of `ruche serve`: which there are, how they start, are started again, and stop. Loads little."""

from webapp.supervision.child_supervisor import CHILD_START_DELAY, ChildProcessSupervisor
from webapp.supervision.listening import AddressInUseError, AddressUnusableError, format_url, open_socket
from webapp.supervision.orderly_stop import stop_on_signals
from webapp.supervision.web_supervisor import run_web_processes

__all__ = [
    "CHILD_START_DELAY",
    "AddressInUseError",
    "AddressUnusableError",
    "ChildProcessSupervisor",
    "format_url",
    "open_socket",
    "run_web_processes",
    "stop_on_signals",
]
