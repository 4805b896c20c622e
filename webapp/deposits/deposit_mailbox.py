"""Deposits by mail: what known animators send to a mailbox is deposited, once. `ruche digest` runs it."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from flask import render_template, url_for
from werkzeug.datastructures import FileStorage

from index.accounts import AccountState, Role
from index.catalogue import MailedDeposit, MailFate
from index.model import ExplainedError
from webapp.auth import act_for
from webapp.deposits import mailed_messages
from webapp.deposits.deposit_requests import DepositRequest, audit_outcomes, open_target, store_files
from webapp.deposits.deposit_writer import (
    ConflictPolicy,
    DepositFate,
    DepositOutcome,
    DepositRefusedError,
    discard_waiting_file,
)
from webapp.mailing import (
    MailboxError,
    MailMessage,
    RecipientRefusedError,
    explain_mailbox_settings,
    open_mail_connection,
    open_mailbox,
)
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import Message

    from flask import Flask

    from index.accounts import Account
    from index.config import Settings
    from webapp.deposits.mailed_messages import MailedFile
    from webapp.mailing import Mailbox

log = logging.getLogger(__name__)

PROCESSED_FOLDER, REFUSED_FOLDER = "Ruche-traites", "Ruche-refuses"
"""Folders of the mailbox beside its inbox. In ASCII, without a sign by which servers part folders."""

_MOST_MESSAGES = 100
"""Messages of one run: the others have theirs a quarter of an hour later."""

_MOST_ANSWERS = 20
"""Answers that one person gets a day: who sends more than that has a program send it."""

_MOST_ATTEMPTS = 3
_DAY = timedelta(days=1)


class MailboxUnableError(ExplainedError):
    """The mailbox cannot be read; the message says what is missing."""


def receive_mailed_deposits(app: Flask, settings: Settings, now: datetime | None = None) -> Counter[MailFate]:
    """Deposit what the mailbox holds, and put each message away; return how many had which fate.

    Does nothing for a while after it failed. Raises MailboxUnableError when a setting is missing or another run is
    under way, MailboxError when the mailbox fails, MailServerError when no answer can be sent: what is not put away yet
    is for the next run, which deposits and answers nothing twice.
    """
    if trouble := explain_mailbox_settings(settings):
        raise MailboxUnableError(f"La boîte des dépôts ne peut pas être lue\u00a0: {trouble}.")
    # Imported here: the web process loads this package too, and reads no mailbox.
    from filelock import FileLock, Timeout  # noqa: PLC0415

    try:
        with FileLock(settings.data / "mailbox.lock", timeout=0):
            return _run(app, settings, now or datetime.now(UTC))
    except Timeout as error:
        raise MailboxUnableError("La boîte des dépôts est déjà en train d’être lue\u00a0: laissez finir.") from error


def _run(app: Flask, settings: Settings, now: datetime) -> Counter[MailFate]:
    counts: Counter[MailFate] = Counter()
    with app.app_context():
        handled = services().catalogue.mailed_deposits
        if not handled.read_state().is_due(now):
            return counts
    error = "interrompu"
    try:
        _check_library(settings)
        with open_mailbox(settings) as mailbox:
            for uid in mailbox.list_messages()[:_MOST_MESSAGES]:
                # One request each: what is known of one sender must not serve for the next.
                with app.test_request_context("/"):
                    fate = _handle(mailbox, uid, settings)
                if fate:
                    counts[fate] += 1
        error = ""
    except ExplainedError as failure:
        error = str(failure)
        raise
    finally:
        # Whatever happens: the page « Diagnostic » says how it went.
        handled.record_run(now, {fate.value: number for fate, number in counts.items()}, error)
    return counts


def _check_library(settings: Settings) -> None:
    # Otherwise each message would be refused for what is no fault of its sender.
    if not settings.library.is_dir():
        raise MailboxError("La bibliothèque n’est pas accessible\u00a0: les dépôts par courriel attendent.")


def _handle(mailbox: Mailbox, uid: str, settings: Settings) -> MailFate | None:
    """Deal with one message and put it away; None where it is gone. A later run does again what fails."""
    head = mailbox.read_head(uid)
    if head is None:
        return None
    message = mailed_messages.parse_message(head.header)
    account, fate = _judge(message, settings)
    # No person writes such a header: what stands in the rest of it is not known.
    if account is None or head.is_cut:
        # Never answered: the sender is a program, or may be anybody but the one whose address it bears.
        log.info("a message to the mailbox was put aside: %s", fate.value)
        mailbox.move(uid, REFUSED_FOLDER)
        return fate if account is None else MailFate.UNPROVED
    is_small = head.size <= settings.deposit_mailbox_megabytes * 2**20
    raw = mailbox.read(uid) if is_small else None
    if is_small and raw is None:
        return None
    handled = services().catalogue.mailed_deposits
    key = mailed_messages.compute_key(raw if raw is not None else head.header, message)
    before = handled.find(key)
    found = before or _deposit_once(key, account, message, raw)
    if found.answer:
        _answer(message, account, settings, found)
        handled.record_answer(key)
    mailbox.move(uid, REFUSED_FOLDER if found.refused else PROCESSED_FOLDER)
    return MailFate.KNOWN if before else MailFate.REFUSED if found.refused else MailFate.DEPOSITED


def _judge(message: Message, settings: Settings) -> tuple[Account | None, MailFate]:
    """Return the animator who proves to have sent a message, or None and why it is nobody's."""
    sender = mailed_messages.find_sender(message)
    # What we send ourselves would come back for ever.
    own = {settings.mail_sender.lower(), settings.deposit_mailbox_user.lower()}
    if mailed_messages.is_automatic(message) or sender in own:
        return None, MailFate.AUTOMATIC
    account = services().catalogue.access.accounts.find_by_mail(sender) if sender else None
    if account is None or account.state is not AccountState.ACTIVE or not account.role.includes(Role.ANIMATOR):
        return None, MailFate.UNKNOWN
    if not mailed_messages.is_authenticated(message, sender, settings.deposit_mailbox_authserv):
        return None, MailFate.UNPROVED
    return account, MailFate.DEPOSITED


