"""The commands `ruche mcp` and `ruche digest`. Their docstrings are the help that users read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from index.model import ExplainedError
from index.private_files import open_installation
from webapp.app import create_app
from webapp.deposits import receive_mailed_deposits
from webapp.mailing import DigestResult, can_send, send_announcements, send_digests

if TYPE_CHECKING:
    from flask import Flask

    from index.config import Settings


def mcp(context: typer.Context) -> None:
    """Donne à un assistant (protocole MCP) de quoi chercher, lire et citer ; c’est l’assistant qui la lance."""
    # Imported late: the SDK takes as long to load as all the rest, and no other command needs it.
    from webapp.mcp import serve_assistant  # noqa: PLC0415

    settings = open_installation(context.obj.config, keeps_log=True)
    serve_assistant(create_app(settings, context.obj.formats), settings)


def digest(context: typer.Context) -> None:
    """Envoie les alertes et annonces dues, et lit la boîte des dépôts ; à lancer chaque quart d’heure."""
    settings = open_installation(context.obj.config)
    app = create_app(settings, context.obj.formats)
    runs = [_digest_announcements] if settings.announcements else []
    runs += [_digest_deposits] if settings.deposit_mailbox_host else []
    # An installation may tell rooms, or read a mailbox, and mail nobody what is new.
    if not runs or can_send(settings):
        runs.append(_digest_searches)
    failures = []
    for run in runs:
        try:
            run(app, settings)
        except ExplainedError as error:
            # What hinders one must not keep the others back; the last one is told as that of the command.
            failures.append(error)
    for failure in failures[:-1]:
        typer.echo(f"ruche : {failure}", err=True)
    if failures:
        raise failures[-1]


def _digest_announcements(app: Flask, settings: Settings) -> None:
    announced = send_announcements(app, settings)
    typer.echo("Annonces\u00a0: " + (", ".join(f"{each.label} {n}" for each, n in announced.items()) or "aucune"))


def _digest_deposits(app: Flask, settings: Settings) -> None:
    received = receive_mailed_deposits(app, settings)
    typer.echo("Boîte des dépôts\u00a0: " + (", ".join(f"{n} {each.label}" for each, n in received.items()) or "rien"))


def _digest_searches(app: Flask, settings: Settings) -> None:
    told = send_digests(app, settings)
    typer.echo(
        f"Courriels envoyés : {told[DigestResult.SENT]} ; rien de nouveau pour {told[DigestResult.NOTHING_NEW]}."
    )
    if told[DigestResult.REFUSED]:
        typer.echo(f"Adresses refusées par le serveur : {told[DigestResult.REFUSED]}.")
