"""A gate before a node: it asks for a name and a password, speaks TLS, and may answer in the node's stead."""

from __future__ import annotations

import base64
import http.client
import ssl
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

USER, PASSWORD = "ruche", "un mot de passe"


def certificates(folder: Path) -> tuple[Path, Path]:
    """An authority's certificate, and a file with the key and certificate of 127.0.0.1 that it signs."""
    name = ["-subj", "/CN=ruche", "-nodes", "-days", "2", "-newkey", "rsa:2048"]
    authority, key, both = folder / "autorite.pem", folder / "cle.pem", folder / "serveur.pem"
    _openssl("req", "-x509", *name, "-keyout", str(folder / "autorite.cle"), "-out", str(authority))
    _openssl(
        *("req", "-x509", *name, "-keyout", str(key), "-out", str(folder / "certificat.pem")),
        *("-CA", str(authority), "-CAkey", str(folder / "autorite.cle"), "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-addext", "basicConstraints=critical,CA:FALSE"),
    )
    both.write_bytes(key.read_bytes() + (folder / "certificat.pem").read_bytes())
    return authority, both


@contextmanager
def gate(
    port: int, meddle: Callable[[str, int, bytes], tuple[int, bytes]], certificate: Path | None = None
) -> Iterator[str]:
    """The address of a gate before the node at this port."""
    expected = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answered = 401, b"{}"
            if self.headers.get("Authorization") == expected:
                node = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                kept = {
                    name: self.headers[name] for name in ("Content-Type", "Content-Encoding") if name in self.headers
                }
                node.request(self.command, self.path, body, kept)
                answer = node.getresponse()
                status, answered = meddle(self.path, answer.status, answer.read())
                node.close()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(answered)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answered)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _pass  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - idem
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)  # noqa: S603, S607 - a test's own words
