"""Passages become vectors while nothing else is to do: each text once, whatever ends the indexer."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from extractors import Limits, Pool
from index.config import Settings
from index.search import choose_models
from indexer.pipeline import PassageEmbedder
from tests import tiny_model
from tests.model_server import Answer, ModelServer, serve_model
from tests.tiny_model import serve_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.indexer.conftest import Bench


@pytest.fixture(scope="module")
def background() -> Iterator[Pool]:
    """The process that makes vectors."""
    with Pool(1, Limits(seconds=60, memory_bytes=4 * 2**30, niceness=1)) as opened:
        yield opened


@pytest.fixture
def service() -> Iterator[ModelServer]:
    """A service that makes vectors, and takes two texts at once."""
    with serve_model() as state:
        state.respond = serve_vectors(most=2)
        yield state


def embed(bench: Bench, pool: Pool, service: ModelServer, **values: Any) -> PassageEmbedder:
    """Give the bench's indexer what makes vectors by a service."""
    data = bench.index.parent / "data"
    settings = Settings(
        library=bench.library,
        data=data,
        catalogue=bench.catalogue.url,
        **({"embedding": service.address, "embedding_model": "petit"} | values),
    )
    embedder = PassageEmbedder(bench.catalogue, settings, choose_models(settings), pool)
    bench.indexer.embed_with(embedder)
    return embedder


def work(bench: Bench, embedder: PassageEmbedder, seconds: float = 30) -> None:
    """Let the indexer work until all vectors are made and ranking is decided, or something is told."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        more = bench.indexer.advance()
        under_way = embedder._batch or embedder._trial  # noqa: SLF001 - its state is written every few seconds only
        if embedder.state.message or not (more or under_way):
            return
        time.sleep(0.01)
    raise AssertionError("the vectors are not made")


def list_rows(bench: Bench, embedder: PassageEmbedder) -> list[tuple[int, str, int, bytes]]:
    """What is stored of an embedder's model."""
    name = embedder._models.encoder.name  # type: ignore[union-attr]  # noqa: SLF001 - all of these have one
    return list(bench.catalogue.vectors.list_since(name, 0))


