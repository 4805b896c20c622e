"""The WSGI server: waitress, with bounds on what anybody may have it hold before the application is asked.

waitress reads a whole body, to the disk beyond half a MiB, before it calls the application, and closes a connection
only when nothing comes at all. Here a large body is read once the application has agreed to it, on what the headers
say; a request must arrive at some speed; and the connection that has waited longest makes room for a new one.
"""

from __future__ import annotations

import logging
import socket
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments  # type: ignore[import-untyped]  # publishes no types
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]  # idem
from waitress.parser import HTTPRequestParser  # type: ignore[import-untyped]  # idem
from waitress.server import TcpWSGIServer  # type: ignore[import-untyped]  # idem
from waitress.task import ThreadedTaskDispatcher, WSGITask  # type: ignore[import-untyped]  # idem
from waitress.utilities import Error  # type: ignore[import-untyped]  # idem

from index.web_processes import ConnectionCounts, Places, current_web_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

SMALL_BODY_BYTES = 64 * 1024
"""Bytes of a body that are read for anybody, in memory: forms and questions are small."""

_MAX_HEADER_BYTES = 32 * 1024
_MAX_CONNECTIONS = 500
"""Connections that a process holds at once; it may open 1,024 files on most systems."""

_MAX_LARGE_BODIES = 8
"""Large bodies that all web processes hold at once: each takes disk, as much as a deposit may have."""

_REQUEST_SECONDS = 20
"""Seconds in which a request must arrive, headers and body, and some more for each byte of its body."""

_SLOWEST_BYTES_A_SECOND = 16 * 1024
_IDLE_SECONDS = 60
"""Seconds that a connection stays open between requests."""

_STALLED_SECONDS = 120
"""Seconds in which a client must take something of its answer: a paused video comes back with another request."""

_LINGER_SECONDS = 10
"""Seconds in which the rest of a refused body is thrown away: a client still sending would not see the answer."""

_MAINTENANCE_SECONDS = 5

_YIELD_SECONDS = 0.003
"""Seconds that another web process, which holds fewer connections, has to take a new one before this one does."""

_QUESTION_KEY = "ruche.body_bytes"
"""The key of a WSGI environment under which the answer of `BodyAdmission` is wanted, instead of the request's."""


class BodyAdmission:
    """A WSGI application that also says how many bytes of a request's body may be read, before they are.

    `count_bytes` is asked with the environment of a request whose body has not been read.
    """

    def __init__(self, application: WSGIApplication, count_bytes: Callable[[WSGIEnvironment], int]) -> None:
        self._application, self._count_bytes = application, count_bytes

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the question, or the request."""
        if (answers := environ.get(_QUESTION_KEY)) is None:
            return self._application(environ, start_response)
        answers.append(self._count_bytes(environ))
        return []


class _TooManyLargeBodiesError(Error):  # type: ignore[misc]  # waitress publishes no types
    """An answer of waitress's own; its body is what a person reads."""

    code, reason = 503, "Service Unavailable"

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:  # noqa: ARG002 - waitress's signature
        """Return status, headers and body."""
        text = "Trop de dépôts sont en cours : réessayez dans une minute.".encode()
        headers = [("Content-Length", str(len(text))), ("Content-Type", "text/plain; charset=utf-8")]
        return f"{self.code} {self.reason}", [*headers, ("Connection", "close"), ("Retry-After", "60")], text


