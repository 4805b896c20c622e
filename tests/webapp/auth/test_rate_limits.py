"""How often one may ask: each rate counts addresses that there are, and refuses beyond it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from index.accounts.model import NewAccount, Role
from tests.composition import create_app
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.conftest import WholeClient
from webapp.auth import rate_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.routing import Rule

    from tests.webapp.small_library import SmallLibrary

_NAMES = [each.name for each in rate_limits.RATES]


def _counted(app: Flask, name: str) -> Iterator[Rule]:
    """The addresses that a rate counts."""
    (rate,) = (each for each in rate_limits.RATES if each.name == name)
    for rule in app.url_map.iter_rules():
        if rule.endpoint in rate.endpoints or (rate.blueprint and rule.endpoint.startswith(f"{rate.blueprint}.")):
            yield rule


@pytest.mark.parametrize("name", _NAMES)
def test_a_rate_counts_what_there_is(guarded_app: Flask, name: str) -> None:
    """A view or a blueprint that got another name would be left without a rate."""
    (rate,) = (each for each in rate_limits.RATES if each.name == name)
    assert rate.endpoints <= set(guarded_app.view_functions)
    assert rate.blueprint in {"", *guarded_app.blueprints}
    assert list(_counted(guarded_app, name))


@pytest.mark.parametrize("name", _NAMES)
def test_beyond_its_rate_an_address_refuses(
    guarded_library: SmallLibrary, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """All the addresses of a rate are counted together: after one, each of them is refused, with when to come back."""
    fewer = [replace(each, times="1 per hour") if each.name == name else each for each in rate_limits.RATES]
    monkeypatch.setattr(rate_limits, "RATES", fewer)
    app = create_app(guarded(guarded_library))
    app.test_client_class = WholeClient
    new = NewAccount(f"{name.replace(' ', '-')}@ruche.example", "Ana", Role.ANIMATOR)
    client = signed_in(app, joined(app, new))
    rules = list(_counted(app, name))
    codes = [_asked(client, each) for each in (rules[0], *rules)]
    assert codes[0] != 429
    assert set(codes[1:]) == {429}


def _asked(client: FlaskClient, rule: Rule) -> int:
    known = dict.fromkeys(rule.arguments, "1")
    built = rule.build(known)
    assert built
    answer = client.open(built[1], method=_method(rule))
    if answer.status_code == 429:
        assert int(answer.headers["Retry-After"]) > 0
    return answer.status_code


def _method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or ()) else next(iter((rule.methods or set()) - {"OPTIONS", "HEAD"}))
