"""Vectors and a reranker change the order of what words find, where a decision allows it, and nothing else."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from index.accounts.audit import CONSOLE
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group
from index.catalogue import VectorProgress
from index.generations.rebuild import rebuild_live_index
from index.model.documents import MEMBERS
from index.model_service import ModelService
from index.search.questions import Question
from index.vectors import EncoderSpec, Reranker
from tests.index.search.meaning_library import TINY, MeaningLibrary, make_models
from tests.model_server import Answer, ModelServer, serve_model
from tests.tiny_model import serve_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from index.search.service import Search
    from tests.index.conftest import Add

QUESTION = Question("aide argent OU aide", per_page=4)


@pytest.fixture
def library(tmp_path: Path, catalogue: Catalogue, add: Add) -> MeaningLibrary:
    """Six documents that hold the question's word more often, and one that means the same."""
    for number in range(6):
        add(f"Toit {number}", "Une aide, une aide pour le toit, le toit et la maison", path=f"{number}.pdf")
    add("Budget", "Une aide pour le budget et le financement du projet de la commune", path="z.pdf")
    made = MeaningLibrary(catalogue, tmp_path / "index")
    made.embed()
    return made


@pytest.fixture
def service() -> Iterator[ModelServer]:
    """A service with the tiny model's vectors."""
    with serve_model() as state:
        state.respond = serve_vectors()
        yield state


def list_titles(search: Search, question: Question = QUESTION, pages: int = 2) -> list[str]:
    """The titles of the first pages of an answer."""
    return [
        found.document.title
        for page in range(1, pages + 1)
        for each in search.ask(replace(question, page=page)).found
        for found in (each, *(replace(each, document=same) for same in each.near_duplicates))
    ]


def test_meaning_is_heard_where_a_decision_allows_it(library: MeaningLibrary) -> None:
    """What means the same rises; nothing else changes: neither what is found, nor counts, and pages do not overlap."""
    models = make_models()
    words = library.open_search(None)
    # No decision yet, and one for other models: words alone.
    assert list_titles(library.open_search(models)) == list_titles(words)
    library.decide(make_models(EncoderSpec("un.autre:Modele")), vectors=3.0)
    assert list_titles(library.open_search(models)) == list_titles(words)
    library.decide(models, vectors=3.0)
    both = library.open_search(models)
    assert list_titles(words).index("Budget") > 3
    assert list_titles(both).index("Budget") == 0
    assert sorted(list_titles(both)) == sorted(list_titles(words))
    assert both.ask(QUESTION).total == words.ask(QUESTION).total == 7
    assert both.ask(QUESTION).facets == words.ask(QUESTION).facets
    # A refusal is a decision too.
    library.decide(models)
    assert list_titles(library.open_search(models)) == list_titles(words)


