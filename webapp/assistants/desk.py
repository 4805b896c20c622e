"""Where an assistant's requests are served: in whose name, and under which address documents are opened."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import ExplainedError
from index.model import MEMBERS
from webapp.hive import hive
from webapp.typography import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from index.settings import Settings


class TokenRefusedError(ExplainedError):
    """The token was taken back, is too old, never existed, or was not given where one is asked for."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One person's assistant, over one application."""

    app: Flask
    settings: Settings

    @contextmanager
    def serving(self) -> Iterator[frozenset[str]]:
        """The time of one request: gives the groups that it asks with, the words in force being taken up.

        Raises TokenRefusedError.
        """
        with self.app.test_request_context(base_url=_address(self.settings)):
            hive().refresh()
            yield _groups(self.settings)


def _groups(settings: Settings) -> frozenset[str]:
    """What the owner of the token may see as a member; without accounts, what every member may.

    Never the animators' group: documents are kept for it because they may name someone, and what an assistant reads
    goes to whoever runs its model.
    """
    if not settings.assistant_token and settings.auth == "aucune":
        return frozenset({MEMBERS})
    if not settings.assistant_token:
        raise TokenRefusedError(
            "Cette installation demande qui l’on est\u00a0: créez un jeton de lecture dans "
            f"{quoted('Mon compte')} et donnez-le à l’assistant par la variable RUCHE_ASSISTANT_TOKEN."
        )
    # Looked up each time: a token taken back opens nothing from then on.
    account = hive().catalogue.tokens.find(settings.assistant_token)
    if account is None:
        raise TokenRefusedError(
            f"Le jeton de l’assistant n’est pas accepté\u00a0: il a été retiré, ou il a expiré. "
            f"Créez-en un autre et donnez-le par le réglage {quoted('assistant_token')}."
        )
    return account.groups | {MEMBERS}


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.public_address or f"http://{host}:{settings.port}"
