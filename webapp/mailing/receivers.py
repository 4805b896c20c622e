"""The rooms and addresses that are told of what is new, as the settings' file names them, and what each is sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from enum import Enum
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from index.catalogue import Subject
from index.config import read_private_file
from index.model import MEMBERS, ExplainedError
from index.plain_yaml import YamlError, load_yaml
from webapp.mailing.webhook_client import OutgoingMessage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

_LEAST_SECRET = 16
_MOST_RECEIVERS = 50
_LONGEST_TITLE = 200
_NAME = re.compile(r"\S.{0,79}")
_KEYS = frozenset({"nom", "sorte", "adresse", "salon", "jeton", "secret", "annonce", "groupe"})


class ReceiversError(ExplainedError):
    """The file of receivers cannot be used; the message says which entry is wrong, and how."""


class ReceiverKind(Enum):
    """How a receiver is spoken to; the value stands in the file."""

    SIGNED = "signe"
    MATRIX = "matrix"
    TEXT = "texte"


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver: what a member of `group` sees is told to it, of these `subjects`.

    `room` is a Matrix room's id. `secret` signs what a webhook is sent, or is the token of a Matrix account.
    """

    name: str
    kind: ReceiverKind
    address: str
    subjects: frozenset[Subject]
    group: str = MEMBERS
    room: str = ""
    secret: str = field(default="", repr=False)

    @property
    def groups(self) -> frozenset[str]:
        """The groups with which it is told: those of a member of its group, never an animator's."""
        return frozenset({MEMBERS, self.group})


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One thing that is told: `summary` says in a few words what it is."""

    id: str
    title: str
    summary: str
    address: str


@dataclass(frozen=True, slots=True)
class News:
    """What one message tells; `more` counts those that it does not name, `address` leads to all of them."""

    subject: Subject
    items: Sequence[NewsItem]
    more: int
    address: str


def load_receivers(path: Path, groups: frozenset[str]) -> tuple[Receiver, ...]:
    """Load the receivers of a file; `groups` are those of the installation. Raises ReceiversError."""
    try:
        # It holds secrets: no other account of the machine may read it.
        entries = load_yaml(read_private_file(path, "announcements")) or []
    except YamlError as error:
        raise ReceiversError(f"{path}\u00a0: {error}") from error
    except ValueError as error:
        raise ReceiversError(str(error)) from error
    if not isinstance(entries, list) or len(entries) > _MOST_RECEIVERS:
        raise ReceiversError(f"{path} doit contenir une liste de {_MOST_RECEIVERS} destinataires au plus.")
    receivers = tuple(_parse_receiver(each, number, groups) for number, each in enumerate(entries, 1))
    # The log and the progress go by the name.
    if len({each.name for each in receivers}) < len(receivers):
        raise ReceiversError(f"{path}\u00a0: deux destinataires portent le même nom.")
    return receivers


def _parse_receiver(entry: Any, number: int, groups: frozenset[str]) -> Receiver:
    def refuse(reason: str) -> ReceiversError:
        return ReceiversError(f"Destinataire {number} du réglage « announcements »\u00a0: {reason}.")

    # Scalars of the file are texts, or nothing.
    if not isinstance(entry, dict) or not all(isinstance(each, str | list) for each in entry.values()):
        raise refuse("une entrée a des lignes « clé : valeur »")
    if unknown := sorted(entry.keys() - _KEYS):
        raise refuse(f"« {unknown[0]} » n’est pas connu")
    kinds = {each.value: each for each in ReceiverKind}
    kind = kinds.get(entry.get("sorte", ""))
    if kind is None:
        raise refuse(f"« sorte » est l’une de {', '.join(kinds)}")
    name, group = str(entry.get("nom", "")), str(entry.get("groupe", MEMBERS))
    if not _NAME.fullmatch(name):
        raise refuse("il faut un « nom », de 80 signes au plus")
    parts = urlsplit(str(entry.get("adresse", "")))
    # A password in an address would end in proxies' logs.
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username:
        raise refuse("« adresse » commence par https://, sans nom d’utilisateur")
    # Animators see what waits to be decided about: no room is told of that.
    if group not in groups | {MEMBERS}:
        raise refuse(f"le groupe « {group} » n’existe pas")
    if kind is ReceiverKind.MATRIX and not (entry.get("salon", "").startswith("!") and entry.get("jeton")):
        raise refuse("un salon Matrix a un « salon » (!…:serveur) et un « jeton »")
    if kind is ReceiverKind.SIGNED and len(entry.get("secret", "")) < _LEAST_SECRET:
        raise refuse(f"une adresse signée a un « secret » de {_LEAST_SECRET} signes au moins")
    return Receiver(
        name,
        kind,
        parts.geturl(),
        _parse_subjects(entry.get("annonce"), refuse),
        group,
        str(entry.get("salon", "")),
        str(entry.get("jeton" if kind is ReceiverKind.MATRIX else "secret", "")),
    )


def _parse_subjects(given: Any, refuse: Any) -> frozenset[Subject]:
    known = {each.value: each for each in Subject}
    # Without a list, all of it.
    named = given if isinstance(given, list) else [given] if given else list(known)
    if wrong := [each for each in named if each not in known]:
        raise refuse(f"« annonce » ne connaît que {', '.join(known)}, et non « {wrong[0]} »")
    return frozenset(known[each] for each in named)


@dataclass(frozen=True, slots=True)
class _Delivery:
    """One attempt of a message: its name, the same at each, when it was recorded, and when it leaves."""

    name: str
    created: datetime
    now: datetime


_HEADLINES = {
    Subject.DOCUMENT: ("Nouveau document", "Nouveaux documents"),
    Subject.EVENT: ("Rendez-vous annoncé", "Rendez-vous annoncés"),
    Subject.QUESTION: ("Question répondue", "Questions répondues"),
}


def build_message(receiver: Receiver, news: News, delivery: str, created: datetime, now: datetime) -> OutgoingMessage:
    """Build what a receiver is sent; `delivery` names the message, the same at each attempt."""
    if receiver.kind is ReceiverKind.SIGNED:
        items = [
            {"id": each.id, "title": each.title, "summary": each.summary, "url": each.address} for each in news.items
        ]
        return _build_signed(receiver, news.subject.value, items, _Delivery(delivery, created, now))
    return _build_notice(receiver, render_text(news), render_html(news), delivery)


def build_trial(receiver: Receiver, site: str, now: datetime) -> OutgoingMessage:
    """Build what says that a receiver is reached, and nothing of the library; `site` is the name of the site."""
    # Each trial is a message of its own: a room would take the second one of a name for the first.
    delivery = f"essai-{int(now.timestamp() * 1_000)}"
    if receiver.kind is ReceiverKind.SIGNED:
        return _build_signed(receiver, "essai", [], _Delivery(delivery, now, now))
    text = f"Essai\u00a0: {site} peut écrire ici."
    return _build_notice(receiver, text, escape(text), delivery)


def _build_notice(receiver: Receiver, text: str, html: str, delivery: str) -> OutgoingMessage:
    if receiver.kind is ReceiverKind.TEXT:
        return _build_request("POST", receiver.address, {"text": text})
    # The transaction's name makes a second attempt of a message that was taken no second message.
    room, transaction = quote(receiver.room, safe=""), quote(f"ruche-{delivery}", safe="")
    address = f"{receiver.address.rstrip('/')}/_matrix/client/v3/rooms/{room}/send/m.room.message/{transaction}"
    body = {
        "msgtype": "m.notice",
        "body": text,
        "format": "org.matrix.custom.html",
        "formatted_body": html,
    }
    return _build_request("PUT", address, body, {"Authorization": f"Bearer {receiver.secret}"})


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body sent at a timestamp: HMAC-SHA256 over both, in hexadecimal."""
    # With the timestamp: whoever overhears a message cannot send it again later.
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def render_text(news: News) -> str:
    """Render news as plain text, one line a thing."""
    one, several = _HEADLINES[news.subject]
    if len(news.items) == 1 and not news.more:
        item = news.items[0]
        return f"{one}\u00a0: {_render_item(item)}"
    lines = [f"– {_render_item(each)}" for each in news.items]
    others = [f"… et {news.more} de plus\u00a0: {news.address}"] if news.more else []
    return "\n".join((f"{several}\u00a0:", *lines, *others))


