"""The session of an assistant: in whose name its requests are served, and under which URL documents are opened."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.model import MEMBERS, ExplainedError
from webapp.server import quote_text, services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from index.config import Settings


class TokenRefusedError(ExplainedError):
    """The token was revoked, has expired, never existed, or is missing where one is required."""


@dataclass(frozen=True, slots=True)
class AssistantSession:
    """One person's assistant, over one application.

    `groups` are those of whoever sent the request, where one carries it; else the settings' token says whose they are.
    """

    app: Flask
    settings: Settings
    groups: frozenset[str] | None = None

    @contextmanager
    def open_request(self) -> Iterator[frozenset[str]]:
        """Open the context of one request, with the present vocabulary; gives the groups that it may read with.

        Raises TokenRefusedError.
        """
        # A request context as pages have it: URLs, vocabulary and search work the same way.
        with self.app.test_request_context(base_url=_base_address(self.settings)):
            services().refresh_vocabulary()
            yield _find_token_groups(self.settings) if self.groups is None else self.groups


def _find_token_groups(settings: Settings) -> frozenset[str]:
    """Return what the owner of the token may see as a member; without accounts, what every member may.

    Never the animators' group: its documents may name someone, and what an assistant reads goes to whoever runs its
    model.
    """
    if not settings.assistant_token and settings.auth == "aucune":
        return frozenset({MEMBERS})
    if not settings.assistant_token:
        raise TokenRefusedError(
            "Cette installation demande qui l’on est\u00a0: créez un jeton de lecture dans "
            f"{quote_text('Mon compte')} et donnez-le à l’assistant par la variable RUCHE_ASSISTANT_TOKEN."
        )
    # Looked up at each request: a revoked token opens nothing from then on.
    account = services().catalogue.access.api_tokens.find_owner(settings.assistant_token)
    if account is None:
        raise TokenRefusedError(
            f"Le jeton de l’assistant n’est pas accepté\u00a0: il a été retiré, ou il a expiré. "
            f"Créez-en un autre et donnez-le par le réglage {quote_text('assistant_token')}."
        )
    return account.groups | {MEMBERS}


def _base_address(settings: Settings) -> str:
    # An IPv6 address is in brackets in a URL.
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.public_address or f"http://{host}:{settings.port}"
