"""All that the catalogue stores about one person, as they may ask for it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from index.accounts import AccountUnknownError, AuditAction

if TYPE_CHECKING:
    from index.catalogue.catalogue import Catalogue

_MOST_ENTRIES = 100_000


def export_person(catalogue: Catalogue, account_id: str, by: str) -> dict[str, Any]:
    """An account, its identities, sessions, tokens, saved searches, subscriptions and audit entries, fit for JSON.

    The export is itself recorded in the audit. Raises AccountUnknownError.
    """
    account = catalogue.accounts.get(account_id)
    if account is None:
        raise AccountUnknownError("Ce compte n’existe pas, ou n’existe plus.")
    with catalogue.writing() as write:
        write.audit(AuditAction.ACCOUNT_EXPORTED, by, account_id)
    return {
        # The names of the dataclasses' fields become JSON keys: renaming one changes what people receive.
        "compte": _to_json(asdict(account)),
        "identites": [
            {"emetteur": issuer, "sujet": subject} for issuer, subject in catalogue.identities.of(account_id)
        ],
        "sessions": [_to_json(asdict(each)) for each in catalogue.sessions.of(account_id)],
        "jetons": [_to_json(asdict(each)) for each in catalogue.tokens.of(account_id)],
        "recherches": [_to_json(asdict(each)) for each in catalogue.saved.of(account_id)],
        "abonnements": [
            _to_json(asdict(each) | {"search": each.search.name}) for each in catalogue.saved.followed_by(account.mail)
        ],
        "journal": [_to_json(asdict(each)) for each in catalogue.audit.latest(_MOST_ENTRIES, account=account_id)],
    }


def _to_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _to_json(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
