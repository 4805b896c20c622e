"""The command `ruche evaluer`: judged questions asked now, beside the time before. Its docstring is its help."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from index.accounts import CONSOLE
from index.catalogue import BUILT_IN_GROUPS, Catalogue
from index.private_files import open_installation
from index.search import (
    DEPTHS,
    FEW_QUESTIONS,
    JudgedQuestionsError,
    compare_evaluations,
    evaluate_questions,
    open_search,
    parse_judged_questions,
    pin_documents,
    read_conditions,
    render_judged_questions,
    resolve_questions,
)
from index.terminal import console
from index.terminal_text import escape_name, format_count
from index.vocabulary import VocabularyOverrides, load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from index.catalogue import Evaluation


def evaluate(
    context: typer.Context,
    imported: Annotated[
        Path | None, typer.Option("--importer", metavar="FICHIER", help="Ajoute d’abord les questions de ce fichier.")
    ] = None,
    exported: Annotated[
        Path | None,
        typer.Option("--exporter", metavar="FICHIER", help="Écrit les questions dans ce fichier, et n’évalue rien."),
    ] = None,
) -> None:
    """Dit combien de questions de contrôle trouvent leur réponse, et ce que cela change depuis la dernière fois."""
    settings = open_installation(context.obj.config)
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        if imported:
            _import_questions(catalogue, imported)
        # After an import both at once give back what was brought together.
        if exported:
            _export_questions(catalogue, exported)
            return
        questions = catalogue.judged_questions.list_all()
        if not questions:
            console.print("Il n’y a pas de question de contrôle : gardez-en depuis les résultats d’une recherche.")
            raise typer.Exit(1)
        overrides = VocabularyOverrides(
            load_vocabulary(context.obj.formats, settings.vocabulary), catalogue.vocabulary_changes
        )
        search = open_search(settings, catalogue, overrides.current_vocabulary())
        if search.indexed_revision is None:
            console.print("Il n’y a pas encore d’index : « ruche serve » ou « ruche index » le fait.")
            raise typer.Exit(1)
        conditions = read_conditions(settings, catalogue, overrides.file_vocabulary)
        # Read before this one is recorded, which would be compared with itself.
        before = next(iter(catalogue.judged_questions.list_evaluations(1)), None)
        now = evaluate_questions(search, catalogue, questions, conditions)
        catalogue.judged_questions.record_evaluation(now)
    _print_counts(before, now)
    if before:
        _print_comparison(before, now, {each.id: each.text for each in questions})


def _import_questions(catalogue: Catalogue, file: Path) -> None:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise JudgedQuestionsError(f"Le fichier {file} ne se lit pas ({error.strerror}).") from error
    read = pin_documents(catalogue, parse_judged_questions(content))
    # A question that nothing answers says what must find nothing: there is no place to look for.
    added = catalogue.judged_questions.keep([each for each in read if each.answers], CONSOLE)
    console.print(f"Questions ajoutées : {added}, sur {len(read)} dans le fichier.")


def _export_questions(catalogue: Catalogue, file: Path) -> None:
    # Whoever has the terminal has the whole catalogue: the names of groups are all of them.
    groups = frozenset(each.name for each in (*BUILT_IN_GROUPS, *catalogue.access.rules.list_groups()))
    questions = catalogue.judged_questions.list_all()
    text = render_judged_questions(resolve_questions(catalogue, questions, groups))
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise JudgedQuestionsError(f"Le fichier {file} ne s’écrit pas ({error.strerror}).") from error
    console.print(f"{format_count(len(questions), 'question')} : {escape_name(str(file))}", markup=False)


def _print_counts(before: Evaluation | None, now: Evaluation) -> None:
    asked = len(now.places)
    console.print(f"{format_count(asked, 'question')} dont les membres voient une réponse")
    if asked < FEW_QUESTIONS:
        console.print(f"  moins de {FEW_QUESTIONS} : un écart peut ne rien dire des autres recherches", style="dim")
    for depth in DEPTHS:
        name = "à la première place" if depth == 1 else f"parmi les {depth} premières"
        former = f", {before.count_within(depth)} sur {len(before.places)} la fois d’avant" if before else ""
        console.print(f"  réponse {name} : {now.count_within(depth)} sur {asked}{former}")


def _print_comparison(before: Evaluation, now: Evaluation, texts: Mapping[str, str]) -> None:
    compared = compare_evaluations(before, now)
    console.print(f"{compared.verdict.value}.")
    if compared.changes:
        console.print(f"  Ce qui diffère : {' ; '.join(compared.changes)}", markup=False, soft_wrap=True)
    _print_moves("Gagnent des places", compared.gained, texts)
    _print_moves("Perdent des places", compared.lost, texts)


def _print_moves(title: str, ids: Iterable[str], texts: Mapping[str, str]) -> None:
    # Questions erased since are counted, and have no name any more.
    named = [texts[id_] for id_ in ids if id_ in texts]
    if named:
        console.print(f"  {title} :")
    for text in named:
        console.print(f"    « {escape_name(text)} »", markup=False, soft_wrap=True)
