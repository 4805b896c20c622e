"""Judged questions as a file to write by hand and to carry elsewhere, and the documents that answer them here."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.catalogue import Extent, JudgedQuestion
from index.model import ExplainedError
from index.plain_yaml import YamlError, load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from index.catalogue import Catalogue
    from index.model import Document
    from index.plain_yaml import PlainYaml

_MOST_FILE_BYTES = 2 * 2**20


class JudgedQuestionsError(ExplainedError):
    """A file of judged questions cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class ResolvedQuestion:
    """A judged question, and those of the documents that answer it which the asker may see.

    `named` are those named one by one, `folders` those of its folders in which the asker sees one. `unseen` has the
    answers that are gone, or that the asker may not see: nothing tells them apart. `is_withheld` says that all that
    exist are hidden from the asker, for whom there is no such question.
    """

    question: JudgedQuestion
    documents: tuple[Document, ...]
    named: tuple[Document, ...]
    folders: tuple[str, ...]
    unseen: JudgedQuestion
    is_withheld: bool


def parse_judged_questions(content: bytes) -> tuple[JudgedQuestion, ...]:
    """Read the judged questions of a YAML file's bytes. Raises JudgedQuestionsError."""
    if len(content) > _MOST_FILE_BYTES:
        raise JudgedQuestionsError(
            f"Ce fichier a plus de {_MOST_FILE_BYTES // 2**20} Mo : faites-en plusieurs, importés l’un après l’autre."
        )
    try:
        listed = load_yaml(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, YamlError) as error:
        raise JudgedQuestionsError(f"Les questions de contrôle ne se lisent pas : {error}.") from error
    # An empty file is no list either: whoever chose it by mistake is told.
    if not isinstance(listed, list):
        raise JudgedQuestionsError("Questions de contrôle : une liste est attendue, « - text: … » pour chacune.")
    return tuple(_read_question(each, place) for place, each in enumerate(listed, 1))


def _read_question(told: PlainYaml, place: int) -> JudgedQuestion:
    text = told.get("text") if isinstance(told, dict) else None
    answers = told.get("answers") if isinstance(told, dict) else None
    # A mapping names places in each document too, as the demonstration's do: here documents are enough.
    paths = tuple(answers) if isinstance(answers, dict | list) else (answers,) if answers else ()
    if not isinstance(text, str) or not all(isinstance(path, str) for path in paths):
        raise JudgedQuestionsError(
            f"Questions de contrôle : la {place}e n’a pas la forme attendue, « text: … » puis « answers: » et les "
            "chemins des documents qui y répondent."
        )
    return JudgedQuestion(text, tuple(map(str, paths)))


def render_judged_questions(resolved: Iterable[ResolvedQuestion]) -> str:
    """Write as YAML what whoever resolved the questions may see of them, by the paths of today."""
    # JSON's strings are YAML's: no library is needed to write what one reads.
    lines = ["# Questions de contrôle, et les documents qui y répondent."]
    for each in resolved:
        # Folders first: they say more than the files in them, which are not repeated.
        paths = [*each.folders, *(document.paths[0] for document in each.named)]
        if paths and not each.is_withheld:
            lines.append(f"- text: {_quote(each.question.text)}\n  answers:")
            lines += [f"    - {_quote(path)}" for path in paths]
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def digest_questions(questions: Iterable[JudgedQuestion]) -> str:
    """Return what stands for these questions and their answers."""
    # Without ids of questions, which an import draws anew: what is asked is the same.
    told = json.dumps([[each.text, each.answers, each.document_ids] for each in questions])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def resolve_questions(
    catalogue: Catalogue, questions: Sequence[JudgedQuestion], groups: frozenset[str]
) -> tuple[ResolvedQuestion, ...]:
    """Return the questions, each with the documents that answer it, of those that these groups may see."""
    of_path = _locate_answers(catalogue, questions)
    # Results show a replay, of which captions are a part.
    by_id = {id_ for each in questions for id_ in each.document_ids}
    mains = catalogue.documents.find_mains(by_id | set(of_path.values()))
    seen = catalogue.documents.find_each(sorted(set(mains.values())), groups)
    answers = _Answers({path: mains[id_] for path, id_ in of_path.items() if id_ in mains}, mains, seen)
    return tuple(map(answers.resolve, questions))