class _BoundedParser(HTTPRequestParser):  # type: ignore[misc]  # idem
    """A request as it arrives; `body_limit` is how much of its body may be read."""

    # waitress publishes no types.
    expect_continue: bool
    body_limit = SMALL_BODY_BYTES
    was_asked = False
    expects_continue = False
    release_place: Callable[[], None] | None = None
    """What gives back the place that a large body takes."""

    def is_over(self, limit: int) -> bool:
        """Return whether the body is larger than a limit, by what it says or by what has come."""
        return bool(max(self.content_length, self.body_bytes_received) > limit)

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the headers; « 100 Continue » is sent for a large body once it is admitted."""
        super().parse_header(header_plus)
        if self.is_over(SMALL_BODY_BYTES):
            self.expects_continue, self.expect_continue = self.expect_continue, False

    def refuse(self) -> None:
        """Complete the request without its body: the application explains its refusal, on the headers alone."""
        self.completed = True
        # What came so far is closed, and the length stays: the application sees that it is too large.
        self.close()
        self.body_rcv = None
        self.headers["CONTENT_LENGTH"] = str(max(self.content_length, self.body_bytes_received))
        # What follows on this connection is the rest of the body.
        self.headers["CONNECTION"] = "close"

    def close(self) -> None:
        """Let go of the body, and of the place that it takes."""
        if self.release_place:
            self.release_place()
            self.release_place = None
        super().close()


class _BoundedChannel(HTTPChannel):  # type: ignore[misc]  # idem
    """A connection. `waiting_since` is when it was made, or its last answer ended."""

    parser_class = _BoundedParser
    # waitress publishes no types.
    request: _BoundedParser | None
    will_close: bool
    request_began = 0.0
    is_paused = False
    lingers_until = 0.0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.waiting_since = self.creation_time

    def readable(self) -> bool:
        """Return whether to read: not while the application is asked about the body."""
        return bool(self.lingers_until) or (not self.is_paused and super().readable())

    def received(self, data: bytes) -> bool:
        """Take what has arrived; a body that turns out large waits for the application's agreement."""
        if self.lingers_until:
            return False
        if self.request is None:
            self.request_began = time.time()
        taken = bool(super().received(data))
        request = self.request
        if request is not None and request.is_over(request.body_limit):
            if request.was_asked:
                self._refuse(request)
            else:
                request.was_asked = self.is_paused = True
                # In a thread: the application looks the sender up in its catalogue.
                self.server.add_task(_AdmissionTask(self, request))
        return taken

    def resume(self, request: _BoundedParser, limit: int) -> None:
        """Read on, or refuse the body, as the application has said. Called by the thread that serves the sockets."""
        self.is_paused = False
        if not self.connected:
            return
        if limit > SMALL_BODY_BYTES:
            request.release_place = self.server.large_bodies.try_take()
            if request.release_place is None:
                request.error = _TooManyLargeBodiesError("")
                limit = 0
        if request.is_over(limit):
            self._refuse(request)
        else:
            request.body_limit = limit
            if request.expects_continue:
                self.send_continue()

    def _refuse(self, request: _BoundedParser) -> None:
        with self.requests_lock:
            self.lingers_until = time.time() + _LINGER_SECONDS
            request.refuse()
            self.request = None
            self.requests.append(request)
            if len(self.requests) == 1:
                self.server.add_task(self)

    def service(self) -> None:
        """Answer one request."""
        super().service()
        self.waiting_since = time.time()

    def handle_close(self) -> None:
        """Close; after a refusal, once the client has sent the rest or had time to see the answer."""
        if self.lingers_until > time.time() and self.will_close and not self.total_outbufs_len:
            self.will_close = False
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                self.lingers_until = 0.0
            else:
                return
        # Nobody answers a request that has not come whole; those that have are closed with their answer.
        if self.request is not None:
            self.request.close()
        super().handle_close()

    def is_overdue(self, now: float) -> bool:
        """Return whether the client takes too long: to send a request, to take an answer, or to ask anything."""
        if self.lingers_until:
            return now > self.lingers_until
        if self.requests or self.total_outbufs_len:
            return bool(self.total_outbufs_len) and now - self.last_activity > _STALLED_SECONDS
        if self.request is not None:
            allowed = _REQUEST_SECONDS + self.request.body_bytes_received / _SLOWEST_BYTES_A_SECOND
            return not self.is_paused and now - self.request_began > allowed
        return bool(now - self.waiting_since > _IDLE_SECONDS)

    def may_give_way(self) -> bool:
        """Return whether nobody loses anything but time when the connection is closed: nothing is under way on it."""
        is_admitted = self.request is not None and self.request.body_limit > SMALL_BODY_BYTES
        return not (self.requests or self.total_outbufs_len or self.is_paused or is_admitted)


