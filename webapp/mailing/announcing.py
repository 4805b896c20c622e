"""Tells rooms and webhooks what is new. One run at a time; `ruche digest` runs it."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import url_for

from index.catalogue import AnnouncementState, ReceiverProgress, Subject
from index.model import QUESTION, ExplainedError
from index.model_service import Patience, ServiceRefusalError, ask_patiently
from index.search import Question, find_news
from webapp.mailing.receivers import News, NewsItem, ReceiverKind, build_message, load_receivers
from webapp.mailing.webhook_client import DeliveryError, send_message
from webapp.pages import summarise_document, today, upcoming_events
from webapp.server import format_day, services, typeset

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask import Flask

    from index.catalogue import Announcement
    from index.config import Settings
    from webapp.mailing.receivers import Receiver

log = logging.getLogger(__name__)

_MOST_NAMED = 5
"""Things that one message to a room names: a room is for people, who are led to the rest."""

_MOST_TOLD = 200
"""Things of one subject that a run tells of; what came with them is on the site, and is not told one by one."""

_COMMIT_MARGIN = timedelta(minutes=10)
"""A document bears the time at which its transaction began: one that began later may be committed before it."""

_PATIENCE = Patience(attempts=2, seconds=40, first_wait=1.0)
"""How a receiver that stumbles is asked again at once; after that its message waits for a later run."""


class AnnouncingUnableError(ExplainedError):
    """Nothing can be told; the message says what is missing."""


def send_announcements(app: Flask, settings: Settings, now: datetime | None = None) -> Counter[AnnouncementState]:
    """Tell each receiver what is new, and try again what is due; return how many messages ended how.

    Raises AnnouncingUnableError when a setting is missing or another run is under way, ReceiversError when the file of
    receivers cannot be used.
    """
    if not settings.announcements:
        return Counter()
    if not settings.public_address:
        raise AnnouncingUnableError("Rien ne peut être annoncé\u00a0: renseignez « public_address ».")
    # Imported here: the web process loads this package too, and tells nobody.
    from filelock import FileLock, Timeout  # noqa: PLC0415

    try:
        with FileLock(settings.data / "announcements.lock", timeout=0), app.test_request_context("/"):
            return _announce(settings, now or datetime.now(UTC))
    except Timeout as error:
        raise AnnouncingUnableError("Une annonce est déjà en cours\u00a0: laissez-la finir.") from error


def _announce(settings: Settings, now: datetime) -> Counter[AnnouncementState]:
    catalogue, told = services().catalogue, Counter[AnnouncementState]()
    for receiver in list_receivers(settings).values():
        _collect(receiver, now)
        for message in catalogue.announcements.list_due(receiver.name, now):
            state, goes_on = _deliver(receiver, message, settings, now)
            told[state] += 1
            # One that does not answer is left alone until the next run: others must not wait for it.
            if not goes_on:
                break
    return told


def _collect(receiver: Receiver, now: datetime) -> None:
    """Record the messages for what is new to a receiver; one that is new itself is told from now on."""
    catalogue = services().catalogue
    events = {each.id for each in upcoming_events(catalogue.events.list_all(receiver.groups), today())}
    progress = catalogue.announcements.find_progress(receiver.name)
    if progress is None:
        # Not the whole library at once: what is there already is no news.
        catalogue.announcements.add(receiver.name, ReceiverProgress(now, frozenset(events)), (), now)
        return
    asked = Question(groups=receiver.groups)
    # The same question as a search without words: all that a member of the group sees.
    found = find_news(services().search, catalogue, asked, progress.told_until, now - _COMMIT_MARGIN)
    # The oldest first: of many, the last ones are told.
    added = sorted(found.documents, key=lambda each: each.added)
    news = {
        Subject.DOCUMENT: [each.id for each in added if each.format != QUESTION],
        Subject.QUESTION: [each.id for each in added if each.format == QUESTION],
        Subject.EVENT: sorted(events - progress.events),
    }
    messages = [
        (subject, ids)
        for subject, each in news.items()
        if subject in receiver.subjects
        for ids in _group(receiver, each[-_MOST_TOLD:])
    ]
    # An event that is put off or hidden and comes back is not told twice.
    reached = ReceiverProgress(max(found.until, progress.told_until), progress.events | events)
    catalogue.announcements.add(receiver.name, reached, messages, now)


def _group(receiver: Receiver, ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield what goes into one message: each thing by itself for a program, all of them for a room."""
    if receiver.kind is ReceiverKind.SIGNED:
        yield from ([each] for each in ids)
    elif ids:
        yield ids


