"""The socket on which the service listens, and why it cannot, in French."""

from __future__ import annotations

import errno
import socket

from index.model import ExplainedError


class AddressUnusableError(ExplainedError):
    """The service cannot listen on its address; the message says what to do, in French."""


class AddressInUseError(AddressUnusableError):
    """Another program listens on this address already."""


def open_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address; port 0 takes a free one. Raises AddressUnusableError."""
    # Opened here and not by waitress, which leaves its socket open when it cannot listen.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise _explain_bind_error(error, host, port) from error


def format_url(host: str, listening: socket.socket) -> str:
    """Return the URL at which a service that was told to listen on `host` answers."""
    return f"http://{_format_host(host)}:{listening.getsockname()[1]}/"


def _explain_bind_error(error: OSError, host: str, port: int) -> AddressUnusableError:
    where = f"{_format_host(host)}:{port}"
    if error.errno == errno.EADDRINUSE:
        return AddressInUseError(
            f"Un autre programme écoute déjà sur {where}. Arrêtez-le (c’est peut-être Ruche, déjà lancée), "
            "ou choisissez un autre port avec le réglage «\u00a0port\u00a0»."
        )
    if error.errno == errno.EACCES:
        return AddressUnusableError(f"Le système refuse l’écoute sur {where}. Choisissez un port à partir de 1024.")
    return AddressUnusableError(
        f"Impossible d’écouter sur {where}\u00a0: cette adresse n’est pas celle de la machine. "
        "Vérifiez les réglages «\u00a0host\u00a0» et «\u00a0port\u00a0»."
    )


def _format_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
