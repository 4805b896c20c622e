"""A service that answers over a network, with accounts, for tools that cannot call an application."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from index.accounts.model import NewAccount, Role, Scope
from index.catalogue.catalogue import Catalogue
from index.catalogue.indexer_state import IndexerState
from tests.composition import create_app
from tests.webapp import http_server as serving
from tests.webapp.small_library import build

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.webapp.small_library import SmallLibrary

_DAY = timedelta(days=1)
"""Longer than the longest form of a test."""


@dataclass(frozen=True)
class Service:
    """Where it answers, what it holds, and a token to animate with and another to read with."""

    address: str
    library: SmallLibrary
    token: str
    reading: str


@contextmanager
def service(root: Path, auth: str = "comptes") -> Iterator[Service]:
    """A library of its own, served from a thread on a free port."""
    library = build(root)
    settings = library.settings.model_copy(update={"auth": auth})
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        animator = catalogue.access.accounts.create(NewAccount("a@exemple.fr", "Ada", Role.ANIMATOR), None, "")
        token = catalogue.access.api_tokens.create(animator.id, "essai", Scope.ANIMATE, _DAY)
        reading = catalogue.access.api_tokens.create(animator.id, "lecture", Scope.READ, _DAY)
        now = datetime.now(UTC)
        with catalogue.transaction() as transaction:
            # An indexer that has just spoken, for as long.
            transaction.indexer.write_state(IndexerState(started=now, heartbeat=now + _DAY))
    app = create_app(settings)
    # A test asks in a minute what a tool asks in a day.
    for limiter in app.extensions["limiter"]:
        limiter.enabled = False
    with serving.served(app) as address:
        yield Service(address, library, token, reading)
