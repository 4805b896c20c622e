"""Accounts and what belongs to them, as the catalogue stores them: hashes only, no password and no token."""

from index.catalogue.people.accounts import Accounts
from index.catalogue.people.attempts import Attempts
from index.catalogue.people.audit import Audit, add_entry
from index.catalogue.people.identities import Identities
from index.catalogue.people.invitations import Invitations
from index.catalogue.people.rules import AccessRules
from index.catalogue.people.sessions import Sessions
from index.catalogue.people.tables import FolderRuleRow
from index.catalogue.people.tokens import Tokens

__all__ = [
    "AccessRules",
    "Accounts",
    "Attempts",
    "Audit",
    "FolderRuleRow",
    "Identities",
    "Invitations",
    "Sessions",
    "Tokens",
    "add_entry",
]
