"""Read a mailbox and put its messages in folders: one connection for a run, and errors in one sentence."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.model import ExplainedError
from webapp.mailing.smtp import can_send

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.config import Settings

_TIMEOUT_SECONDS = 30
"""How long a mailbox server may keep silent."""

_WHOLE_SECONDS = 600.0
"""The longest that one connection lasts, however slowly the server speaks."""

_MOST_LISTED = 500
"""Messages looked for at once. A mailbox of many years would answer with a longer line than is read."""

_MOST_HEADER_BYTES = 65_536
"""What is read of a header before anything is known of its sender; servers add what they say at its top."""

_NAMESPACE = re.compile(rb'\(\("([^"\\]*)" (?:"([^"\\]*)"|NIL)')
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxError(ExplainedError):
    """The mailbox's server does not answer as expected, or refuses us; the message says what to check."""


@dataclass(frozen=True, slots=True)
class MessageHead:
    """The first 64 KiB of a message's header as it came, and the message's whole size in bytes."""

    header: bytes
    size: int

    @property
    def is_cut(self) -> bool:
        """Whether the header goes on beyond that."""
        return len(self.header) >= _MOST_HEADER_BYTES


def explain_mailbox_settings(settings: Settings) -> str:
    """Return in French what a mailbox for deposits lacks, "" where it has all that it needs."""
    if settings.auth == "aucune":
        return "les dépôts par courriel demandent des comptes\u00a0: choisissez « auth = comptes » ou « oidc »"
    needed = ("deposit_mailbox_user", "deposit_mailbox_password", "deposit_mailbox_authserv")
    if missing := [f"«\u00a0{name}\u00a0»" for name in needed if not getattr(settings, name)]:
        return f"renseignez {', '.join(missing)}"
    # Who sends must learn what was refused.
    return (
        "" if can_send(settings) else "renseignez « smtp_host », « mail_sender » et « public_address », pour répondre"
    )


class Mailbox:
    """An open mailbox. Messages go by their UID, which stays theirs for as long as it is open."""

    def __init__(self, connection: imaplib.IMAP4, settings: Settings) -> None:
        self._connection = connection
        self._settings = settings
        # Asked for again: servers offer more once one is signed in.
        self._capabilities = (
            b" ".join(self._call("CAPABILITY", connection.capability)).decode("ascii", "replace").split()
        )
        self._prefix: str | None = None
        self._folders: set[str] = set()

    def list_messages(self) -> list[str]:
        """List the messages of the inbox, the first to arrive first, 500 at most. Raises MailboxError."""
        count = int(self._call("SELECT", lambda: self._connection.select("INBOX"))[0] or 0)
        # Places that no message has are an error to some servers.
        if not count:
            return []
        # By their places: what is beyond them comes with a later run, once these are put away.
        places = f"1:{min(count, _MOST_LISTED)} UNDELETED"
        found = self._call("UID SEARCH", lambda: self._connection.uid("SEARCH", places))
        return [each.decode("ascii") for each in b" ".join(filter(None, found)).split()]

    def read_head(self, uid: str) -> MessageHead | None:
        """Read a message's header and size; None where it is gone, since others may use the mailbox too."""
        found = self._fetch(uid, f"(RFC822.SIZE BODY.PEEK[HEADER]<0.{_MOST_HEADER_BYTES}>)")
        # Servers name the size before the header, or after it.
        size = _SIZE.search(b" ".join(each if isinstance(each, bytes) else each[0] for each in found if each))
        header = _find_literal(found)
        return MessageHead(header, int(size[1])) if header is not None and size else None

    def read(self, uid: str) -> bytes | None:
        """Read a whole message; None where it is gone."""
        return _find_literal(self._fetch(uid, "(BODY.PEEK[])"))

    def move(self, uid: str, folder: str) -> None:
        """Move a message into a folder beside the inbox, which is created where absent. Raises MailboxError."""
        target = f'"{self._open_folder(folder)}"'
        if "MOVE" in self._capabilities:
            self._call("UID MOVE", lambda: self._connection.uid("MOVE", uid, target))
            return
        # Servers of before RFC 6851. Broken off in between, the message is there twice, and is known the second time.
        self._call("UID COPY", lambda: self._connection.uid("COPY", uid, target))
        self._call("UID STORE", lambda: self._connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)"))
        # Without UIDPLUS all that anybody has marked would be expunged: marked, it is no longer listed here.
        if "UIDPLUS" in self._capabilities:
            self._call("UID EXPUNGE", lambda: self._connection.uid("EXPUNGE", uid))

    def _open_folder(self, name: str) -> str:
        path = f"{self._find_prefix()}{name}"
        if path not in self._folders:
            with _explain_errors(self._settings):
                # Refused where it is there already; where that was not why, the move is refused in its turn.
                self._connection.create(f'"{path}"')
                self._connection.subscribe(f'"{path}"')
            self._folders.add(path)
        return path

    def _find_prefix(self) -> str:
        # Some servers keep all folders beneath the inbox, and refuse others as being of no namespace.
        if self._prefix is None:
            self._prefix = ""
            if "NAMESPACE" in self._capabilities:
                told = self._call("NAMESPACE", self._connection.namespace)
                found = _NAMESPACE.search(b" ".join(filter(None, told)))
                self._prefix = found[1].decode("ascii", "replace") if found else ""
        return self._prefix

    def _fetch(self, uid: str, parts: str) -> list[Any]:
        return self._call("UID FETCH", lambda: self._connection.uid("FETCH", uid, parts))

    def _call(self, name: str, command: Any) -> list[Any]:
        with _explain_errors(self._settings):
            status, data = command()
            if status != "OK":
                raise MailboxError(f"La boîte {_name(self._settings)} refuse une commande ({name}).")
        return list(data)


