"""Accounts as people meet them: coming in, one's own account, and the administrators' pages."""

from webapp.accounts import entry, own

BLUEPRINTS = (entry.blueprint, own.blueprint)

__all__ = ["BLUEPRINTS"]
