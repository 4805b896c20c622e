"""Commands that maintain an installation: rebuild the index, roll it back, back up and restore."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from index.backup import write_backup
from index.beside import lower_priority
from index.catalogue import Catalogue
from index.generations import rebuild_live_index, roll_back_live_index
from index.restoring import restore_backup
from index.settings import find_settings_file, load_settings
from index.terminal import console, progress_bar


def rebuild_index(context: typer.Context) -> None:
    """Reconstruit l’index depuis le catalogue, à côté de l’index en service, puis le remplace."""
    settings = load_settings(context.obj)
    # The service may be running: its searches come first.
    lower_priority()
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue, progress_bar() as bar:
        task = bar.add_task("Reconstruction de l’index", total=catalogue.totals().documents, path="")
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
    settings = load_settings(context.obj)
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
    config: Path | None = context.obj
    written = write_backup(load_settings(context.obj), find_settings_file(config), target)
    console.print(f"Sauvegarde écrite et vérifiée : {written}", markup=False, soft_wrap=True)


def restore(
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="Sauvegarde écrite par « ruche backup ».")],
    folder: Annotated[
        Path, typer.Argument(metavar="DOSSIER", help="Dossier de l’installation, créé s’il manque.")
    ] = Path(),
    *,
    replace: Annotated[
        bool, typer.Option("--remplacer", help="Met de côté ce que le dossier contient déjà, au lieu de refuser.")
    ] = False,
) -> None:
    """Restaure une sauvegarde dans un dossier vide ; l’index est reconstruit au prochain démarrage."""
    restored = restore_backup(archive, folder, replace=replace)
    console.print(f"Documents du catalogue restauré : {restored.totals.documents}")
    for path in restored.moved_aside:
        console.print(f"mis de côté : {path}", markup=False, soft_wrap=True)
    console.print(f"Bibliothèque attendue dans {restored.library}, puis « ruche serve ».", markup=False, soft_wrap=True)
