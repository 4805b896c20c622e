"""Mail what is new in the searches that people follow. One run at a time; `ruche digest` runs it."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from index.model import ExplainedError
from index.search import find_news
from webapp.auth import groups_for_delivery
from webapp.mailing import mails
from webapp.mailing.saved_search_pages import read_saved_question
from webapp.mailing.smtp import RecipientRefusedError, can_send, open_mail_connection
from webapp.server import services

if TYPE_CHECKING:
    from flask import Flask

    from index.catalogue import Subscription
    from index.config import Settings
    from webapp.mailing.smtp import MailConnection

log = logging.getLogger(__name__)

_MAX_DOCUMENTS = 30
"""Documents of one mail; the page of the saved search has the others."""

_COMMIT_MARGIN = timedelta(minutes=10)
"""A document bears the time at which its transaction began: one that began later may be committed before it."""


_JITTER = 10
"""Minutes by which a timer may be early."""


class DigestUnableError(ExplainedError):
    """No mail can be sent; the message says what is missing."""


class DigestResult(Enum):
    """What became of a mail that was due."""

    SENT = "sent"
    NOTHING_NEW = "nothing new"
    REFUSED = "refused"


def send_digests(app: Flask, settings: Settings, now: datetime | None = None) -> Counter[DigestResult]:
    """Send the mails that are due; return how many of them ended how.

    Raises DigestUnableError when settings are missing or another run is under way, MailServerError when the server
    fails: each mail is recorded once it is sent, so that the next run continues there.
    """
    if not can_send(settings):
        raise DigestUnableError(
            "Aucun courriel ne peut partir : renseignez « smtp_host », « mail_sender » et « public_address »."
        )
    # Imported here: the web process loads this package too, and sends no digest.
    from filelock import FileLock, Timeout  # noqa: PLC0415

    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        # Templates and `url_for` need a request context.
        with FileLock(settings.data / "digest.lock", timeout=0), app.test_request_context("/"):
            return _send_due(settings, now or datetime.now(UTC))
    except Timeout as error:
        raise DigestUnableError("Un envoi est déjà en cours : laissez-le finir.") from error


def is_due(subscription: Subscription, now: datetime) -> bool:
    """Whether an address may be written to: its rhythm counts from its last mail, else from its confirmation."""
    last = subscription.sent or subscription.confirmed
    if last is None:
        return False
    if (elapsed := now - last) >= subscription.rhythm.period:
        return True
    # Some minutes early, so that a run of each morning is not missed for having begun sooner than the last one; at the
    # same hour, so that runs of each quarter of an hour do not bring the mail forward from day to day.
    return elapsed >= subscription.rhythm.minimum_interval and _minute_of_day(now) >= _minute_of_day(last) - _JITTER


def _minute_of_day(moment: datetime) -> int:
    # Where the server is: people think of a mail's hour as their own, in winter and in summer.
    local = moment.astimezone()
    return local.hour * 60 + local.minute


def _send_due(settings: Settings, now: datetime) -> Counter[DigestResult]:
    saved = services().catalogue.saved_searches
    due = [each for each in saved.list_confirmed() if is_due(each, now)]
    if not due:
        return Counter()
    # Opened only now: a run with nothing due does not bother the server.
    with open_mail_connection(settings) as opened:
        return Counter(_send_to_subscriber(opened, subscription, now) for subscription in due)


def _send_to_subscriber(connection: MailConnection, subscription: Subscription, now: datetime) -> DigestResult:
    since = subscription.told_until or now
    # As an account of that address may read now: rights may have changed since the subscription.
    visible = groups_for_delivery(services().catalogue.access.accounts.find_by_mail(subscription.address.lower()))
    # With accounts, an address without one, or whose account is suspended, gets nothing.
    if not visible:
        return DigestResult.NOTHING_NEW
    question = read_saved_question(subscription.search, visible)
    found = find_news(services().search, services().catalogue, question, since, now - _COMMIT_MARGIN)
    if not found.documents:
        return DigestResult.NOTHING_NEW
    try:
        connection.send(mails.build_digest_mail(subscription, found.documents, _MAX_DOCUMENTS))
    except RecipientRefusedError:
        # The log does not name the address.
        log.warning("a subscription's address is refused by the mail server")
        return DigestResult.REFUSED
    # After the mail: a crash between the two sends it twice rather than never.
    services().catalogue.saved_searches.record_mailing(subscription.token, found.until, now)
    return DigestResult.SENT
