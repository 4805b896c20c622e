"""Accounts as people meet them: coming in, one's own account, and the administrators' pages."""

from webapp.accounts import entry, own, single_sign_on
from webapp.accounts.single_sign_on import install

BLUEPRINTS = (entry.blueprint, single_sign_on.blueprint, own.blueprint)

__all__ = ["BLUEPRINTS", "install"]
