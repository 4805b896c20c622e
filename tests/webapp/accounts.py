"""Accounts of the web's tests, and clients that are signed in with them."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from itertools import takewhile
from typing import TYPE_CHECKING

from index.accounts.audit import CONSOLE
from index.accounts.model import Lifetimes, NewAccount, Role
from index.catalogue.catalogue import Catalogue
from tests.webapp.page_parser import read
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from index.accounts.model import Account
    from index.config.settings import Settings
    from tests.webapp.small_library import SmallLibrary

PASSWORD = "quatre mots sans lien"  # noqa: S105 - of the tests' own accounts
COOKIE = "ruche"
ADMINISTRATOR = NewAccount("ada@ruche.example", "Ada Martin", Role.ADMINISTRATOR)


def guarded(library: SmallLibrary) -> Settings:
    """The settings of a library that asks for accounts."""
    return library.settings.model_copy(update={"auth": "comptes"})


def administrator_token(settings: Settings) -> str:
    """The cookie's secret of a new session of the administrator, who is made when absent."""
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        found = catalogue.access.accounts.find_by_mail(ADMINISTRATOR.mail)
        account = found or catalogue.access.accounts.create(ADMINISTRATOR, PASSWORD, CONSOLE)
        return catalogue.access.sessions.open(account.id, Lifetimes.from_settings(settings))


def joined(app: Flask, new: NewAccount, password: str | None = None) -> Account:
    """A new account of an application."""
    return services_of(app).catalogue.access.accounts.create(new, password, CONSOLE)


def signed_in(app: Flask, account: Account) -> FlaskClient:
    """Someone who is signed in with an account."""
    hive = services_of(app)
    client = app.test_client()
    client.set_cookie(COOKIE, hive.catalogue.access.sessions.open(account.id, Lifetimes.from_settings(hive.settings)))
    return client


def send(client: FlaskClient, address: str, base: str = "/affichage", /, **given: object) -> TestResponse:
    """Send a form with the token of one of our pages."""
    (field, *_) = read(client.get(base).text).all("input", name="csrf_token")
    return client.post(address, data=given | {"csrf_token": field.attributes["value"]})


def send_form(client: FlaskClient, page: str, action: str, /, **given: object) -> TestResponse:
    """Send the form of a page that has this action, with what the page hides in it."""
    elements = iter(read(page).elements)
    next(each for each in elements if each.tag == "form" and each.attributes.get("action") == action)
    inside = takewhile(lambda each: each.tag != "form", elements)
    hidden: defaultdict[str, list[str]] = defaultdict(list)
    for each in inside:
        if each.tag == "input" and each.attributes.get("type") == "hidden":
            hidden[each.attributes["name"] or ""].append(each.attributes["value"] or "")
    return client.post(action, data=hidden | given)
