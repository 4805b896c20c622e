"""A mailbox is opened encrypted, by a certificate that is trusted, and in no other way than the one that is set."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from index.config.settings import Settings
from tests.webapp.dovecot import PASSWORD, USER, run_dovecot
from tests.webapp.identity_providers import free_port
from webapp.mailing.imap import MailboxError, open_mailbox

if TYPE_CHECKING:
    from pathlib import Path

_ENCRYPTED = """
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
service imap-login {{
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
"""


def test_only_a_trusted_certificate_opens_the_mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With TLS from the first byte or from STARTTLS on; what fails is told to be the encryption."""
    program = shutil.which("openssl")
    if not program:
        pytest.skip("no openssl here")
    made = ("-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "certificate.pem"))
    named = ("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *named, *made]
    subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - of this test
    port = free_port()
    with run_dovecot(more=_ENCRYPTED.format(folder=tmp_path, port=port)) as server:
        account = {"deposit_mailbox_host": "localhost", "deposit_mailbox_user": USER}
        plain = Settings().model_copy(update=account | {"deposit_mailbox_password": PASSWORD})
        ways = {"starttls": server.port, "tls": port}
        each_way = [
            plain.model_copy(update={"deposit_mailbox_security": way, "deposit_mailbox_port": at})
            for way, at in ways.items()
        ]
        for settings in each_way:
            with pytest.raises(MailboxError, match="chiffrement"), open_mailbox(settings):
                pass
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        for settings in each_way:
            with open_mailbox(settings) as mailbox:
                assert mailbox.list_messages() == []
        # The other way round: a port that begins without encryption.
        wrong = each_way[1].model_copy(update={"deposit_mailbox_port": server.port})
        with pytest.raises(MailboxError, match="chiffrement"), open_mailbox(wrong):
            pass