class _AdmissionTask:
    """Asks the application about a body, as waitress's threads run any task."""

    def __init__(self, channel: _BoundedChannel, request: _BoundedParser) -> None:
        self._channel, self._request = channel, request

    def service(self) -> None:
        """Ask, and have the channel go on; a question that fails admits nothing."""
        answers: list[int] = []
        try:
            environ = WSGITask(self._channel, self._request).get_environment()
            self._channel.server.application(environ | {_QUESTION_KEY: answers}, lambda *_: None)
        finally:
            limit = answers[0] if answers else SMALL_BODY_BYTES
            # By the thread that serves the sockets, which alone may write while no request is being answered.
            self._channel.server.trigger.pull_trigger(partial(self._channel.resume, self._request, limit))

    def cancel(self) -> None:
        """Do nothing: the server stops, and its connections with it."""


def _answer_with_one_scheme(
    application: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer a request whose proxies each named a scheme: the first is the one by which the site is visited.

    Whoever forges it before the first proxy fools nobody but themselves.
    """
    schemes = [scheme.strip() for scheme in environ.get(_SCHEME_KEY, "").split(",")]
    if len(schemes) > 1:
        environ[_SCHEME_KEY] = next((scheme for scheme in schemes if scheme.lower() in {"http", "https"}), "http")
    return application(environ, start_response)


_SCHEME_KEY = "HTTP_X_FORWARDED_PROTO"


class BoundedServer(TcpWSGIServer):  # type: ignore[misc]  # idem
    """waitress's server, with the bounds of this module; `options` are waitress's own."""

    channel_class = _BoundedChannel

    def __init__(self, application: BodyAdmission, listening: socket.socket, threads: int, **options: Any) -> None:
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        adjustments = Adjustments(
            sockets=[listening],
            threads=threads,
            ident=None,
            # select(2), the default, knows 1,024 files at most.
            asyncore_use_poll=True,
            cleanup_interval=_MAINTENANCE_SECONDS,
            # Room above our own bound, at which a connection gives way: waitress would stop to accept any.
            connection_limit=2 * _MAX_CONNECTIONS,
            max_request_header_size=_MAX_HEADER_BYTES,
            # Each request has its own limit, which only we know.
            max_request_body_size=2**62,
            **options,
        )
        known = (listening.family, listening.type, listening.proto, listening.getsockname())
        self.application: WSGIApplication
        super().__init__(
            application,
            _sock=listening,
            map={},
            dispatcher=dispatcher,
            adj=adjustments,
            sockinfo=known,
            bind_socket=False,
        )
        process = current_web_process()
        self._counts = ConnectionCounts(process) if process else None
        self.large_bodies = Places("envois", _MAX_LARGE_BODIES)
        # Before waitress reads them: it answers several schemes by « 400 Bad Request ».
        self.application = partial(_answer_with_one_scheme, self.application)

    def handle_accept(self) -> None:
        """Accept a connection; beyond the bound, the one that has waited longest gives way."""
        # All web processes wake up, and any of them may be first: connections that stay open, as those of browsers do,
        # would often lie with one while another has nothing to do.
        if self._counts and self._counts.is_another_freer():
            time.sleep(_YIELD_SECONDS)
        # Where another one took it, there is nothing to accept.
        super().handle_accept()
        self._tell_connections()
        if len(self.active_channels) > _MAX_CONNECTIONS:
            idle = [each for each in self.active_channels.values() if each.may_give_way()]
            if idle:
                min(idle, key=lambda each: each.waiting_since).handle_close()

    def readable(self) -> bool:
        """Return whether to accept connections; asked each time that something has happened on one."""
        self._tell_connections()
        return bool(super().readable())

    def _tell_connections(self) -> None:
        if self._counts:
            self._counts.tell(len(self.active_channels))

    def maintenance(self, now: float) -> None:
        """Close the connections that take too long."""
        for channel in self.active_channels.values():
            if channel.is_overdue(now):
                channel.will_close = True
