"""Judged questions: their file, the documents that they mean, and who is told of them."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group
from index.catalogue.judged_questions import JudgedQuestion, JudgedQuestionRefusedError
from index.model.documents import MEMBERS
from index.search.judged_answers import (
    JudgedQuestionsError,
    digest_questions,
    parse_judged_questions,
    pin_documents,
    render_judged_questions,
    resolve_questions,
)

if TYPE_CHECKING:
    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add

AS_MEMBERS = frozenset({MEMBERS})


def test_the_questions_of_a_file() -> None:
    """Answers are a list of paths, or what stands at each of them too."""
    content = (
        '- text: "domiciliation"\n  answers:\n    "Fiche.docx": [page 1]\n    "Dossier/":\n'
        "- {kind: autre, text: rien, answers: }\n- {text: deux, answers: [a.pdf, b.pdf]}\n"
    )
    assert parse_judged_questions(content.encode()) == (
        JudgedQuestion("domiciliation", ("Fiche.docx", "Dossier/")),
        JudgedQuestion("rien", ()),
        JudgedQuestion("deux", ("a.pdf", "b.pdf")),
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a: 1", "une liste"),
        (b"- a", "la 1e"),
        (b"- text: a\n- {}", "la 2e"),
        (b"[", "YAML"),
        (b"\xff\xfe", "ne se lisent pas"),
        (b"- text: {a: b}", "la 1e"),
        (b"- text: a\n  answers: [[b]]", "la 1e"),
        (b" " * (2 * 2**20 + 1), "plus de 2 Mo"),
    ],
)
def test_a_wrong_file_is_told(content: bytes, told: str) -> None:
    """A mistake is told with its place, and nothing is read."""
    with pytest.raises(JudgedQuestionsError, match=told):
        parse_judged_questions(content)


def test_a_file_goes_out_and_comes_back(catalogue: Catalogue, add: Add) -> None:
    """What is exported imports as the same questions, whatever characters they and their paths hold."""
    add("Un", "texte", path='dossier "a": b/un # deux.pdf')
    add("Trois", "texte", path="autres/trois.pdf")
    asked = (
        JudgedQuestion('« l’été »: "oui" # non', ('dossier "a": b/un # deux.pdf',)),
        JudgedQuestion("- [liste]", ("autres/",)),
    )
    catalogue.judged_questions.keep(pin_documents(catalogue, asked), "")
    kept = catalogue.judged_questions.list_all()
    text = render_judged_questions(resolve_questions(catalogue, kept, AS_MEMBERS))
    assert parse_judged_questions(text.encode()) == asked


def test_a_file_that_moves_goes_on_answering(catalogue: Catalogue, add: Add) -> None:
    """Paths stand for documents, which keep their identity; what is exported has the path of today."""
    id_ = add("Fiche", "texte", path="fiche.pdf")
    catalogue.judged_questions.keep(pin_documents(catalogue, [JudgedQuestion("fiche", ("fiche.pdf",))]), "")
    with catalogue.transaction() as transaction:
        known = transaction.files.find("fiche.pdf")
        assert known is not None
        transaction.files.save(replace(known, path="rangée/fiche.pdf"))
        transaction.files.forget("fiche.pdf")
    (resolved,) = resolve_questions(catalogue, catalogue.judged_questions.list_all(), AS_MEMBERS)
    assert [each.id for each in resolved.named] == [id_]
    assert '"rangée/fiche.pdf"' in render_judged_questions([resolved])


def test_accents_in_two_characters_name_the_same_file(catalogue: Catalogue, add: Add) -> None:
    """A file of questions that was written on macOS finds what the share has composed, and the other way round."""
    add("Été", "texte", path="été.pdf")
    typed = unicodedata.normalize("NFD", "été.pdf")
    (resolved,) = resolve_questions(catalogue, [JudgedQuestion("été", (typed,))], AS_MEMBERS)
    assert [each.title for each in resolved.named] == ["Été"]
    add("Juillet", "texte", path="l’été/juillet.pdf")
    (folder,) = resolve_questions(
        catalogue, [JudgedQuestion("été", (unicodedata.normalize("NFD", "l’été/"),))], AS_MEMBERS
    )
    assert ([each.title for each in folder.documents], len(folder.folders)) == (["Juillet"], 1)


def test_nobody_is_told_of_what_they_may_not_see(catalogue: Catalogue, add: Add) -> None:
    """A question whose documents are all hidden is none; one with others shows these alone, and keeps the rest."""
    catalogue.access.rules.save_group(Group("comite", "Comité"), "")
    catalogue.access.rules.save_folder_rule(FolderRule("secret", frozenset({"comite"})), "")
    hidden = add("Secret", "texte", path="secret/plan.pdf")
    shown = add("Ouvert", "texte", path="ouvert.pdf")
    questions = [
        JudgedQuestion("un", (), (hidden,)),
        JudgedQuestion("deux", ("secret/", "secret/plan.pdf")),
        JudgedQuestion("trois", ("secret/",), (hidden, shown)),
        JudgedQuestion("quatre", ("nulle part.pdf",)),
    ]
    one, two, three, four = resolve_questions(catalogue, questions, AS_MEMBERS)
    assert [each.is_withheld for each in (one, two, three, four)] == [True, True, False, False]
    assert ([each.id for each in three.named], three.folders) == ([shown], ())
    assert (three.unseen.answers, three.unseen.document_ids) == (("secret/",), (hidden,))
    text = render_judged_questions([one, two, three, four])
    assert ("ouvert.pdf" in text, "secret" in text, "un" in text.split('"')) == (True, False, False)


def test_a_copy_elsewhere_tells_no_folder(catalogue: Catalogue, add: Add) -> None:
    """The same content in an open folder is seen there, and the reserved folder keeps its name and its place."""
    catalogue.access.rules.save_group(Group("comite", "Comité"), "")
    catalogue.access.rules.save_folder_rule(FolderRule("secret", frozenset({"comite"})), "")
    add("Plan", "texte", path="ouvert/plan.pdf")
    with catalogue.transaction() as transaction:
        known = transaction.files.find("ouvert/plan.pdf")
        assert known is not None
        transaction.files.save(replace(known, path="secret/plan.pdf"))
    (resolved,) = resolve_questions(catalogue, [JudgedQuestion("plan", ("secret/",))], AS_MEMBERS)
    assert ([each.title for each in resolved.documents], resolved.folders) == (["Plan"], ())
    assert resolved.unseen.answers == ("secret/",)


def test_a_question_is_kept_once(catalogue: Catalogue, add: Add) -> None:
    """The same words, whatever their accents and capitals, are one question, whose answers add up."""
    add("Un", "texte", path="un.pdf")
    kept = catalogue.judged_questions
    assert kept.keep([JudgedQuestion("Aide à domicile", ("un.pdf",))], "") == 1
    before = digest_questions(kept.list_all())
    assert kept.keep([JudgedQuestion("aide a  domicile", ("deux.pdf", "un.pdf"))], "") == 0
    (question,) = kept.list_all()
    assert (question.text, question.answers) == ("Aide à domicile", ("un.pdf", "deux.pdf"))
    assert digest_questions(kept.list_all()) != before


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (JudgedQuestion("  ", ("a.pdf",)), "Écrivez la question"),
        (JudgedQuestion("a" * 201, ("a.pdf",)), "200 caractères"),
        (JudgedQuestion("appeler le 06 12 34 56 78", ("a.pdf",)), "numéro ou une adresse"),
        (JudgedQuestion("aide", ("", "")), "cochez-en un"),
        (JudgedQuestion("aide", tuple(f"{n}.pdf" for n in range(201))), "nommez plutôt un dossier"),
    ],
)
def test_what_cannot_be_kept_is_told(catalogue: Catalogue, question: JudgedQuestion, told: str) -> None:
    """Nothing is kept of a list of which one question is refused."""
    with pytest.raises(JudgedQuestionRefusedError, match=told):
        catalogue.judged_questions.keep([JudgedQuestion("bonne", ("a.pdf",)), question], "")
    assert catalogue.judged_questions.list_all() == ()
