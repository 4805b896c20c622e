"""A real mail server on the machine itself, which keeps what it is handed."""

from __future__ import annotations

import asyncio
import email
from email.policy import default
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage

    from aiosmtpd.smtp import SMTP, Envelope, Session


class Box:
    """A mail server's handler that keeps what it receives, and refuses what is for `refused@…`."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.on_message: list[Callable[[], None]] = []
        """What happens when a message comes, once each."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take or refuse one recipient."""
        if address.startswith("refused@"):
            return "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - idem
        """Take a message."""
        content = envelope.content
        assert isinstance(content, bytes)
        if self.on_message:
            self.on_message.pop()()
        self.messages.append(email.message_from_bytes(content, policy=default))
        return "250 OK"


class _AnyPort(Controller):
    """A controller that takes a free port: its own would greet port 0."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd's own


def _authenticate(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
    # « handled » would mean that we have answered already.
    return AuthResult(success=data == LoginPassword(b"ruche", b"secret"), handled=False)


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    """A running mail server, which wants the account « ruche », and its port."""
    handler = Box()
    server = _AnyPort(
        handler,
        hostname="127.0.0.1",
        port=0,
        authenticator=_authenticate,
        auth_required=True,
        auth_require_tls=False,
    )
    server.start()
    yield handler, server.port
    server.stop()
