"""Accounts: sign-in and sign-out, a person's own account, and the administrators' pages."""

from webapp.accounts import entry, groups, journal, own, people, single_sign_on
from webapp.accounts.pages import ADMINISTRATION_PAGES
from webapp.accounts.single_sign_on import install_identity_provider

BLUEPRINTS = (
    entry.sign_in_blueprint,
    single_sign_on.single_sign_on_blueprint,
    own.account_blueprint,
    people.member_blueprint,
    groups.group_blueprint,
    journal.audit_blueprint,
)

__all__ = ["ADMINISTRATION_PAGES", "BLUEPRINTS", "install_identity_provider"]
