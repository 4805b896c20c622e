"""The log of announcements: each message to a room or a webhook, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.catalogue import AnnouncementState
from index.model import MEMBERS
from webapp.auth import current_groups, restrict_to_animators
from webapp.mailing.announcing import describe_news, list_receivers
from webapp.mailing.receivers import ReceiversError, build_trial
from webapp.mailing.webhook_client import DeliveryError, send_message
from webapp.server import NOT_FOUND, ProblemError, quote_text, services

if TYPE_CHECKING:
    from collections.abc import Container

    from werkzeug.wrappers import Response

    from index.catalogue import Announcement
    from webapp.mailing.receivers import News, Receiver

announcement_blueprint = restrict_to_animators(Blueprint("announcements", __name__, url_prefix="/animation/annonces"))

_SHOWN = 200


@announcement_blueprint.get("")
def show() -> str:
    """List the newest messages that tell of something that the person may see."""
    # A file that is wrong must not hide what was told before it was.
    receivers, error = _list_receivers()
    latest = services().catalogue.announcements.list_latest(_SHOWN)
    told = [(each, news) for each in latest if (news := _describe(each, receivers))]
    return render_template(
        "animation/announcements.html",
        told=told,
        receivers=sorted(receivers),
        error=error,
        waiting=AnnouncementState.WAITING,
    )


@announcement_blueprint.post("/<int:number>/renvoi")
def send_again(number: int) -> Response:
    """Have a message sent again with the next run."""
    # As for any page: what one may not see cannot be sent again either.
    message = services().catalogue.announcements.find(number)
    if message is None or not _describe(message, _list_receivers()[0]):
        raise ProblemError(404, NOT_FOUND)
    services().catalogue.announcements.send_again(number)
    flash("Elle partira à la prochaine exécution de « ruche digest ».", "success")
    return redirect(url_for("announcements.show"), 303)


@announcement_blueprint.post("/essai")
def try_receiver() -> Response:
    """Send a receiver a message that says nothing of the library, and show what became of it."""
    receiver = _list_receivers()[0].get(request.form.get("destinataire", ""))
    if receiver is None:
        raise ProblemError(404, NOT_FOUND)
    settings, named = services().settings, quote_text(receiver.name)
    try:
        # At once, and once: whoever presses waits for the answer, and may press again.
        send_message(
            build_trial(receiver, settings.site_name, datetime.now(UTC)), allows_private=settings.announcements_private
        )
    except DeliveryError as error:
        flash(f"{named} n’a pas pris l’essai\u00a0: {error}.", "error")
    else:
        flash(f"{named} a pris l’essai.", "success")
    return redirect(url_for("announcements.show"), 303)


def _list_receivers() -> tuple[dict[str, Receiver], str]:
    """Return the receivers whose group the person is of, and what is wrong with their file."""
    try:
        found = list_receivers(services().settings)
    except ReceiversError as error:
        return {}, str(error)
    return {name: each for name, each in found.items() if each.group in current_groups() | {MEMBERS}}, ""


def _describe(message: Announcement, receivers: Container[str]) -> News | None:
    """Return what a message tells the person; None where they may see nothing of it, or not its receiver."""
    # The receiver of a group's room is the group's business.
    if message.receiver not in receivers:
        return None
    news = describe_news(message, current_groups())
    return news if news.items else None
