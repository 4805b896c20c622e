"""Sends a message to an address outside: within bounds, to the very machine that was looked at, and nowhere else."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CONNECT_SECONDS = 5.0
_WHOLE_SECONDS = 15.0
"""The longest that one message may take, however slowly the receiver answers."""

_MOST_ANSWER_BYTES = 64 * 1024
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_TEMPORARY = frozenset({408, 425, 429})
_ABOUT_THE_MESSAGE = frozenset({400, 413, 415, 422})
_FIRST_REDIRECTION, _FIRST_ERROR, _FIRST_SERVER_ERROR = 300, 400, 500


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What is sent, and where."""

    method: str
    address: str
    body: bytes
    headers: Mapping[str, str]


class DeliveryError(Exception):
    """A message was not taken. `about_message` where the receiver refuses this one; `is_temporary` where it may not.

    The message is in French, for animators; it holds nothing of what the receiver answers, nor of its secrets.
    """

    def __init__(
        self, message: str, status: int | None = None, *, is_temporary: bool = False, about_message: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.is_temporary = is_temporary
        self.about_message = about_message


def send_message(message: OutgoingMessage, *, allows_private: bool, seconds: float = _WHOLE_SECONDS) -> int:
    """Send a message; return the status of the answer, which is a success. Raises DeliveryError.

    The name is looked up once, and the connection goes to what was found: a name that leads elsewhere a moment later
    is not followed, and a redirection neither. Only with `allows_private` is a machine of a private network reached.
    """
    parts = urlsplit(message.address)
    # The port of the address that somebody wrote, whatever the name leads to.
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = _make_connection(parts.scheme, parts.hostname or "", port, allows_private=allows_private)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    with closing(connection), _explain_troubles(), _hang_up_after(connection, seconds):
        connection.request(message.method, target, message.body, {"User-Agent": "Ruche", **message.headers})
        answer = connection.getresponse()
        # Read, so that the receiver is not cut off, and forgotten: an answer may hold what a log should not.
        answer.read(_MOST_ANSWER_BYTES)
        status = answer.status
    _check_status(status)
    return status


def find_address(host: str, port: int, *, allows_private: bool) -> str:
    """Return the network address of a host. Raises DeliveryError where it has none, or a private one."""
    try:
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise DeliveryError("le nom de la machine n’est pas trouvé", is_temporary=True) from error
    # All of them: a name with a public address and a private one is a trap.
    if not allows_private and not all(map(is_public, found)):
        raise DeliveryError("l’adresse est celle d’un réseau privé, ce que le réglage « announcements_private » refuse")
    return found[0]


def is_public(text: str) -> bool:
    """Return whether a network address is one of the public Internet, whatever form it is written in."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            embedded = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        # Gateways lead on to the address inside.
        if embedded:
            return embedded.is_global and not embedded.is_multicast
    return address.is_global and not address.is_multicast


def _make_connection(scheme: str, host: str, port: int, *, allows_private: bool) -> HTTPConnection:
    address = find_address(host, port, allows_private=allows_private)
    if scheme == "https":
        return _PinnedHttpsConnection(host, port, address)
    return _PinnedConnection(host, port, address)


class _PinnedConnection(HTTPConnection):
    """A connection that says the host's name and goes to an address that was looked at."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=_CONNECT_SECONDS)
        self._address = address

    def connect(self) -> None:
        """Connect to the address."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)


class _PinnedHttpsConnection(HTTPSConnection):
    """The same, encrypted: the certificate must be the host's."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=_CONNECT_SECONDS, context=self._tls)
        self._address = address

    def connect(self) -> None:
        """Connect to the address, and check the certificate of the host."""
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


@contextmanager
def _hang_up_after(connection: HTTPConnection, seconds: float) -> Iterator[None]:
    """Hang up when so many seconds have gone: a receiver that sends a byte now and then would never time out."""
    is_over = threading.Event()

    def hang_up() -> None:
        is_over.set()
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    # Timeouts of sockets begin anew with each byte: only a clock of our own bounds the whole.
    timer = threading.Timer(seconds, hang_up)
    timer.start()
    try:
        yield
    except (OSError, HTTPException) as error:
        if is_over.is_set():
            raise DeliveryError("le destinataire ne répond pas dans le temps prévu", is_temporary=True) from error
        raise
    finally:
        timer.cancel()
    # A reading that was cut short ends without an error.
    if is_over.is_set():
        raise DeliveryError("le destinataire ne répond pas dans le temps prévu", is_temporary=True)


@contextmanager
def _explain_troubles() -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError("le certificat du destinataire n’est pas le sien, ou n’est plus valable") from error
    except TimeoutError as error:
        raise DeliveryError("le destinataire ne répond pas dans le temps prévu", is_temporary=True) from error
    except (OSError, HTTPException) as error:
        raise DeliveryError("le destinataire est injoignable, ou coupe la connexion", is_temporary=True) from error


def _check_status(status: int) -> None:
    if status < _FIRST_REDIRECTION:
        return
    if status < _FIRST_ERROR:
        raise DeliveryError("le destinataire renvoie à une autre adresse, qui n’est pas suivie", status)
    # Our own words for the status: those of the receiver are not kept.
    reason = HTTPStatus(status).phrase if status in {each.value for each in HTTPStatus} else ""
    raise DeliveryError(
        f"le destinataire refuse ({status} {reason})".replace(" )", ")"),
        status,
        is_temporary=status >= _FIRST_SERVER_ERROR or status in _TEMPORARY,
        about_message=status in _ABOUT_THE_MESSAGE,
    )
