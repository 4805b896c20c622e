"""Who may come in: accounts, sessions, groups and folder rules; hashes only, no password and no token."""

from index.catalogue.access.access import Access, Credentials
from index.catalogue.access.accounts import compute_account_etag
from index.catalogue.access.mail_quota import MailAdmission, MailOrder
from index.catalogue.access.rules import BUILT_IN_GROUPS, RuleEffect, WiderRuleError

__all__ = [
    "BUILT_IN_GROUPS",
    "Access",
    "Credentials",
    "MailAdmission",
    "MailOrder",
    "RuleEffect",
    "WiderRuleError",
    "compute_account_etag",
]
