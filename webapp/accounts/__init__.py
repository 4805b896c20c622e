"""Accounts as people meet them: coming in, one's own account, and the administrators' pages."""

from webapp.accounts import entry, groups, journal, own, people
from webapp.accounts.pages import PAGES

BLUEPRINTS = (entry.blueprint, own.blueprint, people.blueprint, groups.blueprint, journal.blueprint)

__all__ = ["BLUEPRINTS", "PAGES"]