def _render_item(item: NewsItem) -> str:
    return f"{_defuse(item.title)} ({_defuse(item.summary)}) {item.address}".replace(" ()", "")


def _defuse(text: str) -> str:
    """Return a title as a room may show it: on one line, not too long, calling nobody and leading nowhere."""
    # Rooms read Markdown, or Slack's marks: whoever names a document or a question would call « @all » through us, or
    # hide an address of theirs behind words. A mark that is cut in two by a space of no width is none.
    shown = _shorten_title(" ".join(text.split())).replace("<", "‹").replace(">", "›")
    return shown.replace("@", "@\u200b").replace("](", "]\u200b(")


def _shorten_title(title: str) -> str:
    # Rooms refuse what is too long, and the whole message with it.
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"


def render_html(news: News) -> str:
    """Render news as the HTML of a room."""
    one, several = _HEADLINES[news.subject]
    items = [
        f'<a href="{escape(each.address)}">{escape(_shorten_title(each.title))}</a> ({escape(each.summary)})'.replace(
            " ()", ""
        )
        for each in news.items
    ]
    if len(items) == 1 and not news.more:
        return f"{one}\u00a0: {items[0]}"
    others = [f'<a href="{escape(news.address)}">… et {news.more} de plus</a>'] if news.more else []
    return f"{several}\u00a0:<ul>{''.join(f'<li>{each}</li>' for each in (*items, *others))}</ul>"


def _build_signed(
    receiver: Receiver, subject: str, items: list[dict[str, str]], delivery: _Delivery
) -> OutgoingMessage:
    body = {
        "delivery": delivery.name,
        "subject": subject,
        "created": delivery.created.isoformat(timespec="seconds"),
        "items": items,
    }
    request = _build_request("POST", receiver.address, body)
    timestamp = str(int(delivery.now.timestamp()))
    signature = f"v1={sign(receiver.secret, timestamp, request.body)}"
    headers = {"Ruche-Delivery": delivery.name, "Ruche-Timestamp": timestamp, "Ruche-Signature": signature}
    return OutgoingMessage(request.method, request.address, request.body, {**request.headers, **headers})


def _build_request(
    method: str, address: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> OutgoingMessage:
    # The very bytes that are signed are those that are sent.
    text = json.dumps(body, ensure_ascii=False).encode()
    return OutgoingMessage(method, address, text, {"Content-Type": "application/json", **(headers or {})})
