"""The mails about saved searches: confirmation and digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for

from webapp.mailing.smtp import MailMessage
from webapp.pages import summarise_document
from webapp.server import format_count, quote_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.catalogue import Subscription
    from index.model import Document


def build_confirmation_mail(subscription: Subscription) -> MailMessage:
    """Build the mail that asks the owner of an address whether they want mail at all."""
    text = render_template(
        "mails/confirmation.txt",
        subscription=subscription,
        address=url_for("saved_searches.confirm", token=subscription.token, _external=True),
    )
    return MailMessage(subscription.address, f"Confirmez le suivi de {quote_text(subscription.search.name)}", text)


def build_digest_mail(subscription: Subscription, documents: Sequence[Document], limit: int) -> MailMessage:
    """Build the mail about what is new in a saved search, the newest first."""
    stop = url_for("saved_searches.unsubscribe", token=subscription.token, _external=True)
    text = render_template(
        "mails/digest.txt",
        subscription=subscription,
        # The others are on the page of the saved search.
        documents=[
            (each, url_for("documents.show", document_id=each.id, _external=True)) for each in documents[:limit]
        ],
        more=len(documents) - limit,
        summary=summarise_document,
        search=url_for("saved_searches.show", token=subscription.search.token, _external=True),
        stop=stop,
    )
    subject = (
        f"{format_count(len(documents), 'nouveau document', 'nouveaux documents')}\u00a0: {subscription.search.name}"
    )
    # RFC 8058: mail programs offer « unsubscribe » in one click.
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return MailMessage(subscription.address, subject, text, headers)
