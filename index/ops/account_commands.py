"""The command `ruche compte`: it creates the first administrator, and gives access back to who lost it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from index.accounts import (
    CONSOLE,
    Account,
    AccountUnknownError,
    Lifetimes,
    NewAccount,
    Role,
    generate_password,
    parse_mail_address,
)
from index.catalogue import Catalogue
from index.private_files import open_installation
from index.terminal import console

accounts = typer.Typer(
    name="compte",
    help="Crée, liste, modifie, suspend, exporte et efface les comptes des personnes.",
    no_args_is_help=True,
    add_completion=False,
)

_MailArgument = Annotated[str, typer.Argument(metavar="ADRESSE", help="Adresse électronique du compte.")]
_TypedOption = Annotated[
    bool, typer.Option("--saisir", help="Demande le mot de passe au lieu d’en tirer un, montré une seule fois.")
]
_GroupsOption = Annotated[
    list[str] | None, typer.Option("--groupe", help="Groupe de la personne ; l’option se répète.")
]


def _open_catalogue(context: typer.Context) -> closing[Catalogue]:
    return closing(Catalogue.open(open_installation(context.obj.config).catalogue_url))


def _find_account(catalogue: Catalogue, mail: str) -> Account:
    found = catalogue.access.accounts.find_by_mail(parse_mail_address(mail))
    if found is None:
        raise AccountUnknownError(f"Aucun compte n’a l’adresse {mail} : « ruche compte lister » les montre.")
    return found


def _choose_password(*, typed: bool) -> str:
    if not typed:
        return generate_password()
    password: str = typer.prompt("Mot de passe", hide_input=True, confirmation_prompt="Encore une fois")
    return password


def _show_password(password: str, *, typed: bool) -> None:
    if not typed:
        # No markup: Rich would take square brackets for styles. No wrapping: the line is to be copied.
        console.print(f"Mot de passe, montré cette seule fois : {password}", markup=False, soft_wrap=True)


@accounts.command("creer")
def create_account(
    context: typer.Context,
    mail: _MailArgument,
    name: Annotated[str, typer.Option("--nom", help="Prénom et nom, comme les autres les liront.")],
    role: Annotated[Role, typer.Option("--role", help="Ce que la personne peut faire.")] = Role.READER,
    groups: _GroupsOption = None,
    *,
    typed: _TypedOption = False,
    single_sign_on: Annotated[
        bool, typer.Option("--sans-mot-de-passe", help="La personne se connectera par l’authentification unique.")
    ] = False,
) -> None:
    """Crée un compte ; le premier est celui d’une personne qui administre : --role administrateur."""
    # Without a password the account can only sign in through the single sign-on.
    password = None if single_sign_on else _choose_password(typed=typed)
    with _open_catalogue(context) as catalogue:
        made = catalogue.access.accounts.create(
            NewAccount(mail, name, role, frozenset(groups or ())), password, CONSOLE
        )
    console.print(f"Compte créé : {made.mail} ({made.role.label})", markup=False, soft_wrap=True)
    if password is not None:
        _show_password(password, typed=typed)


@accounts.command("lister")
def list_accounts(context: typer.Context) -> None:
    """Liste les comptes : adresse, nom, rôle, groupes, état, dernière connexion."""
    with _open_catalogue(context) as catalogue:
        listed = catalogue.access.accounts.list_all()
    if not listed:
        console.print("Aucun compte. « ruche compte creer --role administrateur » crée le premier.")
        return
    table = Table("adresse", "nom", "rôle", "groupes", "état", "dernière connexion")
    for each in listed:
        seen = f"{each.signed_in.astimezone():%d/%m/%Y %H:%M}" if each.signed_in else "jamais"
        # Escaped for Rich’s markup, as names and addresses are what people typed.
        cells = (each.mail, each.name, each.role.value, ", ".join(sorted(each.groups)), each.state.value, seen)
        table.add_row(*map(escape, cells))
    console.print(table)


@accounts.command("modifier")
def change_account(  # noqa: PLR0917 - Typer gives each option its argument
    context: typer.Context,
    mail: _MailArgument,
    new_mail: Annotated[str | None, typer.Option("--adresse", help="Nouvelle adresse électronique.")] = None,
    name: Annotated[str | None, typer.Option("--nom", help="Nouveau nom.")] = None,
    role: Annotated[Role | None, typer.Option("--role", help="Nouveau rôle.")] = None,
    groups: _GroupsOption = None,
) -> None:
    """Change l’adresse, le nom, le rôle ou les groupes d’un compte ; ce qui n’est pas dit reste."""
    with _open_catalogue(context) as catalogue:
        old = _find_account(catalogue, mail)
        # Without the option groups stay as they are: Typer gives None then, not an empty list.
        kept = frozenset(groups) if groups is not None else old.groups
        new = NewAccount(new_mail or old.mail, name or old.name, role or old.role, kept)
        made = catalogue.access.accounts.change(old.id, new, CONSOLE)
    console.print(f"Compte modifié : {made.mail} ({made.role.label})", markup=False, soft_wrap=True)


@accounts.command("mot-de-passe")
def set_password(context: typer.Context, mail: _MailArgument, *, typed: _TypedOption = False) -> None:
    """Donne un nouveau mot de passe à un compte, et met fin à tous ses accès : sessions, jetons, flux."""
    password = _choose_password(typed=typed)
    with _open_catalogue(context) as catalogue:
        catalogue.access.accounts.set_password(_find_account(catalogue, mail).id, password, CONSOLE)
    console.print("Mot de passe changé ; sessions, jetons et flux fermés.")
    _show_password(password, typed=typed)


@accounts.command("suspendre")
def suspend_account(context: typer.Context, mail: _MailArgument) -> None:
    """Suspend un compte, et met fin à tous ses accès : sessions, jetons, flux."""
    with _open_catalogue(context) as catalogue:
        catalogue.access.accounts.suspend(_find_account(catalogue, mail).id, CONSOLE)
    console.print("Compte suspendu, sessions fermées.")


@accounts.command("retablir")
def restore_account(context: typer.Context, mail: _MailArgument) -> None:
    """Rétablit un compte suspendu."""
    with _open_catalogue(context) as catalogue:
        catalogue.access.accounts.restore(_find_account(catalogue, mail).id, CONSOLE)
    console.print("Compte rétabli.")


@accounts.command("exporter")
def export_account(
    context: typer.Context,
    mail: _MailArgument,
    file: Annotated[Path | None, typer.Option("--fichier", help="Fichier à écrire ; sans lui, la sortie.")] = None,
) -> None:
    """Donne en JSON tout ce que Ruche conserve d’une personne."""
    with _open_catalogue(context) as catalogue:
        told = json.dumps(
            catalogue.access.export_person(_find_account(catalogue, mail).id, CONSOLE), ensure_ascii=False, indent=2
        )
    if file is None:
        console.print(told, markup=False, soft_wrap=True)
    else:
        file.write_text(told, encoding="utf-8")


@accounts.command("effacer")
def erase_account(
    context: typer.Context,
    mail: _MailArgument,
    *,
    sure: Annotated[bool, typer.Option("--oui", help="Ne demande pas de confirmation.")] = False,
) -> None:
    """Efface une personne : adresse, nom, sessions, jetons, groupes. Ce qu’elle a décidé reste, sans son nom."""
    with _open_catalogue(context) as catalogue:
        account = _find_account(catalogue, mail)
        # Asked before anything is written: there is no way to take an erasure back.
        if not sure:
            typer.confirm(f"Effacer le compte de {account.name} ({account.mail}) pour toujours ?", abort=True)
        catalogue.access.accounts.erase(account.id, CONSOLE)
    console.print("Compte effacé.")


@accounts.command("purger")
def purge_expired_data(context: typer.Context) -> None:
    """Efface ce qui a expiré ou est trop ancien ; le service le fait automatiquement chaque heure."""
    with _open_catalogue(context) as catalogue:
        gone = catalogue.access.purge_expired(Lifetimes.from_settings(open_installation(context.obj.config)))
    console.print(
        f"Effacés : {gone.audit_entries} lignes du journal, {gone.sessions} sessions, {gone.tokens} jetons, "
        f"{gone.invitations} invitations, {gone.attempts} essais de connexion, "
        f"{gone.unconfirmed_subscriptions} suivis non confirmés."
    )