class _BoundedImap(imaplib.IMAP4):
    """A connection that is hung up on when its time is over, from its first byte on."""

    _clock: threading.Timer | None = None

    def open(self, *where: Any, **options: Any) -> None:
        """Connect, and start the clock."""
        super().open(*where, **options)
        # Timeouts of sockets begin anew with each byte: only a clock of our own bounds the whole.
        self._clock = threading.Timer(_WHOLE_SECONDS, self._hang_up)
        self._clock.start()

    def shutdown(self) -> None:
        """Close the connection."""
        if self._clock:
            self._clock.cancel()
        super().shutdown()

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)


class _BoundedTlsImap(_BoundedImap, imaplib.IMAP4_SSL):
    """The same, encrypted from its first byte on."""


@contextmanager
def open_mailbox(settings: Settings) -> Iterator[Mailbox]:
    """Sign in to the mailbox of the settings for as long as the block lasts. Raises MailboxError."""
    with ExitStack() as stack:
        with _explain_errors(settings):
            connection = _connect(settings)
        stack.callback(_close, connection)
        _sign_in(connection, settings)
        yield Mailbox(connection, settings)


def _connect(settings: Settings) -> imaplib.IMAP4:
    host, port = settings.deposit_mailbox_host, settings.deposit_mailbox_port
    if settings.deposit_mailbox_security == "tls":
        return _BoundedTlsImap(host, port, ssl_context=ssl.create_default_context(), timeout=_TIMEOUT_SECONDS)
    connection = _BoundedImap(host, port, timeout=_TIMEOUT_SECONDS)
    # The connection is closed unless encryption succeeds.
    with ExitStack() as undo:
        undo.callback(_shut, connection)
        if settings.deposit_mailbox_security == "starttls":
            connection.starttls(ssl.create_default_context())
        undo.pop_all()
    return connection


def _sign_in(connection: imaplib.IMAP4, settings: Settings) -> None:
    user, password = settings.deposit_mailbox_user, settings.deposit_mailbox_password
    try:
        with _explain_errors(settings, signing_in=True):
            # LOGIN takes ASCII alone, and passwords have accents.
            if "AUTH=PLAIN" in connection.capabilities:
                connection.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
            else:
                connection.login(user, password)
    except UnicodeEncodeError as error:
        raise MailboxError(
            f"Le serveur de {_name(settings)} n’accepte pas d’accent dans un mot de passe\u00a0: changez-le."
        ) from error


def _close(connection: imaplib.IMAP4) -> None:
    # Whether the server still answers makes no difference any more: what was to be done is done.
    with suppress(imaplib.IMAP4.error, OSError):
        connection.logout()
    _shut(connection)


def _shut(connection: imaplib.IMAP4) -> None:
    # Closed already where it was signed out, or where encryption failed: that is what is to be told then.
    with suppress(OSError):
        connection.shutdown()


@contextmanager
def _explain_errors(settings: Settings, *, signing_in: bool = False) -> Iterator[None]:
    where = f"{settings.deposit_mailbox_host}:{settings.deposit_mailbox_port}"
    try:
        yield
    except ssl.SSLError as error:
        raise MailboxError(
            f"Le chiffrement avec {where} échoue\u00a0: vérifiez « deposit_mailbox_security » et le certificat."
        ) from error
    except (imaplib.IMAP4.abort, OSError, EOFError) as error:
        raise MailboxError(
            f"Le serveur {where} de la boîte des dépôts ne répond pas, ou coupe la connexion\u00a0: vérifiez les "
            "réglages « deposit_mailbox_… » et le réseau."
        ) from error
    except imaplib.IMAP4.error as error:
        # What the server says may name the account: it is not repeated.
        told = (
            f"Le serveur {where} refuse notre compte\u00a0: vérifiez « deposit_mailbox_user » et "
            "« deposit_mailbox_password »."
            if signing_in
            else f"Le serveur {where} de la boîte des dépôts ne parle pas comme attendu."
        )
        raise MailboxError(told) from error


def _find_literal(data: list[Any]) -> bytes | None:
    """Return what a FETCH gave: of its parts, the one that has a text; others tell of flags that have changed."""
    return next((each[1] for each in data if isinstance(each, tuple) and b"BODY[" in each[0].upper()), None)


def _name(settings: Settings) -> str:
    return settings.deposit_mailbox_user
