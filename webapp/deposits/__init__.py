"""Files that people put into the library through the pages or the API."""

from webapp.deposits.deposit_mailbox import receive_mailed_deposits
from webapp.deposits.deposit_pages import (
    count_accepted_bytes,
    deposit_blueprint,
    install_deposit_limit,
    list_folders,
)
from webapp.deposits.deposit_reading import deposit_reading_blueprint
from webapp.deposits.deposit_requests import audit_outcomes, open_target, read_deposit_request, store_files
from webapp.deposits.deposit_writer import (
    ConflictPolicy,
    DepositFate,
    DepositOutcome,
    DepositRefusedError,
    DepositTarget,
    discard_waiting_file,
)

__all__ = [
    "ConflictPolicy",
    "DepositFate",
    "DepositOutcome",
    "DepositRefusedError",
    "DepositTarget",
    "audit_outcomes",
    "count_accepted_bytes",
    "deposit_blueprint",
    "deposit_reading_blueprint",
    "discard_waiting_file",
    "install_deposit_limit",
    "list_folders",
    "open_target",
    "read_deposit_request",
    "receive_mailed_deposits",
    "store_files",
]
