"""Writes the demonstration's questions into its catalogue, with what answers them and what is passed on."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from index.catalogue import InquiryDraft, InquiryState, ItemPlace, Standing, fingerprint_place
from index.model import MEMBERS
from index.plain_yaml import load_yaml
from index.search import parse_judged_questions, pin_documents
from indexer.demo.typesetting import typeset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.catalogue import Catalogue

_EVERYBODY = frozenset({MEMBERS})


def load_demo_questions() -> list[Mapping[str, Any]]:
    """Load the questions, as the YAML file beside this module has them."""
    text = files("indexer.demo").joinpath("content/questions.yaml").read_text(encoding="utf-8")
    return cast("list[Mapping[str, Any]]", load_yaml(text))


def write_demo_questions(catalogue: Catalogue) -> int:
    """Ask the questions of the demonstration, unless some are asked already; gives how many were written.

    Its documents must have been read: answers cite their places.
    """
    if catalogue.inquiries.list_all(_EVERYBODY):
        return 0
    questions = load_demo_questions()
    # From the last one to the first: the list of a page begins with the newest.
    for each in reversed(questions):
        _write_question(catalogue, each)
    return len(questions)


def write_demo_judged_questions(catalogue: Catalogue) -> int:
    """Keep the demonstration's judged questions, unless some are kept already; gives how many were kept."""
    if catalogue.judged_questions.list_all():
        return 0
    content = files("indexer.demo").joinpath("content/questions_de_controle.yaml").read_bytes()
    return catalogue.judged_questions.keep(pin_documents(catalogue, parse_judged_questions(content)), "")


def _write_question(catalogue: Catalogue, asked: Mapping[str, Any]) -> None:
    draft = InquiryDraft(
        typeset(asked["question"]),
        typeset(asked["precisions"]),
        _EVERYBODY,
        tuple(asked.get("themes", ())),
        tuple(asked.get("territoires", ())),
    )
    answers = asked.get("reponses", [])
    places = [[_find_place(catalogue, place) for place in each.get("endroits", ())] for each in answers]
    # A transaction each: none is asked at the same moment as another.
    with catalogue.transaction() as transaction:
        id_ = transaction.inquiries.ask(draft, "", Standing.SHOWN).id
        if "prise_en_charge" in asked:
            transaction.inquiries.set_state(id_, InquiryState.TAKEN_UP, "")
        if asked.get("besoin"):
            transaction.inquiries.set_state(id_, InquiryState.PASSED_ON, "", typeset(asked["besoin"]))
        for each, cited in zip(answers, places, strict=True):
            transaction.inquiries.answer(id_, typeset(each["texte"]), cited, "", by_team="equipe" in each)
    # All scalars of this file are texts.
    for voice in range(int(asked.get("moi_aussi", 0))):
        catalogue.inquiries.add_voice(id_, f"demonstration-{voice}")


def _find_place(catalogue: Catalogue, cited: str) -> ItemPlace:
    """Find the place that « path#anchor » names; the whole document without an anchor."""
    path, _, anchor = cited.partition("#")
    document_id = catalogue.files.find([path], ())[path].document_id or ""
    here = [each for each in catalogue.documents.list_passages(document_id) if each.locator.anchor == anchor]
    text = "\n".join(each.text for each in here)
    return ItemPlace(document_id, anchor, fingerprint_place(here[0].title, text) if here else "")
