"""A real Dovecot on the machine itself, of one test module, with one mailbox; skipped where it is not installed."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from tests.webapp.identity_providers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

USER, PASSWORD = "depot@ruche.example", "été-secret"
_PROGRAM = shutil.which("dovecot") or "/usr/sbin/dovecot"

_CONFIGURATION = """
base_dir = {root}/run
log_path = {root}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
mail_location = maildir:{root}/mail
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/home
}}
namespace inbox {{
  inbox = yes
  prefix = {prefix}
  separator = {separator}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
{more}
"""


class MailServer:
    """A running Dovecot: tests put messages into its inbox, and look where they are."""

    def __init__(self, port: int, root: Path, password: str) -> None:
        self.port = port
        self.root = root
        self.password = password
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.root / "output").open("ab") as output:
            command = [_PROGRAM, "-F", "-c", str(self.root / "dovecot.conf")]
            self._running = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)  # noqa: S603 - of this module
        _wait(self.port, self._running, self.root)

    def stop(self) -> None:
        """Stop it: who is connected is cut off."""
        if self._running:
            # With its children, which serve those who are connected.
            os.killpg(self._running.pid, signal.SIGTERM)
            self._running.wait(20)
            self._running = None

    @contextmanager
    def open(self) -> Iterator[imaplib.IMAP4]:
        """Open the mailbox as another mail program does."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=20) as opened:
            opened.authenticate("PLAIN", lambda _: f"\0{USER}\0{self.password}".encode())
            yield opened

    def deliver(self, *messages: bytes) -> None:
        """Put messages into the inbox."""
        with self.open() as opened:
            for each in messages:
                assert opened.append("INBOX", "", "", each.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))[0] == "OK"

    def list_subjects(self, folder: str) -> list[str]:
        """List the subjects of the messages in a folder, in their order."""
        with self.open() as opened:
            status, count = opened.select(f'"{folder}"', readonly=True)
            if status != "OK" or count == [b"0"]:
                return []
            _, data = opened.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
            return [each[1].decode().partition(":")[2].strip() for each in data if isinstance(each, tuple)]

    def empty(self) -> None:
        """Delete all messages, and the folders beside the inbox."""
        with self.open() as opened:
            if opened.select("INBOX")[1] != [b"0"]:
                opened.store("1:*", "+FLAGS", r"(\Deleted)")
                opened.expunge()
            opened.unselect()
            for folder in opened.list()[1]:
                assert isinstance(folder, bytes)
                name = folder.decode().rpartition('" ')[2].strip('"')
                if name != "INBOX":
                    opened.delete(f'"{name}"')


@contextmanager
def run_dovecot(prefix: str = "", *, password: str = PASSWORD, more: str = "") -> Iterator[MailServer]:
    """Run a Dovecot whose folders' names begin with a prefix; skips the test where there is none to run."""
    if not Path(_PROGRAM).exists():
        pytest.skip("no dovecot here (apt-get install dovecot-imapd)")
    # A short path of its own: names of sockets take a hundred bytes.
    with TemporaryDirectory(prefix="dovecot-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        root, port = Path(folder), free_port()
        # Started by root, Dovecot lets nobody read mail as root.
        own = pwd.getpwuid(os.geteuid())
        owner = pwd.getpwnam("nobody") if not os.geteuid() else own
        root.chmod(0o755)
        for name in ("mail", "home", "run"):
            (root / name).mkdir()
            os.chown(root / name, owner.pw_uid, owner.pw_gid)
        is_root = not os.geteuid()
        names = {"internal": "dovecot", "group": "dovecot", "login": "dovenull"}
        if not is_root:
            names = dict.fromkeys(names, own.pw_name)
        configuration = root / "dovecot.conf"
        told = {"root": root, "port": port, "uid": owner.pw_uid, "gid": owner.pw_gid, "password": password}
        told |= {"prefix": prefix, "separator": ".", "more": more} | names
        configuration.write_text(_CONFIGURATION.format(**told), encoding="utf-8")
        server = MailServer(port, root, password)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _wait(port: int, running: subprocess.Popen[bytes], root: Path) -> None:
    for _ in range(200):
        if running.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    log = root / "log"
    pytest.fail((root / "output").read_text() + (log.read_text() if log.exists() else ""))