def _deposit_once(key: str, account: Account, message: Message, raw: bytes | None) -> MailedDeposit:
    """Deposit what a message of an account holds, and record it; `raw` is None where it is too large."""
    handled, settings = services().catalogue.mailed_deposits, services().settings
    with act_for(account):
        if raw is None:
            limit = f"{settings.deposit_mailbox_megabytes}\u00a0Mo"
            found = _conclude(message, f"Il dépasse {limit}\u00a0: déposez ses fichiers par la page du site.")
        # One on which the run dies each time must not keep the others waiting for ever.
        elif handled.count_attempt(key) > _MOST_ATTEMPTS:
            found = _conclude(message, "Il n’a pas pu être lu\u00a0: déposez ses fichiers par la page du site.")
        else:
            found = _deposit(message, raw, settings)
    # After the files, which a second run finds there; before the answer, so that it is about what happened.
    handled.record(key, account.id, found)
    return found


def _deposit(message: Message, raw: bytes, settings: Settings) -> MailedDeposit:
    try:
        files = mailed_messages.list_files(mailed_messages.parse_message(raw))
        if files:
            return _conclude(message, "", _store(message, files, settings))
    except DepositRefusedError as error:
        return _conclude(message, str(error))
    return _conclude(
        message, "Il n’a pas de pièce jointe\u00a0: son texte, et les images montrées dedans, ne sont pas déposés."
    )


def _conclude(message: Message, trouble: str, outcomes: Sequence[DepositOutcome] = ()) -> MailedDeposit:
    """Write what the sender is told: `trouble` where nothing was tried, else what became of each file."""
    is_kept = any(each.fate in {DepositFate.KEPT, DepositFate.SAME} for each in outcomes)
    text = render_template(
        "mails/mailed_deposit.txt",
        subject=mailed_messages.decode_text(message, "Subject")[:200],
        trouble=trouble,
        outcomes=outcomes,
        Fate=DepositFate,
        is_kept=is_kept,
        # Where its files are followed, or where they can be deposited otherwise.
        address=url_for("files.show" if is_kept else "deposits.show", _external=True),
    )
    return MailedDeposit(not is_kept, text)


def _store(message: Message, files: Sequence[MailedFile], settings: Settings) -> list[DepositOutcome]:
    """Deposit the files of a message, as the page does for the same person. Raises DepositRefusedError."""
    base = PurePosixPath(settings.deposit_mailbox_folder)
    try:
        folder = open_target(_request("" if str(base.parent) == "." else str(base.parent), base.name)).folder
        target = open_target(_request(folder, mailed_messages.name_folder(message)))
    except DepositRefusedError as error:
        # The page's words speak of a list to choose from.
        raise DepositRefusedError(
            "Votre compte ne peut pas déposer dans le dossier des courriels, ou le sujet du message ne peut pas nommer "
            "un sous-dossier\u00a0: changez le sujet, ou déposez par la page du site."
        ) from error
    sent = [FileStorage(BytesIO(each.content), filename=each.name) for each in files]
    outcomes = []
    for each in store_files(target, sent, unpack=True):
        outcome = each
        if each.fate is DepositFate.WAITING:
            # On the page the person chooses; nobody does here, and a run that begins again must find the same.
            discard_waiting_file(target, each.held)
            outcome = DepositOutcome(
                each.name,
                DepositFate.REFUSED,
                "un fichier de ce nom, qui n’est pas le même, est déjà dans ce dossier\u00a0: renommez le vôtre, "
                "changez le sujet du message, ou remplacez l’autre par la page du site.",
            )
        outcomes.append(outcome)
    return audit_outcomes(outcomes)


def _request(folder: str, subfolder: str) -> DepositRequest:
    return DepositRequest(folder, subfolder, ConflictPolicy.ASK, unpack=True, event="", tags=())


def _answer(message: Message, account: Account, settings: Settings, handled: MailedDeposit) -> None:
    """Tell the sender what became of a message. Raises MailServerError; the next run tries again."""
    since = datetime.now(UTC) - _DAY
    if services().catalogue.mailed_deposits.count_answers(account.id, since) >= _MOST_ANSWERS:
        log.warning("a message to the mailbox is not answered: its sender had %d answers today", _MOST_ANSWERS)
        return
    subject = "Dépôt par courriel refusé" if handled.refused else "Dépôt par courriel"
    mail = MailMessage(account.mail, subject, handled.answer, mailed_messages.answer_headers(message))
    try:
        with open_mail_connection(settings) as opened:
            opened.send(mail)
    except RecipientRefusedError:
        # The log does not name the address.
        log.warning("the sender of a message to the mailbox is refused by the mail server")
