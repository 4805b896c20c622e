"""The mails about saved searches: confirmation and digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, url_for

from webapp.following.mail import Letter
from webapp.following.telling import summary
from webapp.hive import hive
from webapp.typography import count, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.catalogue.saved import Subscription
    from index.model import Document


def confirmation(subscription: Subscription) -> Letter:
    """Build the mail that asks the owner of an address whether they want mail at all."""
    text = render_template(
        "mails/confirmation.txt",
        subscription=subscription,
        address=public_address("kept.confirm", token=subscription.token),
    )
    return Letter(subscription.address, f"Confirmez le suivi de {quoted(subscription.search.name)}", text)


def digest(subscription: Subscription, documents: Sequence[Document], most: int) -> Letter:
    """Build the mail about what is new in a saved search, the newest first."""
    stop = public_address("kept.stop", token=subscription.token)
    text = render_template(
        "mails/digest.txt",
        subscription=subscription,
        # The others are on the page of the saved search.
        documents=[(each, public_address("documents.show", document_id=each.id)) for each in documents[:most]],
        more=len(documents) - most,
        summary=summary,
        search=public_address("kept.show", token=subscription.search.token),
        stop=stop,
    )
    subject = f"{count(len(documents), 'nouveau document', 'nouveaux documents')}\u00a0: {subscription.search.name}"
    # RFC 8058: mail programs offer « unsubscribe » in one click.
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return Letter(subscription.address, subject, text, headers)


def public_address(endpoint: str, **values: Any) -> str:
    """Return a URL as members open it."""
    # `ruche digest` has no request to take the host from: the setting has it.
    return hive().settings.public_address.rstrip("/") + url_for(endpoint, **values)
