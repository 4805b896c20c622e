"""Accounts: sign-in and sign-out, a person's own account, and the administrators' pages."""

from webapp.accounts import entry, groups, journal, own, people, single_sign_on
from webapp.accounts.pages import PAGES
from webapp.accounts.single_sign_on import install

BLUEPRINTS = (
    entry.blueprint,
    single_sign_on.blueprint,
    own.blueprint,
    people.blueprint,
    groups.blueprint,
    journal.blueprint,
)

__all__ = ["BLUEPRINTS", "PAGES", "install"]
