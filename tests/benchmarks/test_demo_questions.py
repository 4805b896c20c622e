"""The judged questions of the demonstration can be believed: they name what is there, each once."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from benchmarks.bench_demo import NOTHING, JudgedQuestion, Outcome, covers, judge, read_questions
from index.model import Document, Locator, Unit
from index.search import Answer, Excerpt, Question, RankedDocument
from indexer.demo.sources import load_demo_documents

KINDS = {
    *("one word", "two words", "several words", "acronym", "date", "event", "territory", "person or organisation"),
    *("misspelt", "question", "pasted title", "synonym", NOTHING),
}
PLACES = {
    ".docx": r"section \d+",
    ".md": r"section \d+",
    ".pdf": r"page \d+",
    ".pptx": r"diapositive \d+",
    ".srt": r"minute \d+:[0-5]\d",
    ".txt": r"section \d+",
    ".vtt": r"minute \d+:[0-5]\d",
}


def test_questions_are_many_and_of_all_kinds() -> None:
    """A figure by kind says something only if each kind is asked several times, and no question twice."""
    questions = read_questions()
    kinds = Counter(each.kind for each in questions)
    assert len(questions) >= 150
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 8
    assert [text for text, times in Counter(each.text for each in questions).items() if times > 1] == []


def test_answers_are_in_the_demonstration() -> None:
    """A path that no document has would count as a miss for ever."""
    paths = [str(document.path) for document in load_demo_documents()]
    answers = {answer for each in read_questions() for answer in each.answers}
    assert {answer for answer in answers if not any(covers(answer, path) for path in paths)} == set()


def test_only_questions_for_nothing_have_no_answer() -> None:
    """A question without an answer that is not meant so would count as a miss for ever."""
    assert [each.text for each in read_questions() if bool(each.answers) == (each.kind == NOTHING)] == []


def test_places_are_written_as_results_label_them() -> None:
    """A place of another unit than its document's would never be the right one; a folder has no place."""
    wrong = [
        (each.text, answer, place)
        for each in read_questions()
        for answer, places in each.answers.items()
        for place in places
        if not re.fullmatch(PLACES.get(answer[answer.rfind(".") :], ""), place)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("answers", "rank", "place"),
    [
        ({"B/deux.vtt": ["minute 1:05"]}, 2, 2),
        ({"B/deux.vtt": ["minute 9:00"]}, 2, 0),
        ({"A/": []}, 1, None),
        ({"A/": [], "B/deux.vtt": []}, 1, None),
        ({"C/trois.pdf": []}, 0, None),
    ],
)
def test_an_answer_is_judged_by_its_first_right_document(
    answers: dict[str, list[str]], rank: int, place: int | None
) -> None:
    """The rank is that of the first right document, the place that of its first excerpt which is right."""
    replay = (Locator(Unit.TIME, 1, 0.0, 20.0), Locator(Unit.TIME, 9, 60.0, 80.0))
    found = (_found("A/un.pptx", Locator(Unit.SLIDE, 1)), _found("B/deux.vtt", *replay))
    question = JudgedQuestion("question", "texte", answers)
    answer = Answer(Question("texte"), 2, found, {})
    assert judge(question, answer) == Outcome(question, answer, rank, place)


def _found(path: str, *locators: Locator) -> RankedDocument:
    now = datetime(2025, 1, 1, tzinfo=UTC)
    document = Document(path, path, "pptx", "", (path,), (), None, now, now)
    return RankedDocument(document, 1.0, tuple(Excerpt(each, (), ()) for each in locators))
