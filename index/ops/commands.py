"""Commands of the command line: a new installation, searches, the state of files, confirmation of deletions."""

from __future__ import annotations

import shlex
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from index.accounts import CONSOLE
from index.catalogue import (
    HEAD,
    LIBRARY_MEMO,
    WITHOUT_IMAGES_MEMO,
    Catalogue,
    FileState,
    StatusFilter,
    list_pending_migrations,
    name_copy,
    sqlite_file,
)
from index.config import SETTINGS_FILE_NAME, create_installation, find_settings_file
from index.generations import lower_priority, rebuild_live_index, roll_back_live_index
from index.model import MEMBERS, duration_label
from index.ops.backup import restore_backup, write_backup
from index.private_files import act_as_owner, create_private_files, open_installation
from index.search import Question, open_search
from index.terminal import console, progress_bar
from index.terminal_text import escape_name, format_count
from index.vectors import parse_decision
from index.vocabulary import VocabularyOverrides, load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.catalogue import FileStatus, IndexerState
    from index.search import RankedDocument

MEMBERS_ONLY = frozenset({MEMBERS})


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DOSSIER", help="Dossier de l’installation, créé s’il manque.")
    ] = Path(),
) -> None:
    """Prépare une installation : réglages commentés, vocabulaire à compléter, dossier surveillé."""
    act_as_owner(folder.resolve())
    # No markup here or below: rich would read « [2024] » in a path as a style.
    for written in create_installation(folder):
        console.print(f"créé : {escape_name(str(written))}", markup=False)
    # Typed as it is: elsewhere than in its folder a command has to be told which installation is meant.
    config = shlex.quote(str(folder / SETTINGS_FILE_NAME))
    named = "" if folder == Path() else f"--config {escape_name(config)} "
    console.print(
        f"Déposez des fichiers dans la bibliothèque, puis lancez « ruche {named}serve ».", markup=False, soft_wrap=True
    )


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="MOTS", help="Mots cherchés, comme dans la page de recherche.")],
    limit: Annotated[int, typer.Option("--nombre", "-n", min=1, max=100, help="Documents montrés.")] = 5,
) -> None:
    """Cherche dans la bibliothèque depuis le terminal."""
    settings = open_installation(context.obj.config)
    catalogue = Catalogue.open(settings.catalogue_url)
    wording = VocabularyOverrides(
        load_vocabulary(context.obj.formats, settings.vocabulary), catalogue.vocabulary_changes
    )
    asking = open_search(settings, catalogue, wording.current_vocabulary())
    answer = asking.ask(Question(" ".join(words), per_page=limit, groups=MEMBERS_ONLY))
    console.print(format_count(answer.total, "document"))
    for found in answer.found:
        _print_document(found)


def _print_document(found: RankedDocument) -> None:
    document = found.document
    when = f" · {document.date.label}" if document.date else ""
    console.print(f"\n[bold]{escape(escape_name(document.title))}[/bold]{when}")
    console.print(f"  {escape_name(document.paths[0])}", style="dim", markup=False, soft_wrap=True)
    for each in found.excerpts:
        text = "".join(
            f"[reverse]{escape(part.text)}[/reverse]" if part.marked else escape(part.text) for part in each.fragments
        )
        console.print(f"  [cyan]{each.locator.label}[/cyan]  {' '.join(text.split())}")


def status(
    context: typer.Context,
    *,
    everything: Annotated[
        bool, typer.Option("--tout", help="Montre aussi les fichiers indexés sans remarque.")
    ] = False,
) -> None:
    """Dit ce qu’est devenu chaque fichier : combien sont indexés, lesquels ne le sont pas, pourquoi, que faire."""
    settings = open_installation(context.obj.config)
    catalogue = Catalogue.open(settings.catalogue_url)
    totals = catalogue.documents.count_all()
    console.print(
        f"Bibliothèque : {catalogue.indexer.read_memo(LIBRARY_MEMO) or settings.library}", markup=False, soft_wrap=True
    )
    console.print(", ".join(map(format_count, (totals.documents, totals.passages), ("document", "passage"))))
    for state, count in catalogue.file_statuses.count_by_state().items():
        console.print(f"  {state.label} : {count}")
    _print_indexer(catalogue.indexer.read_state())
    decision = parse_decision(catalogue.vectors.read_decision())
    for sentence in decision.explain() if decision and (settings.embedding or settings.reranker) else ():
        console.print(f"  {sentence}", markup=False, soft_wrap=True)
    if waiting := int(catalogue.indexer.read_memo(WITHOUT_IMAGES_MEMO) or 0):
        console.print(f"  documents sans images de pages, faute de LibreOffice : {waiting}")
        console.print(
            "    apt install libreoffice-impress libreoffice-writer libreoffice-calc ; Ruche le voit sans redémarrer",
            style="dim",
            soft_wrap=True,
        )
    shown = frozenset(FileState) if everything else frozenset(FileState) - {FileState.INDEXED}
    for (state, reason, advice), files in _group_by_reason(catalogue.file_statuses.find(StatusFilter(shown))).items():
        _print_files(" : ".join(filter(None, (state.label, reason))), advice, files)


