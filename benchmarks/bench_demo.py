"""What a member finds in the demonstration library: the right document among the first, and the right place in it.

`python -m benchmarks.bench_demo` asks the judged questions of `demo_questions.yaml`, and prints by kind how many find;
`--engine whoosh` asks another engine, `--failures` lists each question that misses with what came instead. `--folder`
keeps the library and its index for the next run. The library needs neither LibreOffice nor the recognition of scans.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from benchmarks.report import Table
from extractors import FORMATS
from index.catalogue import Catalogue
from index.config import Settings
from index.model import Unit
from index.search import Question, open_search
from index.vocabulary import load_vocabulary
from indexer.demo import write_demo_library
from indexer.runtime.index_command import index_once

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.model import Locator
    from index.search import Answer, PassageAnswer, RankedDocument

QUESTIONS = Path(__file__).with_name("demo_questions.yaml")
NOTHING = "nothing"
"""The kind of the questions to which no document answers."""

_DEPTHS = (1, 3, 10)
_EXCERPTS = 3
_MARGIN_SECONDS = 15
"""A replay that starts so long before or after what was looked for is still at the right place."""


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question as typed and its answers: for each path of a document or folder, the labels of the right places."""

    kind: str
    text: str
    answers: Mapping[str, Sequence[str]]


def read_questions() -> tuple[JudgedQuestion, ...]:
    """Read the judged questions, in the order of the file."""
    return tuple(JudgedQuestion(**row) for row in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8")))


def covers(answer: str, path: str) -> bool:
    """Whether a path of an answer, which may be a folder's, stands for this document."""
    return path.startswith(answer) if answer.endswith("/") else path == answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a question found: `rank` counts from 1, and is 0 without a right document among those of the answer.

    `place` is the position, from 1, of its first excerpt at a right place, 0 if none is; None where no place is judged.
    `answers` says whether the block of passages above the results holds one at a right place; None where none is shown.
    """

    question: JudgedQuestion
    answer: Answer
    rank: int = 0
    place: int | None = None
    answers: bool | None = None

    @property
    def is_miss(self) -> bool:
        """Whether another document came first, no excerpt is at a right place, or something came for nothing."""
        return bool(self.answer.total) if self.question.kind == NOTHING else self.rank != 1 or self.place == 0

    def __str__(self) -> str:
        """The question, where its right document and place came, and the documents that came before."""
        place = "" if self.place is None else f", place {self.place or '–'}"
        lines = [f"{self.question.kind}: {self.question.text} (rank {self.rank or '–'}{place})"]
        for found in self.answer.found[: min(self.rank, 3) or 3]:
            labels = ", ".join(each.locator.label for each in found.excerpts)
            lines.append(f"    {found.document.paths[0].rpartition('/')[2]} [{labels}]")
        return "\n".join(lines)


def judge(question: JudgedQuestion, answer: Answer) -> Outcome:
    """Look for the first right document of an answer, and for a right place among its excerpts."""
    for rank, found in enumerate(answer.found, start=1):
        if (places := _find_places(question, found)) is not None:
            right = (any(_is_at(each.locator, place) for place in places) for each in found.excerpts[:_EXCERPTS])
            place = next((at for at, is_right in enumerate(right, start=1) if is_right), 0) if places else None
            return Outcome(question, answer, rank, place)
    return Outcome(question, answer)


def judge_passages(question: JudgedQuestion, passages: Sequence[PassageAnswer]) -> bool | None:
    """Return whether one of the passages that answer is at a right place; None where there are none."""
    if not passages:
        return None
    return any(
        covers(answer, path) and (not places or any(_is_at(each.locator, place) for place in places))
        for each in passages
        for path in each.document.paths
        for answer, places in question.answers.items()
    )


def _find_places(question: JudgedQuestion, found: RankedDocument) -> Sequence[str] | None:
    """Return the right places of a document, or of a near-duplicate shown under it; None if it does not answer."""
    paths = [path for document in (found.document, *found.near_duplicates) for path in document.paths]
    return next((places for path in paths for answer, places in question.answers.items() if covers(answer, path)), None)


def _is_at(locator: Locator, place: str) -> bool:
    if locator.unit is not Unit.TIME or locator.start is None or locator.end is None:
        return locator.label == place
    minutes, seconds = place.removeprefix("minute ").split(":")
    return locator.start - _MARGIN_SECONDS <= int(minutes) * 60 + int(seconds) <= locator.end + _MARGIN_SECONDS


def _summarise(outcomes: Sequence[Outcome]) -> Table:
    kinds = dict.fromkeys(each.question.kind for each in outcomes)
    groups = {kind: [each for each in outcomes if each.question.kind == kind] for kind in kinds}
    groups["**all that have an answer**"] = [each for each in outcomes if each.question.kind != NOTHING]
    success = (f"success at {depth}" for depth in _DEPTHS)
    columns = (
        *("kind", "questions", *success, "place first", f"place in {_EXCERPTS}", "nothing found"),
        *("passages shown", "of them right"),
    )
    rows = tuple(_make_row(kind, each) for kind, each in groups.items())
    return Table(
        "",
        columns,
        rows,
        "Places are those of the first right document, where one is judged. Passages are the block above the results.",
    )


def _make_row(kind: str, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    places = [each.place for each in outcomes if each.place is not None]
    success = (str(sum(0 < each.rank <= depth for each in outcomes)) for depth in _DEPTHS)
    right = (f"{sum(0 < at <= depth for at in places)} of {len(places)}" for depth in (1, _EXCERPTS))
    shown = [each.answers for each in outcomes if each.answers is not None]
    nothing = sum(not each.answer.total for each in outcomes)
    return kind, str(len(outcomes)), *success, *right, str(nothing), str(len(shown)), str(sum(shown))


def main() -> None:
    """Index the library, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=["tantivy", "whoosh"], default="tantivy")
    parser.add_argument("--failures", action="store_true", help="list the questions that miss")
    parser.add_argument("--folder", type=Path, help="where to keep the library and its index")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ruche-bench-") as scratch:
        root = (asked.folder or Path(scratch)).resolve()
        settings = Settings(library=root / "library", data=root / asked.engine, engine=asked.engine, settle_seconds=0.1)
        write_demo_library(settings.library)
        index_once(settings)
        with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
            search = open_search(settings, catalogue, load_vocabulary(FORMATS))
            answered = [(each, search.ask(Question(each.text, per_page=max(_DEPTHS)))) for each in read_questions()]
            outcomes = [
                replace(judge(each, answer), answers=judge_passages(each, search.find_answers(answer)))
                for each, answer in answered
            ]
    print(_summarise(outcomes), *(each for each in outcomes if asked.failures and each.is_miss), sep="\n")


if __name__ == "__main__":
    main()