@dataclass(frozen=True, slots=True)
class _Answers:
    """The living documents at paths and under ids, as the ids of what results show, and those of them that one sees."""

    of_path: Mapping[str, str]
    mains: Mapping[str, str]
    seen: Mapping[str, Document]

    def resolve(self, question: JudgedQuestion) -> ResolvedQuestion:
        """Return the question with its documents."""
        ids = {answer: self._find_ids(answer) for answer in question.answers}
        of_ids = {id_: [self.mains[id_]] if id_ in self.mains else [] for id_ in question.document_ids}
        folders = tuple(each for each in ids if each.endswith("/") and self._is_folder_seen(each, ids[each]))
        # By id before by path: of a file that moved, another may have taken the place.
        named = [*of_ids.values(), *(those for answer, those in ids.items() if not answer.endswith("/"))]
        every = dict.fromkeys(id_ for those in (*named, *ids.values()) for id_ in those)
        documents = self._list_seen(every)
        return ResolvedQuestion(
            question,
            documents,
            self._list_seen(dict.fromkeys(id_ for those in named for id_ in those)),
            folders,
            replace(
                question,
                answers=tuple(
                    each
                    for each in ids
                    if each not in folders and (each.endswith("/") or self.seen.keys().isdisjoint(ids[each]))
                ),
                document_ids=tuple(each for each in of_ids if self.seen.keys().isdisjoint(of_ids[each])),
            ),
            is_withheld=bool(every) and not documents,
        )

    def _find_ids(self, answer: str) -> list[str]:
        if answer.endswith("/"):
            forms = _list_forms(answer)
            return [id_ for path, id_ in self.of_path.items() if path.startswith(forms)]
        return [self.of_path[form] for form in _list_forms(answer) if form in self.of_path]

    def _is_folder_seen(self, folder: str, ids: Iterable[str]) -> bool:
        """Return whether one sees a document in a folder: another path of the same one tells nothing of its name."""
        forms = _list_forms(folder)
        return any(path.startswith(forms) for each in self._list_seen(ids) for path in each.paths)

    def _list_seen(self, ids: Iterable[str]) -> tuple[Document, ...]:
        return tuple(self.seen[id_] for id_ in ids if id_ in self.seen)


def pin_documents(catalogue: Catalogue, questions: Sequence[JudgedQuestion]) -> tuple[JudgedQuestion, ...]:
    """Return the questions with the ids of the documents at their paths: files that move then go on answering."""
    of_path = _locate_answers(catalogue, questions)
    # Folders stay paths: what is put into one later answers too.
    return tuple(
        replace(
            each,
            document_ids=tuple(of_path[form] for path in each.answers for form in _list_forms(path) if form in of_path),
        )
        for each in questions
    )


def _locate_answers(catalogue: Catalogue, questions: Sequence[JudgedQuestion]) -> dict[str, str]:
    """Return the ids of the documents at the paths that questions name, or in their folders, by path."""
    paths = {path for each in questions for path in each.answers}
    # macOS writes « é » in two characters: a file made there names the same document.
    composed = {form for path in paths for form in _list_forms(path)}
    trees = frozenset(path.rstrip("/") for path in composed if path.endswith("/"))
    located = catalogue.files.find(composed, ())
    # Without folders nothing but the files named is read, however large the library.
    if trees:
        located |= catalogue.files.find_in_extent(Extent(trees=trees))
    return {path: each.document_id for path, each in located.items() if each.document_id}


def _list_forms(path: str) -> tuple[str, ...]:
    return path, unicodedata.normalize("NFC", path), unicodedata.normalize("NFD", path)