def _print_indexer(state: IndexerState | None) -> None:
    if state is None:
        console.print("Indexeur : jamais démarré")
        return
    # An indexer that was killed cannot say so: its last phase says nothing once its heartbeat is old.
    silent = state.is_silent(datetime.now(UTC))
    doing = f"sans nouvelles depuis le {_format_moment(state.heartbeat)}" if silent else state.phase.label
    console.print(f"Indexeur : {doing}", markup=False, soft_wrap=True)
    if state.pending:
        pace = f", {state.per_minute:.0f} par minute" if state.per_minute else ""
        left = f", encore {duration_label(state.seconds_left)} environ" if state.seconds_left else ""
        console.print(f"  fichiers à lire : {state.pending}{pace}{left}")
    if state.rereading:
        console.print(f"  documents à relire par les lecteurs de cette version : {state.rereading}", soft_wrap=True)
        console.print("    leur texte reste trouvable tel qu’il avait été lu", style="dim", soft_wrap=True)
    if state.transcribing:
        sound = f", {duration_label(state.sound_left)} de son" if state.sound_left else ""
        left = f", encore {duration_label(state.hearing_left)} environ" if state.hearing_left else ""
        console.print(f"  enregistrements à transcrire : {state.transcribing}{sound}{left}", soft_wrap=True)
    if state.embedding:
        left = f", encore {duration_label(state.embedding_left)} environ" if state.embedding_left else ""
        console.print(f"  documents à transformer en vecteurs : {state.embedding}{left}", soft_wrap=True)
    if state.watching:
        console.print(f"  vidéos à regarder pour situer leurs diapositives : {state.watching}", soft_wrap=True)
    if state.compared:
        seconds = f"{state.compared_seconds:.1f}".replace(".", ",")
        console.print(f"  dernière comparaison complète : {_format_moment(state.compared)}, en {seconds} s")
    waits = f"La transcription automatique attend : {state.hearing_message}." if state.hearing_message else ""
    vectors = f"Le classement par le sens attend : {state.embedding_message}." if state.embedding_message else ""
    for alert in filter(None, (state.message, state.guard, waits, vectors)):
        console.print(f"  {alert}", style="bold red", markup=False, soft_wrap=True)


def _format_moment(instant: datetime) -> str:
    return instant.astimezone().strftime("%d/%m/%Y à %H:%M:%S")


def _group_by_reason(statuses: Sequence[FileStatus]) -> dict[tuple[FileState, str, str], list[str]]:
    groups: dict[tuple[FileState, str, str], list[str]] = {}
    for each in statuses:
        groups.setdefault((each.state, each.reason, each.advice), []).append(each.path)
    return groups


def _print_files(title: str, advice: str, paths: list[str]) -> None:
    console.print(f"\n[bold]{escape(title)}[/bold] ({len(paths)})")
    if advice:
        console.print(f"Que faire : {advice}", style="cyan", markup=False)
    for path in paths:
        console.print(f"  {escape_name(path)}", markup=False, soft_wrap=True)


def confirm(context: typer.Context) -> None:
    """Confirme des suppressions suspendues : les fichiers absents de la bibliothèque quittent l’index."""
    catalogue = Catalogue.open(open_installation(context.obj.config).catalogue_url)
    # Recorded in the audit log as done at the console: the command line knows no account.
    with catalogue.transaction() as transaction:
        agreed = transaction.files.confirm_removals(CONSOLE)
    if agreed:
        console.print(f"Suppressions confirmées : {agreed}. L’indexeur s’en charge, ou la prochaine « ruche index ».")
    else:
        console.print("Aucune suppression n’est suspendue.")