def test_what_is_far_down_is_brought_up_and_stands_once(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """Beyond the fifty documents that words put first, those nearest in meaning are looked for among all."""
    for number in range(70):
        add(f"Toit {number}", f"Une aide, une aide pour le toit numéro {number} et la maison", path=f"{number}.pdf")
    add("Budget", "Une aide au budget, " + "et bien d’autres mots qui parlent du reste " * 8, path="z.pdf")
    # Nearest of all, and seen by nobody here: more passages than are looked at first.
    add("Canari", *["budget argent"] * 600, path="Réservé/c.pdf")
    catalogue.access.rules.save_group(Group("ca", "Conseil"), CONSOLE)
    catalogue.access.rules.save_folder_rule(FolderRule("Réservé", frozenset({"ca"})), CONSOLE)
    library = MeaningLibrary(catalogue, tmp_path / "index")
    library.embed()
    question = Question("aide argent OU aide", per_page=12)
    words = list_titles(library.open_search(None), question, 6)
    assert words.index("Budget") >= 50
    library.decide(make_models(), vectors=3.0)
    both = list_titles(library.open_search(make_models()), question, 6)
    assert both[0] == "Budget"
    assert (len(both), sorted(both)) == (71, sorted(words))


def test_vectors_that_are_not_whole_or_of_another_model_are_not_used(library: MeaningLibrary) -> None:
    """While a model has not finished, and where another is at work, words alone rank."""
    models = make_models()
    library.decide(models, vectors=3.0)
    words = list_titles(library.open_search(None))
    for progress in (VectorProgress(TINY.name, 3, dimensions=5), VectorProgress("autre", 9, is_complete=True)):
        with library.catalogue.transaction() as transaction:
            transaction.vectors.write_progress(progress)
        assert list_titles(library.open_search(models)) == words


def test_rights_are_those_of_words(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """A document that the asker may not see neither rises nor moves another, however near in meaning it is."""
    add("Toit", "Une aide, une aide pour le toit", path="a.pdf")
    add("Maison", "Une aide pour la maison de quartier, une aide", path="b.pdf")
    add("Argent", "Une aide au financement", path="c.pdf")
    library = MeaningLibrary(catalogue, tmp_path / "index")
    library.decide(make_models(), vectors=3.0)
    library.embed()
    seen = list_titles(library.open_search(make_models()))
    for number in range(12):
        add(f"Canari {number}", "Une aide de budget, argent, financement, euros", path=f"Réservé/{number}.pdf")
    catalogue.access.rules.save_group(Group("ca", "Conseil"), CONSOLE)
    catalogue.access.rules.save_folder_rule(FolderRule("Réservé", frozenset({"ca"})), CONSOLE)
    library.embed()
    search = library.open_search(make_models())
    assert list_titles(search) == seen
    theirs = Question(QUESTION.text, groups=frozenset({MEMBERS, "ca"}))
    assert any(title.startswith("Canari") for title in list_titles(search, theirs)[:2])


@pytest.mark.parametrize("answer", [Answer(503, {}), Answer(429, {}), Answer(body=b"{"), Answer(401, {}), "slow"])
def test_a_service_that_fails_leaves_the_words(
    library: MeaningLibrary, service: ModelServer, answer: Answer | str
) -> None:
    """An error, a refusal or a silence costs one short wait; the service is then left alone for a while."""
    spec = EncoderSpec(service.address, "petit")
    library.embed(spec)
    models = make_models(spec)
    library.decide(models, vectors=3.0)
    words = list_titles(library.open_search(None))
    assert list_titles(library.open_search(models))[0] == "Budget"
    service.respond = None
    service.answers = [answer if isinstance(answer, Answer) else Answer(body={}, seconds=30)]
    before = len(service.requests)
    began = time.monotonic()
    search = library.open_search(models)
    assert list_titles(search) == words
    assert list_titles(search, Question("aide maison OU aide", per_page=4)) != []
    assert len(service.requests) == before + 1
    # Nothing is asserted of speed: a page that waited for the service would take half a minute.
    assert time.monotonic() - began < 20


def test_a_question_is_sent_once_for_all_its_pages(library: MeaningLibrary, service: ModelServer) -> None:
    """The second page of a question stands in the order of the first, and costs no request."""
    spec = EncoderSpec(service.address, "petit")
    library.embed(spec)
    library.decide(make_models(spec), vectors=3.0)
    list_titles(library.open_search(make_models(spec)))
    assert [json.loads(body)["input"] for _, _, body in service.requests] == [[QUESTION.text]]


def test_nothing_is_sent_without_a_decision(library: MeaningLibrary, service: ModelServer) -> None:
    """Until vectors are in use, and where the words may name a person, no search leaves the machine."""
    spec = EncoderSpec(service.address, "petit")
    library.embed(spec)
    models = make_models(spec, Reranker(ModelService(service.address, "juge")))
    list_titles(library.open_search(models))
    library.decide(models)
    list_titles(library.open_search(models))
    library.decide(models, vectors=3.0)
    search = library.open_search(models)
    for named in ("aide 1 85 05 78 006 084", "aide ada@ruche.example", "aide 06 12 34 56 78"):
        assert list_titles(search, Question(named, per_page=4))
    assert service.requests == []


def judge(*wanted: str, name: str = "relevance_score", top: str = "results") -> Any:
    """How a service reranks: passages with these words first."""

    def respond(sent: dict[str, Any]) -> Answer:
        notes = [sum(word in text for word in wanted) for text in sent["documents"]]
        return Answer(body={top: [{"index": place, name: note} for place, note in enumerate(notes)][::-1]})

    return respond


@pytest.mark.parametrize(("name", "top"), [("relevance_score", "results"), ("score", "data")])
def test_a_reranker_orders_the_first_documents(
    library: MeaningLibrary, service: ModelServer, name: str, top: str
) -> None:
    """A reranker alone, in both dialects of services: it gets the question and passages that the asker may see."""
    service.respond = judge("financement", name=name, top=top)
    models = make_models(None, Reranker(ModelService(service.address, "juge")))
    library.decide(models, reranker=3.0)
    search = library.open_search(models)
    assert list_titles(search)[0] == "Budget"
    (path, _, body), *_ = service.requests
    sent = json.loads(body)
    assert (path, sent["query"], len(sent["documents"]), len(service.requests)) == ("/v1/rerank", QUESTION.text, 7, 1)


def test_a_reranker_reads_what_the_asker_sees(
    library: MeaningLibrary, service: ModelServer, add: Add, catalogue: Catalogue
) -> None:
    """No passage of a document that the asker may not see leaves in a request, even where the index is behind."""
    add("Secret", "Une aide canariclos pour le budget", path="Réservé/s.pdf")
    rebuild_live_index(library.index, catalogue)
    service.respond = judge("financement")
    models = make_models(None, Reranker(ModelService(service.address, "juge")))
    library.decide(models, reranker=3.0)
    list_titles(library.open_search(models))
    assert "canariclos" in service.sent
    service.requests.clear()
    # The index still shows it to everybody: a right that is lost counts at once.
    catalogue.access.rules.save_group(Group("ca", "Conseil"), CONSOLE)
    catalogue.access.rules.save_folder_rule(FolderRule("Réservé", frozenset({"ca"})), CONSOLE)
    list_titles(library.open_search(models))
    assert "canariclos" not in service.sent
    assert "financement" in service.sent


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, {}),
        Answer(body={"results": []}),
        Answer(body={"results": [{"index": 0, "relevance_score": 1}]}),
        Answer(body={"results": [{"index": place, "relevance_score": float("nan")} for place in range(7)]}),
        Answer(body={"results": "non"}),
    ],
)
def test_a_reranker_that_fails_leaves_the_order(library: MeaningLibrary, service: ModelServer, answer: Answer) -> None:
    """Half a list of notes is none: what is missing from it was not judged to be poor."""
    service.respond, service.answers = None, [answer]
    models = make_models(None, Reranker(ModelService(service.address, "juge")))
    library.decide(models, reranker=3.0)
    assert list_titles(library.open_search(models)) == list_titles(library.open_search(None))