def _deliver(
    receiver: Receiver, message: Announcement, settings: Settings, now: datetime
) -> tuple[AnnouncementState, bool]:
    """Try one message; return what became of it, and whether the receiver may be asked for more in this run."""
    announcements = services().catalogue.announcements
    # Read now, and not when it was recorded: what has been hidden since is told to nobody.
    news = describe_news(message, receiver.groups)
    if not news.items:
        announcements.end(message.number, AnnouncementState.POINTLESS, now)
        return AnnouncementState.POINTLESS, True
    shown = news if receiver.kind is ReceiverKind.SIGNED else _shorten(news)
    # The hour is that of this attempt: a signature grows old.
    built = build_message(receiver, shown, str(message.number), message.created, now)

    def send() -> int:
        try:
            return send_message(built, allows_private=settings.announcements_private)
        except DeliveryError as error:
            raise ServiceRefusalError(str(error), is_temporary=error.is_temporary) from error

    try:
        status = ask_patiently(send, _PATIENCE)
    except ServiceRefusalError as error:
        cause = error.__cause__
        refused = cause if isinstance(cause, DeliveryError) else DeliveryError(str(error))
        announcements.record_failure(message.number, str(error), now, refused.status)
        # Neither the address nor the token: the page shows the receiver's name to those who may see it.
        log.warning("an announcement was not taken: %s", refused.status or "no answer")
        # Whether that was the last attempt is for the catalogue to say.
        ended = announcements.find(message.number)
        return ended.state if ended else AnnouncementState.GIVEN_UP, refused.about_message
    announcements.end(message.number, AnnouncementState.DELIVERED, now, status)
    return AnnouncementState.DELIVERED, True


def describe_news(message: Announcement, groups: frozenset[str]) -> News:
    """Return what a message tells to someone of these groups: nothing of what they may not see."""
    catalogue = services().catalogue
    if message.subject is Subject.EVENT:
        seen = {each.id: each for each in catalogue.events.list_all(groups)}
        items = [
            NewsItem(
                id_,
                typeset(seen[id_].title),
                format_day(seen[id_].date),
                url_for("events.show", event_id=id_, _external=True),
            )
            for id_ in message.ids
            if id_ in seen
        ]
        return News(message.subject, items, 0, url_for("events.year", _external=True))
    found = catalogue.documents.find_each(message.ids, groups)
    items = [
        NewsItem(
            id_,
            typeset(found[id_].title),
            summarise_document(found[id_]),
            url_for("documents.show", document_id=id_, _external=True),
        )
        for id_ in message.ids
        if id_ in found
    ]
    page = "inquiries.list_all" if message.subject is Subject.QUESTION else "pages.search"
    return News(message.subject, items, 0, url_for(page, _external=True))


def _shorten(news: News) -> News:
    # The newest ones, which are the last.
    return replace(news, items=news.items[-_MOST_NAMED:], more=max(0, len(news.items) - _MOST_NAMED))


def list_receivers(settings: Settings) -> dict[str, Receiver]:
    """Return the receivers by their name. Raises ReceiversError where their file cannot be used."""
    if not settings.announcements:
        return {}
    groups = frozenset(each.name for each in services().catalogue.access.rules.list_groups())
    return {each.name: each for each in load_receivers(settings.announcements, groups)}