def rebuild_index(context: typer.Context) -> None:
    """Reconstruit l’index depuis le catalogue, à côté de l’index en service, puis le remplace."""
    settings = open_installation(context.obj.config)
    # The service may be running: its searches come first.
    lower_priority()
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue, progress_bar() as bar:
        task = bar.add_task("Reconstruction de l’index", total=catalogue.documents.count_all().documents, path="")
        rebuild_live_index(
            settings.index_folder,
            catalogue,
            settings.engine,
            lambda done: bar.update(task, completed=done),
            settings.cluster,
        )
    console.print("Le nouvel index est en service.")


def roll_back(context: typer.Context) -> None:
    """Remet en service l’index précédent, mis à jour ; à lancer de nouveau pour revenir au plus récent."""
    settings = open_installation(context.obj.config)
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        chosen = roll_back_live_index(settings.index_folder, catalogue, settings.engine, settings.cluster)
    console.print(f"L’index {chosen.name} est de nouveau en service.")


def backup(
    context: typer.Context,
    target: Annotated[
        Path, typer.Argument(metavar="DOSSIER", help="Dossier où écrire la sauvegarde, ou nom de l’archive (.zip).")
    ],
) -> None:
    """Sauvegarde le catalogue, les réglages et le vocabulaire dans une archive vérifiée, sans arrêter le service."""
    config: Path | None = context.obj.config
    written = write_backup(open_installation(context.obj.config), find_settings_file(config), target)
    console.print(f"Sauvegarde écrite et vérifiée : {written}", markup=False, soft_wrap=True)


def upgrade(context: typer.Context) -> None:
    """Dit ce que cette version change au catalogue, en garde une copie, et le met à jour ; service arrêté."""
    settings = open_installation(context.obj.config)
    revision, news = list_pending_migrations(settings.catalogue_url)
    if revision is None:
        console.print("Il n’y a pas encore de catalogue : « ruche serve » le crée.")
        return
    if revision == HEAD:
        console.print("Le catalogue est celui de cette version : il n’y a rien à mettre à jour.")
        return
    console.print(f"Catalogue : de la version {revision} à la version {HEAD}.")
    for each in news:
        console.print(f"  – {each}", markup=False, soft_wrap=True)
    file = sqlite_file(settings.catalogue_url)
    if file is None:
        console.print("Il est sur PostgreSQL : sauvegardez-le d’abord par pg_dump.")
        # Ruche keeps a copy of a file alone; of a server's database, only its own tools can.
        if not typer.confirm("Est-ce fait ?"):
            raise typer.Exit(1)
    Catalogue.open(settings.catalogue_url).close()
    console.print(
        "Mis à jour." if file is None else f"Mis à jour ; tel qu’il était : {name_copy(file, revision)}", soft_wrap=True
    )
    console.print(
        "Redémarrez le service. S’il faut un autre index, ou relire des documents, cela se fait ensuite, pendant que "
        "les recherches continuent ; « ruche status » dit ce qui reste.",
        soft_wrap=True,
    )


def restore(
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="Sauvegarde écrite par « ruche backup ».")],
    folder: Annotated[
        Path, typer.Argument(metavar="DOSSIER", help="Dossier de l’installation, créé s’il manque.")
    ] = Path(),
    *,
    replace: Annotated[
        bool, typer.Option("--remplacer", help="Met de côté ce que le dossier contient déjà, au lieu de refuser.")
    ] = False,
    outside: Annotated[
        bool,
        typer.Option("--hors-du-dossier", help="Accepte les chemins hors du dossier que nomment les réglages."),
    ] = False,
) -> None:
    """Restaure une sauvegarde dans un dossier vide ; l’index est reconstruit au prochain démarrage."""
    create_private_files(folder.resolve())
    restored = restore_backup(archive, folder, replace=replace, outside=outside)
    console.print(f"Documents du catalogue restauré : {restored.totals.documents}")
    for path in restored.moved_aside:
        console.print(f"mis de côté : {path}", markup=False, soft_wrap=True)
    console.print(f"Bibliothèque attendue dans {restored.library}, puis « ruche serve ».", markup=False, soft_wrap=True)
