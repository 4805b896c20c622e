"""Mail what is new in the searches that people follow. One run at a time; `ruche digest` runs it."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from index import news
from index.errors import ExplainedError
from webapp.following import letters
from webapp.following.kept import question_of
from webapp.following.mail import RecipientRefusedError, can_send, post
from webapp.hive import hive
from webapp.identity import groups_in_absence

if TYPE_CHECKING:
    from flask import Flask

    from index.catalogue.saved import Subscription
    from index.settings import Settings
    from webapp.following.mail import Post

log = logging.getLogger(__name__)

_MOST_TOLD = 30
"""Documents of one mail; the page of the saved search has the others."""

_STILL_ARRIVING = timedelta(minutes=10)
"""A document bears the time at which its transaction began: one that began later may be committed before it."""


class DigestUnableError(ExplainedError):
    """No mail can be sent; the message says what is missing."""


class Told(Enum):
    """What became of a mail that was due."""

    SENT = "sent"
    NOTHING_NEW = "nothing new"
    REFUSED = "refused"


def run(app: Flask, settings: Settings, now: datetime | None = None) -> Counter[Told]:
    """Send the mails that are due; return how many of them ended how.

    Raises DigestUnableError when settings are missing or another run is under way, MailServerError when the server
    fails: each mail is recorded once it is sent, so that the next run continues there.
    """
    if not can_send(settings):
        raise DigestUnableError(
            "Aucun courriel ne peut partir : renseignez « smtp_host », « mail_sender » et « public_address »."
        )
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        # Templates and `url_for` need a request context.
        with FileLock(settings.data / "digest.lock", timeout=0), app.test_request_context("/"):
            return _run(settings, now or datetime.now(UTC))
    except Timeout as error:
        raise DigestUnableError("Un envoi est déjà en cours : laissez-le finir.") from error


def is_due(subscription: Subscription, now: datetime) -> bool:
    """Whether an address may be written to: its rhythm counts from its last mail, else from its confirmation."""
    last = subscription.sent or subscription.confirmed
    return last is not None and now - last >= subscription.rhythm.least


def _run(settings: Settings, now: datetime) -> Counter[Told]:
    saved = hive().catalogue.saved
    due = [each for each in saved.confirmed() if is_due(each, now)]
    if not due:
        return Counter()
    # Opened only now: a run with nothing due does not bother the server.
    with post(settings) as opened:
        return Counter(_tell(opened, subscription, now) for subscription in due)


def _tell(opened: Post, subscription: Subscription, now: datetime) -> Told:
    since = subscription.told_until or now
    # As an account of that address may read now: rights may have changed since the subscription.
    visible = groups_in_absence(hive().catalogue.accounts.find(subscription.address.lower()))
    # With accounts, an address without one, or whose account is suspended, gets nothing.
    if not visible:
        return Told.NOTHING_NEW
    question = question_of(subscription.search, visible)
    found = news.between(hive().search, hive().catalogue, question, since, now - _STILL_ARRIVING)
    if not found.documents:
        return Told.NOTHING_NEW
    try:
        opened.send(letters.digest(subscription, found.documents, _MOST_TOLD))
    except RecipientRefusedError:
        # The log does not name the address.
        log.warning("a subscription's address is refused by the mail server")
        return Told.REFUSED
    # After the mail: a crash between the two sends it twice rather than never.
    hive().catalogue.saved.told(subscription.token, found.until, now)
    return Told.SENT