def count_vectors(bench: Bench, embedder: PassageEmbedder) -> list[int]:
    """How many vectors the documents have, the fewest first."""
    return sorted(len(vectors) // length if length else 0 for _, _, length, vectors in list_rows(bench, embedder))


def list_sent(service: ModelServer) -> list[str]:
    """The texts that a service accepted to turn into vectors, but for the sentence that probes it."""
    texts = [json.loads(body)["input"] for path, _, body in service.requests if path == "/v1/embeddings"]
    return [text for each in texts if len(each) <= 2 for text in each if not text.startswith("Les habitants ouvrent")]


def test_each_text_is_given_to_a_model_once(bench: Bench, background: Pool, service: ModelServer) -> None:
    """Documents that come, change or are copied cost their new texts only; one that is gone leaves nothing."""
    for name, text in (("a", "Le budget de la maison."), ("b", "Le médecin de l’hôpital."), ("c", "Le toit.")):
        bench.put(f"{name}.txt", text)
    bench.step()
    embedder = embed(bench, background, service)
    work(bench, embedder)
    assert sorted(list_sent(service)) == ["Le budget de la maison.", "Le médecin de l’hôpital.", "Le toit."]
    assert count_vectors(bench, embedder) == [1, 1, 1]
    progress = bench.catalogue.vectors.read_progress()
    assert progress
    assert (progress.is_complete, progress.dimensions, embedder.state.documents) == (True, 5, 0)
    service.requests.clear()
    bench.put("d/a.txt", "Le budget de la maison.")
    bench.put("e.txt", "Le loyer.")
    (bench.library / "b.txt").unlink()
    bench.step()
    work(bench, embedder)
    assert list_sent(service) == ["Le loyer."]
    assert count_vectors(bench, embedder) == [0, 1, 1, 1]
    # Another indexer finds all of it made.
    service.requests.clear()
    bench.restart()
    again = embed(bench, background, service)
    work(bench, again)
    assert list_sent(service) == []


def test_files_come_first(bench: Bench, background: Pool, service: ModelServer) -> None:
    """No batch begins while files are to be read; what is under way is taken up all the same."""
    bench.put("a.txt", "Le budget.")
    bench.step()
    embedder = embed(bench, background, service)
    for _ in range(20):
        embedder.advance(idle=False)
        time.sleep(0.01)
    assert service.requests == []
    embedder.advance(idle=True)
    until = time.monotonic() + 20
    while bench.catalogue.vectors.read_progress() is None and time.monotonic() < until:
        embedder.advance(idle=False)
        time.sleep(0.01)
    assert bench.catalogue.vectors.read_progress() is not None
    assert list_sent(service) == []


def test_another_model_begins_anew(bench: Bench, background: Pool, service: ModelServer) -> None:
    """Vectors of two models are never mixed: those of the former go once the new ones are whole, not before."""
    bench.put("a.txt", "Le budget.")
    bench.step()
    first = embed(bench, background, service)
    work(bench, first)
    other = embed(bench, background, service, embedding_model="grand")
    service.respond = None
    service.answers = [Answer(503, {"error": "plus tard"})]
    assert count_vectors(bench, first) == [1]
    service.respond = serve_vectors(dimensions=9)
    work(bench, other)
    assert (count_vectors(bench, first), count_vectors(bench, other)) == ([], [1])
    # The same name, and other numbers: a service that has changed its model.
    service.respond = serve_vectors(dimensions=12)
    bench.restart()
    changed = embed(bench, background, service, embedding_model="grand")
    work(bench, changed)
    progress = bench.catalogue.vectors.read_progress()
    assert progress
    assert (progress.dimensions, progress.is_complete, count_vectors(bench, changed)) == (12, True, [1])


def test_no_service_gets_what_only_animators_see(bench: Bench, background: Pool, service: ModelServer) -> None:
    """A document with a social security number stays on the machine until somebody says that it is no person's."""
    bench.put("a.txt", "Le budget de la maison.")
    bench.put("reserve.txt", "Madame, numéro 1 85 05 78 006 084 91, canariclos.")
    bench.step()
    embedder = embed(bench, background, service)
    work(bench, embedder)
    assert "budget" in service.sent
    assert "canariclos" not in service.sent
    assert count_vectors(bench, embedder) == [1]
    # A model of this machine may read it: nothing leaves.
    local = embed(bench, background, service, embedding=tiny_model.ENTRY, embedding_model="")
    work(bench, local)
    assert count_vectors(bench, local) == [1, 1]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(401, {}), "vérifiez son adresse et la clé"),
        (Answer(400, {}), "ce modèle"),
        (Answer(body={"data": []}), "un vecteur par texte"),
        (Answer(body={"data": [{"index": 0, "embedding": ["a", "b"]}]}), "suite de vecteurs"),
    ],
)
def test_a_service_in_trouble_is_told_and_left_alone(
    bench: Bench, background: Pool, service: ModelServer, answer: Answer, told: str
) -> None:
    """What keeps vectors waiting is told in French; nothing is stored, and nothing is asked for a while."""
    bench.put("a.txt", "Le budget.")
    bench.step()
    service.respond, service.answers = None, [answer]
    embedder = embed(bench, background, service)
    work(bench, embedder, seconds=60)
    assert told in embedder.state.message
    asked = len(service.requests)
    embedder.advance(idle=True)
    assert (len(service.requests), bench.catalogue.vectors.read_progress()) == (asked, None)


@pytest.mark.parametrize("status", [400, 500])
def test_a_text_that_the_model_refuses_costs_no_other(
    bench: Bench, background: Pool, service: ModelServer, status: int
) -> None:
    """A text that is too long is cut, one that is refused all the same has no direction; others have their vectors."""
    plain = serve_vectors()

    def respond(sent: dict[str, Any]) -> Answer:
        if any("maudit" in text or len(text) > 400 for text in sent["input"]):
            return Answer(status, {"error": "json: unsupported value: NaN"})
        return plain(sent)

    service.respond = respond
    bench.put("a.txt", "Le budget.")
    bench.put("b.txt", "Un mot maudit.")
    bench.put("c.txt", "Le logement, " * 60)
    bench.step()
    embedder = embed(bench, background, service)
    work(bench, embedder)
    found = {vectors for *_, vectors in list_rows(bench, embedder)}
    assert embedder.state.message == ""
    assert len(found) == 3
    assert bytes(5) in found


def test_a_model_that_ends_its_process_is_told(bench: Bench, background: Pool, service: ModelServer) -> None:
    """A class that does not exist, or a package that is not there, is told with what to write."""
    bench.put("a.txt", "Le budget.")
    bench.step()
    embedder = embed(bench, background, service, embedding="paquet.absent:Classe", embedding_model="")
    work(bench, embedder)
    assert "« paquet.module:Classe »" in embedder.state.message
